#pragma once

// Python's operators for the types that kernels handle: ints that fit, floats, str of ASCII.

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "bench/engines/wire.h"

namespace kaspr::bench {

struct Number {
  bool is_int = false;
  int64_t integer = 0;
  double real = 0;  // of an int too: what float() makes of it
};

// `number > limit`.
inline bool IsAbove(const Number& number, int64_t limit) {
  return number.is_int ? number.integer > limit : number.real > static_cast<double>(limit);
}

// `a * b`. False: it is too large.
inline bool Multiply(const Number& a, const Number& b, Number& product) {
  product.is_int = a.is_int && b.is_int;
  product.real = a.real * b.real;
  if (product.is_int && __builtin_mul_overflow(a.integer, b.integer, &product.integer))
    return false;
  return std::isfinite(product.real);
}

// round(number, 2): of the exact decimal digits. REQUIRES: it is below 1e15.
inline double RoundTo2(double number) {
  char digits[32];
  const auto end = std::to_chars(digits, std::end(digits), number, std::chars_format::fixed, 2);
  double rounded = 0;
  std::from_chars(digits, end.ptr, rounded);
  return rounded;
}

inline void Write(const Number& number, Wire& wire) {
  number.is_int ? wire.Int(number.integer) : wire.Float(number.real);
}

inline bool IsAscii(std::string_view text) {
  uint8_t bits = 0;
  for (const char byte : text) bits |= static_cast<uint8_t>(byte);
  return bits < 0x80;
}

// text.upper() and text.lower(). False: it takes more than ASCII to know.
inline bool Upper(std::string_view text, std::string& upper) {
  upper = text;
  for (char& byte : upper) byte -= byte >= 'a' && byte <= 'z' ? 'a' - 'A' : 0;
  return IsAscii(text);
}

inline bool Lower(std::string_view text, std::string& lower) {
  lower = text;
  for (char& byte : lower) byte += byte >= 'A' && byte <= 'Z' ? 'a' - 'A' : 0;
  return IsAscii(text);
}

// text.strip() of ASCII.
inline std::string_view Strip(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r\x1c\x1d\x1e\x1f";
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

}  // namespace kaspr::bench
