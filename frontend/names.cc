#include "frontend/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace kaspr::frontend {
namespace {

constexpr size_t kMaxLabel = 63;

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kDigits = "0123456789";

bool Contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}
bool IsLower(char c) {
  return Contains(kLower, c);
}
bool IsDigit(char c) {
  return Contains(kDigits, c);
}
bool IsAlphanumeric(char c) {
  return IsLower(c) || Contains(kUpper, c) || IsDigit(c);
}

template <class Predicate>
bool All(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

// The keywords of Python 3.
constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

}  // namespace

std::optional<std::string> CheckDnsLabel(std::string_view name) {
  if (name.empty()) return "a name cannot be empty";
  if (name.size() > kMaxLabel) return fmt::format("a name has at most {} characters", kMaxLabel);
  const bool characters = All(name, [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
  if (!characters) return "use lower-case letters, digits and '-'";
  if (name.front() == '-' || name.back() == '-') return "begin and end it with a letter or digit";
  return std::nullopt;
}

std::optional<std::string> CheckLabelValue(std::string_view name) {
  if (name.empty()) return "a name cannot be empty";
  if (name.size() > kMaxLabel) return fmt::format("a name has at most {} characters", kMaxLabel);
  const bool characters =
      All(name, [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
  if (!characters) return "use letters, digits, '-', '_' and '.'";
  if (!IsAlphanumeric(name.front()) || !IsAlphanumeric(name.back())) {
    return "begin and end it with a letter or digit";
  }
  return std::nullopt;
}

std::optional<std::string> CheckPythonName(std::string_view name) {
  if (std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end()) {
    return "a keyword of Python cannot name a parameter";
  }
  const bool characters = All(name, [](char c) { return IsAlphanumeric(c) || c == '_'; });
  if (name.empty() || !characters || IsDigit(name.front())) {
    return "a parameter of Python: letters, digits and '_', no digit first";
  }
  return std::nullopt;
}

std::optional<std::string> CheckOneLine(std::string_view name) {
  if (name.empty()) return "a name cannot be empty";
  const bool one_line = All(name, [](char c) { return static_cast<unsigned char>(c) >= ' '; });
  if (!one_line) return "a name is one line, without tabs";
  return std::nullopt;
}

std::optional<PatternError> CheckPattern(std::string_view pattern) {
  std::vector<size_t> groups;
  enum { kNothing, kItem, kRepeat, kModified } last = kNothing;  // as in: "", a, a*, a*?
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      if (++i == pattern.size()) return PatternError{i - 1, "nothing is escaped here"};
      last = kItem;
    } else if (c == '[') {
      size_t end = i + 1;
      if (end < pattern.size() && pattern[end] == '^') ++end;
      if (end < pattern.size() && pattern[end] == ']') ++end;  // a first ']' is a member
      while (end < pattern.size() && pattern[end] != ']') end += pattern[end] == '\\' ? 2 : 1;
      if (end >= pattern.size()) return PatternError{i, "this set is never closed"};
      i = end;
      last = kItem;
    } else if (c == '(') {
      groups.push_back(i);
      last = kNothing;
      if (pattern.substr(i + 1, 1) == "?") ++i;
    } else if (c == ')') {
      if (groups.empty()) return PatternError{i, "no group is open here"};
      groups.pop_back();
      last = kItem;
    } else if (c == '*' || c == '+' || c == '?') {
      if (last == kNothing) return PatternError{i, "nothing to repeat"};
      if (last == kModified || (last == kRepeat && c == '*')) {
        return PatternError{i, "this is repeated already"};
      }
      last = last == kItem ? kRepeat : kModified;
    } else {
      last = c == '|' || c == '^' ? kNothing : kItem;
    }
  }
  if (!groups.empty()) return PatternError{groups.back(), "this group is never closed"};
  return std::nullopt;
}

std::string Shown(std::string_view text) {
  constexpr size_t kMaxShown = 60;
  size_t end = std::min(text.find_first_of("\r\n"), text.size());
  bool cut = end < text.size();
  if (end > kMaxShown) {
    end = kMaxShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    cut = true;
  }
  return fmt::format("{}{}", text.substr(0, end), cut ? "..." : "");
}

}  // namespace kaspr::frontend
