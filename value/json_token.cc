#include "value/json_token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "value/json_read.h"

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

// "-12.50e3" is negative, has 2 + 2 digits and an exponent.
struct Number {
  bool negative = false, exponent = false;
  uint32_t whole = 0, fraction = 0;
  uint64_t digits = 0;  // both together, if they are not many

  bool IsInt() const { return fraction == 0 && !exponent; }
};

// Python's grammar of numbers, from `begin` to where it ends, in front of `end`.
bool ScanNumber(const char* text, uint32_t begin, uint32_t& end, Number& number) {
  uint32_t at = begin;
  const auto next = [&](char c) { return at < end && text[at] == c; };
  const auto take_digits = [&] {
    const uint32_t first = at;
    for (; at < end && IsDigit(text[at]); ++at) {
      number.digits = 10 * number.digits + static_cast<uint64_t>(text[at] - '0');
    }
    return at - first;
  };
  number.negative = next('-');
  at += number.negative;
  const bool zero = next('0');
  number.whole = take_digits();
  if (number.whole == 0 || (number.whole > 1 && zero)) return false;
  if (next('.')) {
    ++at;
    number.fraction = take_digits();
    if (number.fraction == 0) return false;
  }
  if (next('e') || next('E')) {
    ++at;
    number.exponent = true;
    if (next('-') || next('+')) ++at;
    if (take_digits() == 0) return false;
  }
  end = at;
  return true;
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

bool ReadNumber(const char* text, uint32_t begin, uint32_t& end, Node& node) {
  constexpr uint32_t kShortInt = 18, kExactDigits = 15;
  Number number;
  if (!ScanNumber(text, begin, end, number)) return false;
  const std::string_view all(text + begin, end - begin);
  node = {.kind = number.IsInt() ? NodeKind::kInt : NodeKind::kFloat,
          .count = static_cast<uint16_t>(all.size()),
          .begin = begin};
  if (number.IsInt()) {
    if (number.whole > JsonReader::kLongestInt) return false;
    node.flags = all != "-0" ? Node::kCanonical : 0;
    if (number.whole > kShortInt) return true;
    const auto magnitude = static_cast<int64_t>(number.digits);
    node.flags |= Node::kShort;
    node.SetNumber(number.negative ? -magnitude : magnitude);
    return true;
  }
  double value = 0;
  if (!number.exponent && number.whole + number.fraction <= kExactDigits) {
    const double magnitude = static_cast<double>(number.digits) / kPowers[number.fraction];
    if (IsCanonicalFraction(magnitude, all.back(), number.fraction)) node.flags = Node::kCanonical;
    value = number.negative ? -magnitude : magnitude;
  } else {
    const auto read = std::from_chars(all.data(), all.data() + all.size(), value);
    if (read.ec != std::errc() || all.size() > Node::kMany) return false;
  }
  node.SetNumber(value);
  return true;
}

// In vectors, the last of which may lie upon the one in front of it.
bool IsPlain(std::string_view text) {
  using Bytes [[gnu::vector_size(16)]] = unsigned char;
  const size_t size = text.size();
  if (size < sizeof(Bytes)) {
    return std::ranges::none_of(text,
                                [](char c) { return IsSpecial(static_cast<unsigned char>(c)); });
  }
  Bytes special{};  // where the highest bit is set
  const auto look = [&](const char* from) {
    const auto bytes = Load<Bytes>(from);
    special |= bytes | (bytes + 1) | reinterpret_cast<Bytes>(bytes == '\\');
  };
  for (size_t at = 0; at + sizeof(Bytes) <= size; at += sizeof(Bytes)) look(text.data() + at);
  look(text.data() + size - sizeof(Bytes));
  const auto words = std::bit_cast<std::array<uint64_t, 2>>(special);
  return ((words[0] | words[1]) & 0x8080808080808080) == 0;
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
