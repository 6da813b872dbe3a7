#include "value/kafka.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspr::value {

std::optional<std::string> CheckTopicName(std::string_view name) {
  constexpr size_t kLongest = 249;
  if (name.empty()) return "a topic name cannot be empty";
  if (name == "." || name == "..") return "Kafka allows every name but '.' and '..'";
  if (name.size() > kLongest) return fmt::format("Kafka allows {} characters", kLongest);
  const bool legal = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
  if (!legal) return "Kafka allows letters, digits, '.', '_' and '-'";
  return std::nullopt;
}

}  // namespace kaspr::value
