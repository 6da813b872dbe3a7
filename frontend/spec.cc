#include "frontend/spec.h"

#include <array>

namespace kaspr::frontend {

const char* CodecName(Codec codec) {
  constexpr std::array kNames = {"raw", "json", "pickle", "binary"};
  return kNames[static_cast<size_t>(codec)];
}

bool OnError::Retries() const {
  return policy && policy->value == ErrorAction::kRetry;
}

bool OnError::SendsDeadLetters() const {
  const Maybe<ErrorAction>& last = Retries() ? then : policy;
  return last && last->value == ErrorAction::kDeadLetter;
}

std::set<std::string_view> Processors::Used() const {
  std::set<std::string_view> used;
  for (const Field<std::string>& entry : pipeline) used.insert(entry.value);
  return used;
}

const Field<std::string>* Metadata::app() const {
  for (const auto& [key, value] : labels) {
    if (key.value == kAppLabel) return &value;
  }
  return nullptr;
}

}  // namespace kaspr::frontend
