#include "frontend/yaml/plain.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace kaspr::frontend {
namespace {

constexpr std::string_view kDecimal = "0123456789";

bool IsOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsAll(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view WithoutSign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

// ":30:5" as in 1:30:5, any number of groups.
bool IsSexagesimalTail(std::string_view text) {
  while (!text.empty()) {
    if (text[0] != ':') return false;
    text.remove_prefix(1);
    const size_t length = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, length);
    if (group.empty() || group.size() > 2 || !IsAll(group, kDecimal)) return false;
    if (group.size() == 2 && group[0] > '5') return false;
    text.remove_prefix(length);
  }
  return true;
}

struct IntegerForm {
  int base = 0;  // 0: no integer; 60: groups between colons
  std::string_view digits;
};

IntegerForm IntegerFormOf(std::string_view text) {
  text = WithoutSign(text);
  if (text.empty() || !IsDigit(text[0])) return {};
  if (text == "0") return {10, text};
  if (text[0] == '0') {
    const std::string_view rest = text.substr(2);
    if (text[1] == 'b' && !rest.empty() && IsAll(rest, "01_")) return {2, rest};
    if (text[1] == 'x' && !rest.empty() && IsAll(rest, "0123456789abcdefABCDEF_"))
      return {16, rest};
    if (IsAll(text.substr(1), "01234567_")) return {8, text.substr(1)};
    return {};
  }
  const size_t colon = std::min(text.find(':'), text.size());
  if (!IsAll(text.substr(0, colon), "0123456789_")) return {};
  if (colon == text.size()) return {10, text};
  return IsSexagesimalTail(text.substr(colon)) ? IntegerForm{60, text} : IntegerForm{};
}

bool IsExponent(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() < 3 || (text[0] != 'e' && text[0] != 'E')) return false;
  return (text[1] == '-' || text[1] == '+') && IsAll(text.substr(2), kDecimal);
}

bool IsFloat(std::string_view text) {
  if (IsOneOf(text, {".nan", ".NaN", ".NAN"})) return true;
  const std::string_view number = WithoutSign(text);
  if (IsOneOf(number, {".inf", ".Inf", ".INF"})) return true;
  const size_t dot = number.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view whole = number.substr(0, dot);
  std::string_view rest = number.substr(dot + 1);
  const size_t fraction = std::min(rest.find_first_not_of("0123456789_"), rest.size());
  if (whole.empty()) {
    return number.size() == text.size() && fraction > 0 && IsDigit(rest[0]) &&
           IsExponent(rest.substr(fraction));
  }
  if (!IsDigit(whole[0])) return false;
  const size_t colon = std::min(whole.find(':'), whole.size());
  if (!IsAll(whole.substr(0, colon), "0123456789_")) return false;
  if (colon < whole.size()) {
    return IsSexagesimalTail(whole.substr(colon)) && fraction == rest.size();
  }
  return IsExponent(rest.substr(fraction));
}

// 2026-01-31, or a date and a time behind it.
bool IsDate(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] == 'd' ? !IsDigit(text[i]) : text[i] != '-') return false;
  }
  std::string_view time = text.substr(kForm.size());
  if (time.empty()) return true;
  if (time[0] != 'T' && time[0] != 't' && time[0] != ' ') return false;
  time.remove_prefix(std::min(time.find_first_not_of("Tt "), time.size()));
  return time.size() >= 7 && IsDigit(time[0]) &&
         time.substr(0, 3).find(':') != std::string_view::npos;
}

// Adds a digit; false when the number leaves 64 bits.
bool Accumulate(int64_t& value, int base, int digit) {
  return !__builtin_mul_overflow(value, int64_t{base}, &value) &&
         !__builtin_add_overflow(value, int64_t{digit}, &value);
}

int DigitOf(char c) {
  return IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

std::optional<int64_t> Sexagesimal(std::string_view digits) {
  int64_t value = 0, group = 0;
  for (const char c : digits) {
    if (c == '_') continue;
    if (c == ':') {
      if (__builtin_add_overflow(value, group, &value)) return std::nullopt;
      if (__builtin_mul_overflow(value, int64_t{60}, &value)) return std::nullopt;
      group = 0;
    } else if (!Accumulate(group, 10, DigitOf(c))) {
      return std::nullopt;
    }
  }
  if (__builtin_add_overflow(value, group, &value)) return std::nullopt;
  return value;
}

}  // namespace

PlainType TypeOf(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kNull) return PlainType::kNull;
  if (node.is_text) return PlainType::kText;
  if (BoolOf(node)) return PlainType::kBool;
  if (IntegerFormOf(node.text).base != 0) return PlainType::kInteger;
  if (IsFloat(node.text)) return PlainType::kFloat;
  return IsDate(node.text) ? PlainType::kDate : PlainType::kText;
}

std::optional<bool> BoolOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.is_text) return std::nullopt;
  if (IsOneOf(node.text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})) {
    return true;
  }
  if (IsOneOf(node.text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})) {
    return false;
  }
  return std::nullopt;
}

std::optional<int64_t> IntegerOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.is_text) return std::nullopt;
  const auto [base, digits] = IntegerFormOf(node.text);
  if (base == 0) return std::nullopt;
  std::optional<int64_t> value = 0;
  if (base == 60) {
    value = Sexagesimal(digits);
  } else {
    for (const char c : digits) {
      if (c != '_' && !Accumulate(*value, base, DigitOf(c))) return std::nullopt;
    }
  }
  if (value && node.text[0] == '-') *value = -*value;
  return value;
}

const char* Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
    case YamlNode::Kind::kScalar:
      break;
  }
  constexpr std::array kNames = {"nothing",    "a truth value", "a number",
                                 "a fraction", "a date",        "a text"};
  return kNames[static_cast<size_t>(TypeOf(node))];
}

}  // namespace kaspr::frontend
