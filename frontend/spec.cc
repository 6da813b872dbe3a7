#include "frontend/spec.h"

#include <array>

namespace kaspr::frontend {

const char* CodecName(Codec codec) {
  constexpr std::array kNames = {"raw", "json", "pickle", "binary"};
  return kNames[static_cast<size_t>(codec)];
}

const Field<std::string>* Metadata::app() const {
  for (const auto& [key, value] : labels) {
    if (key.value == kAppLabel) return &value;
  }
  return nullptr;
}

}  // namespace kaspr::frontend
