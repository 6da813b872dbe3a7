#pragma once

// Two operands as numbers, and what is not in <cmath> as Python has it.

#include <cstdint>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

struct NumberPair {
  bool ints = false;  // both: then a and b hold, else x and y
  int64_t a = 0, b = 0;
  double x = 0, y = 0;
};

// kTypeError: one of them is no number. kBail: one does not fit.
Status TakeNumbers(Value a, Value b, NumberPair& pair);
Status AddNumbers(Value a, Value b, Value& result);

// REQUIRES: b is not 0, and the quotient fits.
int64_t FloorDiv(int64_t a, int64_t b);
int64_t FloorMod(int64_t a, int64_t b);

// Towards zero. kValueError of NaN, kOverflowError of an infinity, kBail: it does not fit.
Status IntOfFloat(double number, Value& result);

struct FloatDivision {
  double quotient = 0, rest = 0;
};
// REQUIRES: b is not 0.
FloatDivision FloorDivide(double a, double b);

}  // namespace kaspr::value::semantics
