#include "value/json_token.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace kaspr::value {

namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// A byte that a string may hold and that Python would not write as it is: a backslash, or what is
// no printable ASCII. (Quotes and control characters are not in strings.)
bool IsSpecial(unsigned char c) {
  return c > 0x7E || c == '\\';
}

bool IsLowerHex(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f');
}

bool IsHex(char c) {
  return IsLowerHex(c) || (c >= 'A' && c <= 'F');
}

bool IsShortEscape(char c) {
  return c == '"' || c == '\\' || c == 'b' || c == 'f' || c == 'n' || c == 'r' || c == 't';
}

// The number of four hexadecimal digits.
std::optional<uint32_t> ReadHex(std::string_view digits) {
  uint32_t number = 0;
  if (digits.size() != 4 || !std::all_of(digits.begin(), digits.end(), IsHex)) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

// Would Python write this code unit as \uXXXX?
bool IsWrittenAsHex(uint32_t unit) {
  if (unit >= 0x7F) return true;
  return unit < 0x20 && unit != '\b' && unit != '\f' && unit != '\n' && unit != '\r' &&
         unit != '\t';
}

uint32_t SkipDigits(const char* text, uint32_t at, uint32_t limit) {
  while (at < limit && IsDigit(text[at])) ++at;
  return at;
}

bool ExamineEscape(const char* text, uint32_t& at, Node& node) {
  node.flags |= Node::kEscape;
  const std::string_view rest(text + at, node.end - at);
  const char c = rest[1];  // stage 1 knows that a quote was not meant
  if (c != 'u') {
    at += 2;
    if (IsShortEscape(c)) return true;
    node.flags &= static_cast<uint8_t>(~Node::kCanonical);
    return c == '/';
  }
  size_t size = 6;
  const std::optional<uint32_t> unit = ReadHex(rest.substr(2, 4));
  if (!unit || *unit >> 10 == 0xDC00 >> 10) return false;
  if (*unit >> 10 == 0xD800 >> 10) {
    const std::string_view low = rest.substr(6, 6);
    const std::optional<uint32_t> low_unit =
        low.starts_with("\\u") ? ReadHex(low.substr(2)) : std::nullopt;
    if (!low_unit || *low_unit >> 10 != 0xDC00 >> 10) return false;
    size = 12;
  }
  if (*unit >= 0x80) node.flags &= static_cast<uint8_t>(~Node::kAscii);
  const auto is_lower = [](char digit) {
    return digit == '\\' || digit == 'u' || IsLowerHex(digit);
  };
  const std::string_view escape = rest.substr(0, size);
  if (!IsWrittenAsHex(*unit) || !std::all_of(escape.begin(), escape.end(), is_lower)) {
    node.flags &= static_cast<uint8_t>(~Node::kCanonical);
  }
  at += static_cast<uint32_t>(size);
  return true;
}

}  // namespace

bool ScanNumber(const char* text, uint32_t& at, uint32_t limit, Digits& digits) {
  if (at < limit && text[at] == '-') ++at;
  const uint32_t whole = at;
  at = SkipDigits(text, at, limit);
  digits.whole = at - whole;
  if (digits.whole == 0 || (digits.whole > 1 && text[whole] == '0')) return false;
  if (at < limit && text[at] == '.') {
    const uint32_t fraction = ++at;
    at = SkipDigits(text, at, limit);
    digits.fraction = at - fraction;
    if (digits.fraction == 0) return false;
  }
  if (at < limit && (text[at] | 0x20) == 'e') {
    digits.exponent = true;
    if (++at < limit && (text[at] == '-' || text[at] == '+')) ++at;
    const uint32_t exponent = at;
    at = SkipDigits(text, at, limit);
    if (at == exponent) return false;
  }
  return true;
}

bool IsCanonicalFloat(std::string_view text, const Digits& digits) {
  if (digits.exponent || digits.whole + digits.fraction > 15) return false;
  if (digits.fraction > 1 && text.back() == '0') return false;
  if (text.front() == '-') text.remove_prefix(1);
  return text.front() != '0' || !text.starts_with("0.0000");
}

bool IsOrdinaryFloat(std::string_view text, const Digits& digits) {
  if (!digits.exponent && digits.whole <= 300 && digits.fraction <= 300) return true;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsPlain(std::string_view text) {
  unsigned char special = 0;
  for (const char c : text) special |= IsSpecial(static_cast<unsigned char>(c));
  return special == 0;
}

bool ExamineString(const char* text, Node& node) {
  if (IsPlain({text + node.begin, node.end - node.begin})) return true;
  for (uint32_t at = node.begin; at < node.end;) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c == '\\') {
      if (!ExamineEscape(text, at, node)) return false;
      continue;
    }
    if (c >= 0x80) node.flags &= static_cast<uint8_t>(~Node::kAscii);
    if (c >= 0x7F) node.flags &= static_cast<uint8_t>(~Node::kCanonical);
    ++at;
  }
  return true;
}

}  // namespace kaspr::value
