// float.__repr__, without Python.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "value/json_write.h"

namespace kaspr::value {

namespace {

constexpr size_t kLongestNumber = 32;

// The digits of a shortest decimal, "d.ddde+XX" as to_chars writes it, laid out as repr does:
// with an exponent below 1e-4 and from 1e16 on.
char* LayOut(std::string_view scientific, char* out) {
  char digits[kLongestNumber];
  size_t count = 0;
  if (scientific.front() == '-') {
    *out++ = '-';
    scientific.remove_prefix(1);
  }
  const size_t e = scientific.find('e');
  for (const char c : scientific.substr(0, e)) {
    if (c != '.') digits[count++] = c;
  }
  int exponent = 0;
  const size_t sign = scientific[e + 1] == '+' ? 1 : 0;
  std::from_chars(scientific.data() + e + 1 + sign, scientific.data() + scientific.size(),
                  exponent);
  if (exponent < -4 || exponent >= 16) {
    *out++ = digits[0];
    if (count > 1) {
      *out++ = '.';
      out = std::copy(digits + 1, digits + count, out);
    }
    return std::copy(scientific.begin() + static_cast<ptrdiff_t>(e), scientific.end(), out);
  }
  if (exponent < 0) {
    *out++ = '0';
    *out++ = '.';
    out = std::fill_n(out, -exponent - 1, '0');
    return std::copy(digits, digits + count, out);
  }
  const auto whole = static_cast<size_t>(exponent) + 1;
  out = std::copy(digits, digits + std::min(whole, count), out);
  if (whole >= count) {
    out = std::fill_n(out, whole - count, '0');
    *out++ = '.';
    *out++ = '0';
    return out;
  }
  *out++ = '.';
  return std::copy(digits + whole, digits + count, out);
}

// A number that is a decimal with up to six digits behind the point, as most are; null for others.
// What is tried has at most 15 digits and reads back as the number (a quotient of two exact doubles
// is correctly rounded), so without zeros at its end it is the shortest that does.
char* FormatShort(double number, char* out) {
  constexpr int64_t kScale = 1'000'000;
  constexpr double kLeast = 1e-4, kMost = 1e9;  // smaller ones have an exponent
  const double magnitude = std::fabs(number);
  if (!(magnitude < kMost) || (magnitude < kLeast && magnitude != 0)) return nullptr;
  const auto digits = static_cast<int64_t>(magnitude * kScale + 0.5);
  if (static_cast<double>(digits) / kScale != magnitude) return nullptr;
  if (std::signbit(number)) *out++ = '-';
  out = std::to_chars(out, out + kLongestNumber, digits / kScale).ptr;
  *out++ = '.';
  int64_t rest = digits % kScale;
  int fraction = 6;
  if (rest % 10'000 == 0) rest /= 10'000, fraction = 2;
  for (; fraction > 1 && rest % 10 == 0; rest /= 10) --fraction;
  for (int i = fraction; i > 0; rest /= 10) out[--i] = static_cast<char>('0' + rest % 10);
  return out + fraction;
}

char* AppendText(std::string_view text, char* out) {
  return std::copy(text.begin(), text.end(), out);
}

}  // namespace

char* FormatFloat(double number, char* text) {
  if (std::isnan(number)) return AppendText("NaN", text);
  if (std::isinf(number)) return AppendText(number > 0 ? "Infinity" : "-Infinity", text);
  if (char* end = FormatShort(number, text)) return end;
  char scientific[kLongestNumber];
  const auto done = std::to_chars(scientific, scientific + sizeof scientific, number,
                                  std::chars_format::scientific);
  return LayOut({scientific, static_cast<size_t>(done.ptr - scientific)}, text);
}

}  // namespace kaspr::value
