#include "value/document.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/check.h"
#include "base/utf8.h"
#include "value/arena.h"
#include "value/bytes.h"

namespace kaspr::value {

namespace {

uint32_t HexDigit(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10;
}

// The number behind "\u". REQUIRES: four digits.
uint32_t HexNumber(const char* digits) {
  return HexDigit(digits[0]) << 12 | HexDigit(digits[1]) << 8 | HexDigit(digits[2]) << 4 |
         HexDigit(digits[3]);
}

char Unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // a quote, a slash, a backslash
  }
}

constexpr uint64_t kZeros = 0x3030303030303030;  // "00000000"

// The number of eight digits: pairs of neighbours are added up, then pairs of these.
int64_t EightDigits(uint64_t word) {
  word -= kZeros;
  word = (word * 10 + (word >> 8)) & 0x00FF00FF00FF00FF;
  word = (word * 100 + (word >> 16)) & 0x0000FFFF0000FFFF;
  return static_cast<int64_t>((word * 10'000 + (word >> 32)) & 0xFFFFFFFF);
}

}  // namespace

bool IsLarge(const Document& document) {
  constexpr size_t kSmall = 256;
  return document.nodes.size_bytes() > 4 * document.bytes.size() + kSmall;
}

const Document* Keep(const Document& document, Arena& arena) {
  const std::span<Node> nodes = arena.AllocateRoom<Node>(document.nodes.size());
  std::copy(document.nodes.begin(), document.nodes.end(), nodes.begin());
  Document& kept = arena.AllocateArray<Document>(1)[0];
  kept = document;
  kept.nodes = nodes;
  return &kept;
}

void AppendUnescaped(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size();) {
    const size_t escape = text.find('\\', i);
    out.append(text.substr(i, escape - i));
    if (escape == std::string_view::npos) return;
    const char c = text[escape + 1];
    i = escape + 2;
    if (c != 'u') {
      out += Unescaped(c);
      continue;
    }
    uint32_t code = HexNumber(text.data() + i);
    i += 4;
    if (code >> 10 == 0xD800 >> 10) {
      code = 0x10000 + ((code & 0x3FF) << 10) + (HexNumber(text.data() + i + 2) & 0x3FF);
      i += 6;
    }
    AppendUtf8(code, out);
  }
}

std::optional<int64_t> ReadInt(std::string_view text) {
  constexpr size_t kDigits = 18;
  const bool negative = text.front() == '-';
  text.remove_prefix(negative);
  if (text.size() > kDigits) return std::nullopt;
  int64_t number = 0;
  for (; text.size() >= 8; text.remove_prefix(8)) {
    number = 100'000'000 * number + EightDigits(Load<uint64_t>(text.data()));
  }
  for (const char c : text) number = 10 * number + (c - '0');
  return negative ? -number : number;
}

namespace {

// A decimal: digits * 10 ** exponent.
struct Decimal {
  uint64_t digits = 0;
  int exponent = 0;
};

// False: it has more digits than fit, or an exponent of more than a few.
bool ReadDecimal(std::string_view text, Decimal& decimal) {
  constexpr size_t kDigits = 19, kExponentDigits = 4;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto take_digits = [&](auto& number) {
    const char* const begin = at;
    for (; at < end && *at >= '0' && *at <= '9'; ++at) number = 10 * number + (*at - '0');
    return static_cast<size_t>(at - begin);
  };
  size_t count = take_digits(decimal.digits);
  if (at < end && *at == '.') {
    ++at;
    const size_t fraction = take_digits(decimal.digits);
    count += fraction;
    decimal.exponent = -static_cast<int>(fraction);
  }
  if (count > kDigits) return false;
  if (at == end) return true;
  ++at;  // the e
  const bool negative = *at == '-';
  at += negative || *at == '+';
  if (end - at > static_cast<ptrdiff_t>(kExponentDigits)) return false;
  int exponent = 0;
  take_digits(exponent);
  decimal.exponent += negative ? -exponent : exponent;
  return true;
}

// What two doubles make that are exact is correctly rounded.
constexpr double kPowers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// "12.5" of up to eight characters, in one word and without a branch for each of them. False: it is
// something else.
bool ReadShort(std::string_view text, double& number) {
  const size_t size = text.size();
  if (size < 4 || size > 8) return false;
  uint64_t word = Load<uint32_t>(text.data()) | uint64_t{Load<uint32_t>(text.data() + size - 4)}
                                                    << 8 * (size - 4);
  word = word << 8 * (8 - size) | kZeros >> 1 >> (8 * size - 1);  // zeros in front
  constexpr uint64_t kOnes = 0x0101010101010101;
  const uint64_t others = word ^ '.' * kOnes;
  const uint64_t points = (others - kOnes) & ~others & 0x80 * kOnes;
  if (points == 0) return false;
  const int point = __builtin_ctzll(points) & ~7;
  const uint64_t in_front = word & ((uint64_t{1} << point) - 1);
  word = (word & ~(uint64_t{0xFF} << point) & ~((uint64_t{1} << point) - 1)) | in_front << 8 | '0';
  const uint64_t high = word & 0xF0 * kOnes, higher = (word + 6 * kOnes) & 0xF0 * kOnes;
  if (high != kZeros || higher != kZeros) return false;
  number = static_cast<double>(EightDigits(word)) / kPowers[7 - point / 8];
  return true;
}

}  // namespace

double ReadFloat(std::string_view text) {
  constexpr int kLargestPower = 22;
  constexpr uint64_t kMostExact = uint64_t{1} << 53;
  const bool negative = text.front() == '-';
  double magnitude = 0;
  if (ReadShort(text.substr(negative), magnitude)) return negative ? -magnitude : magnitude;
  Decimal decimal;
  if (ReadDecimal(text.substr(negative), decimal) && decimal.digits <= kMostExact &&
      std::abs(decimal.exponent) <= kLargestPower) {
    const double power = kPowers[std::abs(decimal.exponent)];
    const auto digits = static_cast<double>(decimal.digits);
    const double number = decimal.exponent < 0 ? digits / power : digits * power;
    return negative ? -number : number;
  }
  double number = 0;
  const auto done = std::from_chars(text.data(), text.data() + text.size(), number);
  KASPR_CHECK(done.ec == std::errc(), "a float of a document cannot be read");
  return number;
}

size_t CountItems(const Document& document, const Node& container) {
  if (container.count != Node::kMany) return container.count;
  size_t count = 0;
  const auto index = static_cast<uint32_t>(&container - document.nodes.data());
  for (uint32_t i = index + 1; i < container.next; i = document.nodes[i].next) ++count;
  return count;
}

}  // namespace kaspr::value
