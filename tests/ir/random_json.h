#pragma once

// Random JSON values as the functions of random_expr.h expect them, more or less.

#include <fmt/format.h>

#include <random>
#include <string>
#include <string_view>

namespace kaspr::ir {

class RandomJson {
 public:
  explicit RandomJson(std::mt19937_64& random) : random_(random) {}

  std::string Object(size_t depth = 0) {
    std::string text;
    for (const char* key : {"a", "b", "c", "xs", "m"}) {
      if (Below(100) < 10) continue;
      text += fmt::format("{}\"{}\": {}", text.empty() ? "" : ", ", key, Of(key, depth));
    }
    return "{" + text + "}";
  }

  std::string Any(size_t depth = 0) {
    static constexpr const char* kSome[] = {"null", "true", "0", "1", "-1", "2.5", "\"a\"", "\"\""};
    if (depth < 2 && Below(3) == 0) return Below(2) == 0 ? Object(depth + 1) : Array(depth + 1);
    return kSome[Below(std::size(kSome))];
  }

 private:
  size_t Below(size_t bound) { return random_() % bound; }

  std::string Array(size_t depth) {
    std::string text;
    for (size_t n = Below(4); n > 0; --n) text += (text.empty() ? "" : ", ") + Any(depth);
    return "[" + text + "]";
  }

  std::string Of(std::string_view key, size_t depth) {
    if (Below(100) < 15) return Any(depth);
    if (key == "xs") return Array(depth + 1);
    if (key == "m") return depth < 2 ? Object(depth + 1) : "{}";
    return key == "c" ? "\"b\"" : std::to_string(Below(4));
  }

  std::mt19937_64& random_;
};

}  // namespace kaspr::ir
