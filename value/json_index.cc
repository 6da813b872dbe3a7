#include "value/json_index.h"

#include <simdjson.h>

#include <algorithm>

#include "base/check.h"

namespace kaspr::value {

// Not part of simdjson's documented interface, but of its headers: what its own parsers are built
// on.
struct JsonIndex::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonIndex::JsonIndex() : stage_(std::make_unique<Stage>()) {
  constexpr size_t kUsual = 64 * 1024;
  const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
      kUsual, 1, stage_->parser);
  KASPR_CHECK(error == simdjson::SUCCESS, "simdjson has no memory");
}

JsonIndex::~JsonIndex() = default;

std::span<const uint32_t> JsonIndex::Find(std::string_view text) {
  using simdjson::SUCCESS, simdjson::stage1_mode;
  auto& parser = *stage_->parser;
  if (text.size() > kLongest) return {};
  if (text.size() > parser.capacity() &&
      parser.set_capacity(std::max(text.size(), 2 * parser.capacity())) != SUCCESS) {
    return {};
  }
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  if (parser.stage1(bytes, text.size(), stage1_mode::regular) != SUCCESS) return {};
  return {parser.structural_indexes.get(), parser.n_structural_indexes + size_t{1}};
}

}  // namespace kaspr::value
