// The functions of Python's module math: those of C, whose results are given and refused as
// CPython's Modules/mathmodule.c does.

#include <cmath>
#include <numbers>

#include "value/semantics/functions.h"
#include "value/semantics/numbers.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

constexpr double kDegree = std::numbers::pi / 180;

// What a float is made of.
Status TakeReal(Value value, double& number) {
  if (value.Is(Tag::kBigInt)) return Status::kBail;
  if (!IsInt(value) && !value.Is(Tag::kFloat)) return TypeError(value);
  number = ToDouble(value);
  return Status::kOk;
}

enum class Infinite : uint8_t { kIsNoValue, kOverflows };

Status OfOne(double (*function)(double), Arguments arguments, Value& result,
             Infinite infinite = Infinite::kIsNoValue) {
  double x = 0;
  if (const Status status = TakeReal(arguments[0], x); status != Status::kOk) return status;
  const double y = function(x);
  if (std::isnan(y) && !std::isnan(x)) return Status::kValueError;
  if (std::isinf(y) && std::isfinite(x)) {
    return infinite == Infinite::kOverflows ? Status::kOverflowError : Status::kValueError;
  }
  return Give(Value::Float(y), result);
}

Status TakeTwo(Arguments arguments, double& x, double& y) {
  const Status status = TakeReal(arguments[0], x);
  const Status other = TakeReal(arguments[1], y);
  return status == Status::kOk ? other : status;
}

Status IsSuch(bool (*test)(double), Arguments arguments, Value& result) {
  double x = 0;
  const Status status = TakeReal(arguments[0], x);
  return status == Status::kOk ? Give(Value::Bool(test(x)), result) : status;
}

Status ToWhole(double (*function)(double), Arguments arguments, Value& result) {
  const Value from = arguments[0];
  if (from.Is(Tag::kFloat)) return IntOfFloat(function(from.number), result);
  if (IsInt(from)) return Give(Value::Int(from.integer), result);
  return from.Is(Tag::kBigInt) ? Give(from, result) : TypeError(from);
}

}  // namespace

Status MathFloor(Heap&, Arguments arguments, Value& result) noexcept {
  return ToWhole(std::floor, arguments, result);
}
Status MathCeil(Heap&, Arguments arguments, Value& result) noexcept {
  return ToWhole(std::ceil, arguments, result);
}
Status MathTrunc(Heap&, Arguments arguments, Value& result) noexcept {
  return ToWhole(std::trunc, arguments, result);
}

Status MathIsNan(Heap&, Arguments arguments, Value& result) noexcept {
  return IsSuch(std::isnan, arguments, result);
}
Status MathIsInf(Heap&, Arguments arguments, Value& result) noexcept {
  return IsSuch(std::isinf, arguments, result);
}
Status MathIsFinite(Heap&, Arguments arguments, Value& result) noexcept {
  return IsSuch(std::isfinite, arguments, result);
}

Status MathFabs(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::fabs, arguments, result);
}
Status MathSqrt(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::sqrt, arguments, result);
}
Status MathExp(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::exp, arguments, result, Infinite::kOverflows);
}
Status MathLog2(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::log2, arguments, result);
}
Status MathLog10(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::log10, arguments, result);
}
Status MathSin(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::sin, arguments, result);
}
Status MathCos(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::cos, arguments, result);
}
Status MathTan(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::tan, arguments, result);
}
Status MathAsin(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::asin, arguments, result);
}
Status MathAcos(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::acos, arguments, result);
}
Status MathAtan(Heap&, Arguments arguments, Value& result) noexcept {
  return OfOne(std::atan, arguments, result);
}

Status MathRadians(Heap&, Arguments arguments, Value& result) noexcept {
  double x = 0;
  const Status status = TakeReal(arguments[0], x);
  return status == Status::kOk ? Give(Value::Float(x * kDegree), result) : status;
}
Status MathDegrees(Heap&, Arguments arguments, Value& result) noexcept {
  double x = 0;
  const Status status = TakeReal(arguments[0], x);
  return status == Status::kOk ? Give(Value::Float(x * (180 / std::numbers::pi)), result) : status;
}

Status MathLog(Heap&, Arguments arguments, Value& result) noexcept {
  Status status = OfOne(std::log, arguments, result);
  if (status != Status::kOk || arguments.size() == 1) return status;
  Value base;
  status = OfOne(std::log, arguments.subspan(1), base);
  if (status != Status::kOk) return status;
  if (base.number == 0) return Status::kZeroDivisionError;
  return Give(Value::Float(result.number / base.number), result);
}

Status MathPow(Heap&, Arguments arguments, Value& result) noexcept {
  double x = 0, y = 0;
  if (const Status status = TakeTwo(arguments, x, y); status != Status::kOk) return status;
  if (!std::isfinite(x) || !std::isfinite(y)) return Status::kBail;  // of which CPython has a table
  const double power = std::pow(x, y);
  if (std::isnan(power)) return Status::kValueError;
  if (std::isinf(power)) return x == 0 ? Status::kValueError : Status::kOverflowError;
  return Give(Value::Float(power), result);
}

Status MathFmod(Heap&, Arguments arguments, Value& result) noexcept {
  double x = 0, y = 0;
  if (const Status status = TakeTwo(arguments, x, y); status != Status::kOk) return status;
  const double rest = std::fmod(x, y);
  if (std::isnan(rest) && !std::isnan(x) && !std::isnan(y)) return Status::kValueError;
  return Give(Value::Float(rest), result);
}

Status MathAtan2(Heap&, Arguments arguments, Value& result) noexcept {
  double y = 0, x = 0;
  const Status status = TakeTwo(arguments, y, x);
  return status == Status::kOk ? Give(Value::Float(std::atan2(y, x)), result) : status;
}

Status MathCopySign(Heap&, Arguments arguments, Value& result) noexcept {
  double x = 0, y = 0;
  const Status status = TakeTwo(arguments, x, y);
  return status == Status::kOk ? Give(Value::Float(std::copysign(x, y)), result) : status;
}

}  // namespace kaspr::value::semantics
