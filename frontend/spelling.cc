#include "frontend/spelling.h"

#include <algorithm>

#include "base/diagnostics.h"

namespace kaspr::frontend {
namespace {

// Words of other places, and slips that are too far for "did you mean".
constexpr std::pair<std::string_view, std::string_view> kOtherWords[] = {
    {"inputs", "input"},         {"outputs", "output"}, {"names", "name"},
    {"processor", "processors"}, {"topics", "topic"},   {"topic", "topics"},
    {"when", "predicate"},       {"code", "python"},    {"channels", "channel"},
    {"channel", "channels"},
};

}  // namespace

std::string Spelt(std::string_view key, Spelling spelling) {
  if (spelling == Spelling::kResource) return std::string(key);
  std::string snake;
  for (const char c : key) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

std::string Suggestion(std::string_view word, const std::vector<std::string_view>& keys) {
  for (const auto& [other, ours] : kOtherWords) {
    if (word == other && std::find(keys.begin(), keys.end(), ours) != keys.end()) {
      return std::string(ours);
    }
  }
  return Nearest(word, keys);
}

}  // namespace kaspr::frontend
