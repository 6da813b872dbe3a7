#pragma once

// What Python makes of the single tokens of a JSON text: numbers and strings.
//
// Whether they are right, whether CPython must be asked, and whether Python would write them as
// they stand. The quotes of strings and where both begin are known already.

#include <bit>
#include <cstdint>
#include <string_view>

#include "value/bytes.h"
#include "value/document.h"

namespace kaspr::value {

// Does Python write a decimal of up to 15 digits as it is? They are the shortest ones of its
// double, but for zeros that say nothing; small numbers get an exponent.
inline bool IsCanonicalFraction(double magnitude, char last_digit, uint32_t digits) {
  return (last_digit != '0' || digits == 1) && (digits <= 4 || magnitude >= 1e-4);
}

// A number from `begin` on, in front of `end`, which moves to where it ends: its node, with its
// value, correctly rounded. False: it is none to Python, or CPython is to decide, as of what Python
// reads as infinite, or what is so near to zero that from_chars minds.
bool ReadNumber(const char* text, uint32_t begin, uint32_t& end, Node& node);

// What two doubles make that are exact is correctly rounded.
inline constexpr double kPowers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// The same for "12.5" and "125" of up to eight characters up to `end`, in one word and without a
// branch for each of them. False: it is something else.
[[gnu::always_inline]] inline bool ReadShortNumber(const char* text, uint32_t begin, uint32_t end,
                                                   Node& node) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHigh = 0x80 * kOnes;
  const bool negative = text[begin] == '-';
  const uint32_t first = begin + negative, size = end - first;
  if (size - 1 >= sizeof(uint64_t) || end < sizeof(uint64_t)) return false;
  const uint32_t in_front = 8 * (8 - size);  // bits of what stands there: zeros instead
  uint64_t word = (Load<uint64_t>(text + end - sizeof word) ^ '0' * kOnes) >> in_front << in_front;
  const uint64_t others = word ^ ('.' ^ '0') * kOnes;
  const uint64_t points = (others - kOnes) & ~others & kHigh;  // the lowest one is right
  uint32_t fraction = 0;
  if (points != 0) {
    fraction = static_cast<uint32_t>(std::countl_zero(points & -points)) / 8;
    if (fraction - 1 >= size - 2) return false;     // no digit behind the point, or none in front
    const uint64_t below = (points - 1) & ~points;  // up to the point's highest bit
    word = (word & ~(2 * below + 1)) | (word & below >> 7) << 8;
  }
  if (((word + 0x76 * kOnes) | word) & kHigh) return false;  // one is above 9
  if (text[first] == '0' && size > 1 && text[first + 1] != '.') return false;
  // Pairs of neighbours are added up, then two pairs of these at once.
  constexpr uint64_t kPairs = 0x000000FF000000FF;
  constexpr uint64_t kOuter = 100 + (uint64_t{1'000'000} << 32);
  constexpr uint64_t kInner = 1 + (uint64_t{10'000} << 32);
  word = word * 10 + (word >> 8);
  word = (word & kPairs) * kOuter + (word >> 16 & kPairs) * kInner;
  const auto digits = static_cast<int64_t>(word >> 32);
  node = {.kind = NodeKind::kFloat, .count = static_cast<uint16_t>(end - begin), .begin = begin};
  if (points == 0) {
    node.kind = NodeKind::kInt;
    node.flags = Node::kShort | (digits != 0 || !negative ? Node::kCanonical : 0);
    node.SetNumber(negative ? -digits : digits);
  } else {
    const double magnitude = static_cast<double>(digits) / kPowers[fraction];
    node.flags = IsCanonicalFraction(magnitude, text[end - 1], fraction) ? Node::kCanonical : 0;
    node.SetNumber(negative ? -magnitude : magnitude);
  }
  return true;
}

// No backslash, and nothing but printable ASCII (and white space, which no string has).
bool IsPlain(std::string_view text);

// Looks at the bytes of a string, whose node has all flags of a plain one: sets those that it has,
// and says no to escapes that are wrong and to lone surrogates.
bool ExamineString(const char* text, Node& node);

}  // namespace kaspr::value
