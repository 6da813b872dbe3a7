#include "value/semantics/comparison.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "value/containers.h"
#include "value/digits.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

constexpr double kTwo63 = 9223372036854775808.0;

template <class T>
Rank RankOf(const T& a, const T& b) {
  return a < b ? Rank::kLess : b < a ? Rank::kGreater : Rank::kEqual;
}

Rank Reverse(Rank rank) {
  if (rank == Rank::kLess) return Rank::kGreater;
  return rank == Rank::kGreater ? Rank::kLess : rank;
}

// Exactly, however many bits the int has.
Rank RankIntFloat(int64_t integer, double number) {
  if (std::isnan(number)) return Rank::kUnordered;
  if (number >= kTwo63) return Rank::kLess;
  if (number < -kTwo63) return Rank::kGreater;
  const double whole = std::floor(number);
  const Rank rank = RankOf(integer, static_cast<int64_t>(whole));
  return rank == Rank::kEqual && number > whole ? Rank::kLess : rank;
}

bool IsNegative(Value big) {
  return big.text[0] == '-';
}

Rank RankBigInts(Value a, Value b) {
  if (IsNegative(a) != IsNegative(b)) return IsNegative(a) ? Rank::kLess : Rank::kGreater;
  Rank rank = RankOf(a.size, b.size);
  if (rank == Rank::kEqual) rank = RankOf(a.bytes(), b.bytes());
  return IsNegative(a) ? Reverse(rank) : rank;
}

Rank RankBigInt(Value big, Value other) {
  if (other.Is(Tag::kBigInt)) return RankBigInts(big, other);
  const Rank rank = IsNegative(big) ? Rank::kLess : Rank::kGreater;
  if (!other.Is(Tag::kFloat)) return rank;
  if (std::isnan(other.number)) return Rank::kUnordered;
  if (std::isinf(other.number)) return other.number > 0 ? Rank::kLess : Rank::kGreater;
  if (std::fabs(other.number) < kTwo63) return rank;
  const WholeDigits digits(other.number);
  return RankBigInts(big, Value::BigInt(digits.view()));
}

Rank RankNumbers(Value a, Value b) {
  if (a.Is(Tag::kBigInt)) return RankBigInt(a, b);
  if (b.Is(Tag::kBigInt)) return Reverse(RankBigInt(b, a));
  if (a.Is(Tag::kFloat) && b.Is(Tag::kFloat)) {
    return IsNan(a) || IsNan(b) ? Rank::kUnordered : RankOf(a.number, b.number);
  }
  if (a.Is(Tag::kFloat)) return Reverse(RankIntFloat(b.integer, a.number));
  if (b.Is(Tag::kFloat)) return RankIntFloat(a.integer, b.number);
  return RankOf(a.integer, b.integer);
}

Status IsPart(Heap& heap, const Set& part, Set& whole, bool& is) {
  is = part.size <= whole.size;
  for (const SetEntry& entry : part.entries()) {
    if (!is) break;
    if (entry.key.Is(Tag::kUnbound)) continue;
    const Status status = Contains(heap, whole, entry.key, is);
    if (status != Status::kOk) return status;
  }
  return Status::kOk;
}

Status RankSets(Heap& heap, Set& a, Set& b, Rank& rank) {
  bool below = false, above = false;
  Status status = IsPart(heap, a, b, below);
  if (status == Status::kOk) status = IsPart(heap, b, a, above);
  rank = below ? (above ? Rank::kEqual : Rank::kLess) : above ? Rank::kGreater : Rank::kUnordered;
  return status;
}

// By the first two items that differ. The way down is a loop: deep lists are no deep calls.
Status RankSequences(Heap& heap, Value a, Value b, Rank& rank, bool& again, Value& left,
                     Value& right) {
  std::span<const Value> as, bs;
  Status status = Iterate(heap, a, Order::kMatters, as);
  if (status == Status::kOk) status = Iterate(heap, b, Order::kMatters, bs);
  if (status != Status::kOk) return status;
  for (size_t i = 0; i < std::min(as.size(), bs.size()); ++i) {
    bool equal = false;
    status = EqualItems(heap, as[i], bs[i], equal);
    if (status != Status::kOk) return status;
    if (equal) continue;
    again = true;
    left = as[i];
    right = bs[i];
    return Status::kOk;
  }
  rank = RankOf(as.size(), bs.size());
  return Status::kOk;
}

template <class Decide>
Status Decided(Heap& heap, Arguments arguments, Value& result, Decide decide) {
  Rank rank{};
  const Status status = Compare(heap, arguments[0], arguments[1], rank);
  result = Value::Bool(decide(rank));
  return status;
}

}  // namespace

Status Compare(Heap& heap, Value a, Value b, Rank& rank) {
  for (uint32_t depth = 0; depth < Heap::kDeepest; ++depth) {
    if (IsNumber(a) && IsNumber(b)) {
      rank = RankNumbers(a, b);
      return Status::kOk;
    }
    if (a.tag != b.tag) return TypeError(a, b);
    bool again = false;
    switch (a.tag) {
      case Tag::kStr:  // the order of UTF-8 is that of its code points
      case Tag::kBytes:
        rank = RankOf(a.bytes(), b.bytes());
        return Status::kOk;
      case Tag::kSet:
        return RankSets(heap, *a.set, *b.set, rank);
      case Tag::kList:
      case Tag::kTuple: {
        const Value left = a, right = b;
        const Status status = RankSequences(heap, left, right, rank, again, a, b);
        if (status != Status::kOk || !again) return status;
        break;
      }
      default:
        return TypeError(a);
    }
  }
  return Status::kBail;
}

Status Sort(Heap& heap, std::span<const Value> keys, bool reverse, std::span<Value> items) {
  if (keys.size() < 2) return Status::kOk;
  // Where a NaN ends up depends on who is compared with whom.
  if (std::any_of(keys.begin(), keys.end(), IsNan)) return Status::kBail;
  Status status = Status::kOk;
  // Once something cannot be ordered nothing is less than anything, which ends any sort.
  const auto less = [&](uint32_t a, uint32_t b) {
    if (status != Status::kOk) return false;
    Rank rank{};
    status = Compare(heap, keys[a], keys[b], rank);
    if (status == Status::kOk && rank == Rank::kUnordered) status = Status::kBail;
    return status == Status::kOk && rank == (reverse ? Rank::kGreater : Rank::kLess);
  };
  std::vector<uint32_t> order(keys.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), less);
  if (status != Status::kOk) return status;
  const std::vector<Value> before(items.begin(), items.end());
  for (size_t i = 0; i < order.size(); ++i) items[i] = before[order[i]];
  return Status::kOk;
}

Status FindItem(Heap& heap, std::span<const Value> items, Value wanted, int64_t& found) {
  found = -1;
  for (size_t i = 0; i < items.size(); ++i) {
    bool equal = false;
    const Status status = EqualItems(heap, items[i], wanted, equal);
    if (status != Status::kOk) return status;
    if (!equal) continue;
    found = static_cast<int64_t>(i);
    return Status::kOk;
  }
  return Status::kOk;
}

Status EqualTo(Heap& heap, Arguments arguments, Value& result) noexcept {
  bool equal = false;
  const Status status = Equal(heap, arguments[0], arguments[1], equal);
  result = Value::Bool(equal);
  return status;
}

Status NotEqualTo(Heap& heap, Arguments arguments, Value& result) noexcept {
  bool equal = false;
  const Status status = Equal(heap, arguments[0], arguments[1], equal);
  result = Value::Bool(!equal);
  return status;
}

Status LessThan(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Decided(heap, arguments, result, [](Rank rank) { return rank == Rank::kLess; });
}

Status LessOrEqual(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Decided(heap, arguments, result,
                 [](Rank rank) { return rank == Rank::kLess || rank == Rank::kEqual; });
}

Status GreaterThan(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Decided(heap, arguments, result, [](Rank rank) { return rank == Rank::kGreater; });
}

Status GreaterOrEqual(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Decided(heap, arguments, result,
                 [](Rank rank) { return rank == Rank::kGreater || rank == Rank::kEqual; });
}

Status Is(Heap&, Arguments arguments, Value& result) noexcept {
  const Value a = arguments[0], b = arguments[1];
  if (a.Is(Tag::kUnbound) || b.Is(Tag::kUnbound)) return Status::kBail;
  if (a.tag != b.tag)
    return Give(Value::Bool(false), result);  // nor is an object any value of ours
  switch (a.tag) {
    case Tag::kNone:
      return Give(Value::Bool(true), result);
    case Tag::kBool:
      return Give(Value::Bool(a.integer == b.integer), result);
    case Tag::kSet:  // empty frozensets are one
      if (a.set != b.set && (a.set->immutable || b.set->immutable)) return Status::kBail;
      return Give(Value::Bool(a.set == b.set), result);
    case Tag::kList:
    case Tag::kDict:
    case Tag::kRange:
    case Tag::kObject:
      return Give(Value::Bool(a.data == b.data), result);
    default:  // CPython keeps some of them once only
      return Status::kBail;
  }
}

}  // namespace kaspr::value::semantics
