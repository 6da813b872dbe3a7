#pragma once

// What Python makes of the single tokens of a JSON text: numbers and strings.
//
// Whether they are right, whether CPython must be asked, and whether Python would write them as
// they stand. The quotes of strings and the bounds of both are known already.

#include <cstdint>
#include <string_view>

#include "value/document.h"

namespace kaspr::value {

// How a number is written: "-12.50e3" has 2 + 2 digits and an exponent.
struct Digits {
  uint32_t whole = 0;
  uint32_t fraction = 0;
  bool exponent = false;
};

// Python's grammar of numbers at `at`; moves behind it, or says no.
bool ScanNumber(const char* text, uint32_t& at, uint32_t limit, Digits& digits);

// A decimal of up to 15 digits is the shortest one of its double, so Python writes it as it is, but
// for zeros that say nothing and small numbers, which get an exponent.
bool IsCanonicalFloat(std::string_view text, const Digits& digits);

// False for what Python reads as infinite, and for what is so near to zero that from_chars minds.
bool IsOrdinaryFloat(std::string_view text, const Digits& digits);

// No backslash, and nothing but printable ASCII (and white space, which no string has).
bool IsPlain(std::string_view text);

// Looks at the bytes of a string, whose node has all flags of a plain one: sets those that it has,
// and says no to escapes that are wrong and to lone surrogates.
bool ExamineString(const char* text, Node& node);

}  // namespace kaspr::value
