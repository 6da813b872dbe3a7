// The operators on bits, which for sets and dicts mean something else.

#include <algorithm>
#include <bit>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sets.h"

namespace kaspr::value::semantics {

namespace {

// Both operands of an operator on bits, else what it says of them.
Status TakeInts(Value a, Value b) {
  if (IsInt(a) && IsInt(b)) return Status::kOk;
  const bool big = (IsInt(a) || a.Is(Tag::kBigInt)) && (IsInt(b) || b.Is(Tag::kBigInt));
  return big ? Status::kBail : TypeError(a, b);
}

// Of two bools the bits are a bool.
Value Bits(Value a, Value b, int64_t bits) {
  return a.Is(Tag::kBool) && b.Is(Tag::kBool) ? Value::Bool(bits != 0) : Value::Int(bits);
}

}  // namespace

Status LeftShift(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0], b = arguments[1];
  const Status status = TakeInts(a, b);
  if (status != Status::kOk) return status;
  if (b.integer < 0) return Status::kValueError;
  if (a.integer == 0) return Give(Value::Int(0), result);
  if (b.integer > 62) return Status::kBail;
  int64_t shifted = 0;
  if (__builtin_mul_overflow(a.integer, int64_t{1} << b.integer, &shifted)) return Status::kBail;
  return Give(Value::Int(shifted), result);
}

Status RightShift(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0], b = arguments[1];
  const Status status = TakeInts(a, b);
  if (status != Status::kOk) return status;
  if (b.integer < 0) return Status::kValueError;
  return Give(Value::Int(a.integer >> std::min<int64_t>(b.integer, 63)), result);
}

Status BitAnd(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0], b = arguments[1];
  const Status status = TakeInts(a, b);
  if (status == Status::kOk) return Give(Bits(a, b, a.integer & b.integer), result);
  if (status == Status::kBail) return status;
  return CombineSets(heap, SetOperator::kIntersection, a, b, result);
}

Status BitOr(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0], b = arguments[1];
  const Status status = TakeInts(a, b);
  if (status == Status::kOk) return Give(Bits(a, b, a.integer | b.integer), result);
  if (status == Status::kBail) return status;
  if (a.Is(Tag::kDict) && b.Is(Tag::kDict)) return MergeDicts(heap, a, b, result);
  return CombineSets(heap, SetOperator::kUnion, a, b, result);
}

Status BitXor(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0], b = arguments[1];
  const Status status = TakeInts(a, b);
  if (status == Status::kOk) return Give(Bits(a, b, a.integer ^ b.integer), result);
  if (status == Status::kBail) return status;
  return CombineSets(heap, SetOperator::kSymmetric, a, b, result);
}

Status Invert(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0];
  if (IsInt(a)) return Give(Value::Int(~a.integer), result);
  return a.Is(Tag::kBigInt) ? Status::kBail : TypeError(a);
}

Status BitLength(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0];
  if (!IsInt(a)) return NoMethod(a, TypesOf(Tag::kBigInt));
  const auto bits = static_cast<uint64_t>(a.integer);
  return Give(Value::Int(std::bit_width(a.integer < 0 ? 0 - bits : bits)), result);
}

}  // namespace kaspr::value::semantics
