// The operators on numbers; and those that mean something else for sequences and sets.

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "value/semantics/format.h"
#include "value/semantics/functions.h"
#include "value/semantics/numbers.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"
#include "value/semantics/sets.h"

namespace kaspr::value::semantics {

namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kTwo53 = int64_t{1} << 53;

bool FitsDouble(int64_t integer) {
  return integer >= -kTwo53 && integer <= kTwo53;
}

}  // namespace

// The smaller remainder of C, moved to the sign of the divisor.
int64_t FloorMod(int64_t a, int64_t b) {
  const int64_t rest = b == -1 ? 0 : a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

int64_t FloorDiv(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

FloatDivision FloorDivide(double a, double b) {
  double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0) {
    if ((b < 0) != (rest < 0)) {
      rest += b;
      quotient -= 1;
    }
  } else {
    rest = std::copysign(0.0, b);
  }
  if (quotient == 0) return {std::copysign(0.0, a / b), rest};
  const double whole = std::floor(quotient);
  return {quotient - whole > 0.5 ? whole + 1 : whole, rest};
}

Status TakeNumbers(Value a, Value b, NumberPair& pair) {
  if (!IsNumber(a) || !IsNumber(b)) return TypeError(a, b);
  if (a.Is(Tag::kBigInt) || b.Is(Tag::kBigInt)) return Status::kBail;
  pair.ints = IsInt(a) && IsInt(b);
  if (pair.ints) {
    pair.a = a.integer;
    pair.b = b.integer;
  } else {
    pair.x = ToDouble(a);
    pair.y = ToDouble(b);
  }
  return Status::kOk;
}

Status AddNumbers(Value a, Value b, Value& result) {
  NumberPair pair;
  const Status status = TakeNumbers(a, b, pair);
  if (status != Status::kOk) return status;
  if (!pair.ints) return Give(Value::Float(pair.x + pair.y), result);
  int64_t sum = 0;
  if (__builtin_add_overflow(pair.a, pair.b, &sum)) return Status::kBail;
  return Give(Value::Int(sum), result);
}

Status Add(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Status status = AddNumbers(arguments[0], arguments[1], result);
  if (status != Status::kTypeError) return status;
  return Concatenate(heap, arguments[0], arguments[1], result);
}

Status Subtract(Heap& heap, Arguments arguments, Value& result) noexcept {
  NumberPair pair;
  const Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status == Status::kTypeError) {
    return CombineSets(heap, SetOperator::kDifference, arguments[0], arguments[1], result);
  }
  if (status != Status::kOk) return status;
  if (!pair.ints) return Give(Value::Float(pair.x - pair.y), result);
  int64_t difference = 0;
  if (__builtin_sub_overflow(pair.a, pair.b, &difference)) return Status::kBail;
  return Give(Value::Int(difference), result);
}

Status Multiply(Heap& heap, Arguments arguments, Value& result) noexcept {
  NumberPair pair;
  const Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status == Status::kTypeError) return Repeat(heap, arguments[0], arguments[1], result);
  if (status != Status::kOk) return status;
  if (!pair.ints) return Give(Value::Float(pair.x * pair.y), result);
  int64_t product = 0;
  if (__builtin_mul_overflow(pair.a, pair.b, &product)) return Status::kBail;
  return Give(Value::Int(product), result);
}

Status TrueDivide(Heap&, Arguments arguments, Value& result) noexcept {
  NumberPair pair;
  const Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status != Status::kOk) return status;
  if (pair.ints) {
    if (pair.b == 0) return Status::kZeroDivisionError;
    // CPython rounds the true quotient once.
    if (!FitsDouble(pair.a) || !FitsDouble(pair.b)) return Status::kBail;
    pair.x = static_cast<double>(pair.a);
    pair.y = static_cast<double>(pair.b);
  }
  if (pair.y == 0) return Status::kZeroDivisionError;
  return Give(Value::Float(pair.x / pair.y), result);
}

Status FloorDivideBy(Heap&, Arguments arguments, Value& result) noexcept {
  NumberPair pair;
  const Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status != Status::kOk) return status;
  if (pair.ints ? pair.b == 0 : pair.y == 0) return Status::kZeroDivisionError;
  if (!pair.ints) return Give(Value::Float(FloorDivide(pair.x, pair.y).quotient), result);
  if (pair.a == kLeast && pair.b == -1) return Status::kBail;
  return Give(Value::Int(FloorDiv(pair.a, pair.b)), result);
}

Status Modulo(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (arguments[0].Is(Tag::kStr)) return Percent(heap, arguments, result);
  if (arguments[0].Is(Tag::kBytes)) return Status::kBail;
  NumberPair pair;
  const Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status != Status::kOk) return status;
  if (pair.ints ? pair.b == 0 : pair.y == 0) return Status::kZeroDivisionError;
  if (!pair.ints) return Give(Value::Float(FloorDivide(pair.x, pair.y).rest), result);
  return Give(Value::Int(FloorMod(pair.a, pair.b)), result);
}

Status DivideModulo(Heap& heap, Arguments arguments, Value& result) noexcept {
  NumberPair pair;
  const Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status != Status::kOk) return status;
  if (pair.ints ? pair.b == 0 : pair.y == 0) return Status::kZeroDivisionError;
  Value both[2];
  if (pair.ints) {
    if (pair.a == kLeast && pair.b == -1) return Status::kBail;
    both[0] = Value::Int(FloorDiv(pair.a, pair.b));
    both[1] = Value::Int(FloorMod(pair.a, pair.b));
  } else {
    const FloatDivision division = FloorDivide(pair.x, pair.y);
    both[0] = Value::Float(division.quotient);
    both[1] = Value::Float(division.rest);
  }
  return Give(heap.NewTuple(both), result);
}

namespace {

bool IsOdd(double number) {
  return std::fmod(std::fabs(number), 2.0) == 1.0;
}

// float ** float: CPython decides the odd cases itself, so that all libraries agree.
Status PowerOfFloats(double base, double exponent, double& power) {
  const bool odd = IsOdd(exponent);
  power = 1;
  if (exponent == 0 || base == 1) return Status::kOk;
  if (std::isnan(base) || std::isnan(exponent)) {
    power = std::isnan(base) ? base : exponent;
  } else if (std::isinf(exponent)) {
    const double size = std::fabs(base);
    if (size != 1) power = (exponent > 0) == (size > 1) ? std::fabs(exponent) : 0.0;
  } else if (std::isinf(base)) {
    const double size = exponent > 0 ? std::fabs(base) : 0.0;
    power = odd ? std::copysign(size, base) : size;
  } else if (base == 0) {
    if (exponent < 0) return Status::kZeroDivisionError;
    power = odd ? base : 0.0;
  } else if (base < 0 && exponent != std::floor(exponent)) {
    return Status::kBail;  // a complex number
  } else {
    const double size = std::pow(std::fabs(base), exponent);
    if (std::isinf(size)) return Status::kOverflowError;
    // Whether the library speaks of an error here is its business, and CPython listens.
    if (size < std::numeric_limits<double>::min()) return Status::kBail;
    power = base < 0 && odd ? -size : size;
  }
  return Status::kOk;
}

Status PowerOfInts(int64_t base, int64_t exponent, int64_t& power) {
  power = 1;
  for (;;) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(power, base, &power)) return Status::kBail;
    exponent >>= 1;
    if (exponent == 0) return Status::kOk;
    if (__builtin_mul_overflow(base, base, &base)) return Status::kBail;
  }
}

}  // namespace

Status Power(Heap&, Arguments arguments, Value& result) noexcept {
  NumberPair pair;
  Status status = TakeNumbers(arguments[0], arguments[1], pair);
  if (status != Status::kOk) return status;
  if (pair.ints && pair.b >= 0) {
    int64_t power = 0;
    status = PowerOfInts(pair.a, pair.b, power);
    return status == Status::kOk ? Give(Value::Int(power), result) : status;
  }
  double power = 0;
  status = PowerOfFloats(ToDouble(arguments[0]), ToDouble(arguments[1]), power);
  return status == Status::kOk ? Give(Value::Float(power), result) : status;
}

namespace {

// The digits with the other sign, which may make them fit.
Value NegateBigInt(Heap& heap, Value big) {
  const std::string_view digits = big.bytes();
  return heap.NewInt(digits[0] == '-' ? std::string(digits.substr(1)) : "-" + std::string(digits));
}

Value NegateInt(Heap& heap, int64_t integer) {
  return integer == kLeast ? heap.NewInt("9223372036854775808") : Value::Int(-integer);
}

}  // namespace

Status Negate(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0];
  if (IsInt(a)) return Give(NegateInt(heap, a.integer), result);
  if (a.Is(Tag::kBigInt)) return Give(NegateBigInt(heap, a), result);
  if (a.Is(Tag::kFloat)) return Give(Value::Float(-a.number), result);
  return TypeError(a);
}

Status Positive(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0];
  if (IsInt(a)) return Give(Value::Int(a.integer), result);
  return IsNumber(a) ? Give(a, result) : TypeError(a);
}

Status Absolute(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0];
  if (IsInt(a))
    return Give(a.integer < 0 ? NegateInt(heap, a.integer) : Value::Int(a.integer), result);
  if (a.Is(Tag::kBigInt)) return Give(a.text[0] == '-' ? NegateBigInt(heap, a) : a, result);
  if (a.Is(Tag::kFloat)) return Give(Value::Float(std::fabs(a.number)), result);
  return TypeError(a);
}

Status IsInteger(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0];
  // Ints have it from Python 3.12 on.
  if (!a.Is(Tag::kFloat)) return NoMethod(a, TypesOf(Tag::kBool, Tag::kInt, Tag::kBigInt));
  return Give(Value::Bool(std::isfinite(a.number) && a.number == std::floor(a.number)), result);
}

}  // namespace kaspr::value::semantics
