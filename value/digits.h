#pragma once

// The digits of a float that is far from zero: it is a whole number, and may be equal to an int that
// does not fit 64 bits.

#include <charconv>
#include <cstddef>
#include <string_view>

namespace kaspr::value {

// With a '-' in front of a negative one. REQUIRES: it is finite. Of one with a fraction they are
// rounded.
struct WholeDigits {
  explicit WholeDigits(double number) {
    const auto done =
        std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, 0);
    size = static_cast<size_t>(done.ptr - text);
  }
  std::string_view view() const { return {text, size}; }

  char text[320];  // the longest has 309 digits
  size_t size = 0;
};

}  // namespace kaspr::value
