// Sets, out of sets and other iterables.

#include "value/semantics/sets.h"

#include "value/containers.h"
#include "value/semantics/comparison.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

// Keeps of `from` what is, or is not, in `other`.
Status Select(Heap& heap, const Set& from, Set& other, bool wanted, Set& into) {
  for (const SetEntry& entry : from.entries()) {
    if (entry.key.Is(Tag::kUnbound)) continue;
    bool is = false;
    const Status status = Contains(heap, other, entry.key, is);
    if (status != Status::kOk) return status;
    if (is != wanted) continue;
    heap.Reserve(into);
    AddEntry(into, entry);
  }
  return Status::kOk;
}

// `taken`: b was made of another iterable.
Status MakeSet(Heap& heap, SetOperator how, Set& a, Set& b, bool taken, bool immutable,
               Set*& made) {
  Status status = Status::kOk;
  made = heap.NewSet();
  made->immutable = immutable;
  switch (how) {
    case SetOperator::kUnion:
      made = CopySet(heap, a, immutable).set;
      return Select(heap, b, a, false, *made);
    case SetOperator::kIntersection:
      // Of two keys that are equal, 1 and True, it is the one of the smaller set that stays.
      return taken || b.size <= a.size ? Select(heap, b, a, true, *made)
                                       : Select(heap, a, b, true, *made);
    case SetOperator::kDifference:
      return Select(heap, a, b, false, *made);
    case SetOperator::kSymmetric:
      status = Select(heap, a, b, false, *made);
      return status == Status::kOk ? Select(heap, b, a, false, *made) : status;
  }
  return Status::kBail;
}

// The items become those of `made`.
Status Become(Heap& heap, Set& set, const Set& made) {
  if (!heap.Change(set)) return Status::kBail;
  set.first = made.first;
  set.index = made.index;
  set.used = made.used;
  set.capacity = made.capacity;
  set.size = made.size;
  set.slots = made.slots;
  return Status::kOk;
}

// A set of an iterable, or the set that it is. Some methods of sets stop before they meet what
// cannot be hashed, and add what stands in front of it: that is left to CPython.
Status ToSet(Heap& heap, Value iterable, Set*& set) {
  if (iterable.Is(Tag::kSet)) {
    set = iterable.set;
    return Status::kOk;
  }
  std::span<const Value> items;
  const Status status = Iterate(heap, iterable, Order::kIrrelevant, items);
  if (status != Status::kOk) return status;
  set = heap.NewSet(items.size());
  return AddAll(heap, *set, items) == Status::kOk ? Status::kOk : Status::kBail;
}

// set.union(*others) and its like.
Status Method(Heap& heap, SetOperator how, Arguments arguments, Value& result) {
  const Value self = arguments[0];
  if (!self.Is(Tag::kSet)) return NoMethod(self, 0);
  Value made = CopySet(heap, *self.set, self.set->immutable);
  for (const Value other : arguments.subspan(1)) {
    Set* set = nullptr;
    Status status = ToSet(heap, other, set);
    if (status == Status::kOk) {
      status =
          MakeSet(heap, how, *made.set, *set, !other.Is(Tag::kSet), self.set->immutable, made.set);
    }
    if (status != Status::kOk) return status;
  }
  return Give(made, result);
}

Status Changed(Heap& heap, SetOperator how, Arguments arguments, Value& result) {
  const Value self = arguments[0];
  if (!IsMutableSet(self)) return NoMethod(self, 0);
  Set* set = nullptr;
  const Status status = ToSet(heap, arguments[1], set);
  if (status != Status::kOk) return status;
  result = Value::None();
  return ChangeSet(heap, how, *self.set, Value::Of(set), !arguments[1].Is(Tag::kSet));
}

Status Ranked(Heap& heap, Arguments arguments, Rank wanted, Value& result) {
  const Value self = arguments[0];
  if (!self.Is(Tag::kSet)) return NoMethod(self, 0);
  Set* other = nullptr;
  Status status = ToSet(heap, arguments[1], other);
  Rank rank{};
  if (status == Status::kOk) status = Compare(heap, self, Value::Of(other), rank);
  result = Value::Bool(rank == wanted || rank == Rank::kEqual);
  return status;
}

}  // namespace

Value CopySet(Heap& heap, const Set& set, bool immutable) {
  Set* copy = heap.NewSet(set.size);
  copy->immutable = immutable;
  for (const SetEntry& entry : set.entries()) {
    if (!entry.key.Is(Tag::kUnbound)) AddEntry(*copy, entry);
  }
  return Value::Of(copy);
}

Status AddAll(Heap& heap, Set& set, std::span<const Value> items) {
  for (const Value item : items) {
    const Status status = Add(heap, set, item);
    if (status != Status::kOk) return status;
  }
  return Status::kOk;
}

Status CombineSets(Heap& heap, SetOperator how, Value a, Value b, Value& result) {
  if (!a.Is(Tag::kSet) || !b.Is(Tag::kSet)) return TypeError(a, b);
  Set* made = nullptr;
  const Status status = MakeSet(heap, how, *a.set, *b.set, false, a.set->immutable, made);
  result = Value::Of(made);
  return status;
}

Status ChangeSet(Heap& heap, SetOperator how, Set& a, Value b, bool taken) {
  if (!b.Is(Tag::kSet)) return TypeError(b);
  Set* made = nullptr;
  const Status status = MakeSet(heap, how, a, *b.set, taken, false, made);
  return status == Status::kOk ? Become(heap, a, *made) : status;
}

Status MethodUnion(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Method(heap, SetOperator::kUnion, arguments, result);
}
Status MethodIntersection(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Method(heap, SetOperator::kIntersection, arguments, result);
}
Status MethodDifference(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Method(heap, SetOperator::kDifference, arguments, result);
}
Status MethodSymmetricDifference(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Method(heap, SetOperator::kSymmetric, arguments, result);
}
Status MethodIntersectionUpdate(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Changed(heap, SetOperator::kIntersection, arguments, result);
}
Status MethodDifferenceUpdate(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Changed(heap, SetOperator::kDifference, arguments, result);
}
Status MethodIsSubset(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Ranked(heap, arguments, Rank::kLess, result);
}
Status MethodIsSuperset(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Ranked(heap, arguments, Rank::kGreater, result);
}

Status MethodIsDisjoint(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value self = arguments[0];
  if (!self.Is(Tag::kSet)) return NoMethod(self, 0);
  Set* other = nullptr;
  Set* both = nullptr;
  Status status = ToSet(heap, arguments[1], other);
  if (status == Status::kOk) {
    status = MakeSet(heap, SetOperator::kIntersection, *self.set, *other, false, false, both);
  }
  if (status != Status::kOk) return status;
  return Give(Value::Bool(both->size == 0), result);
}

Status MethodAdd(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsMutableSet(arguments[0])) return NoMethod(arguments[0], 0);
  result = Value::None();
  return Add(heap, *arguments[0].set, arguments[1]);
}

// A set that is to be removed is looked up as if it were frozen: that is left to CPython.
Status MethodDiscard(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsMutableSet(arguments[0])) return NoMethod(arguments[0], 0);
  if (arguments[1].Is(Tag::kSet)) return Status::kBail;
  bool removed = false;
  result = Value::None();
  return Remove(heap, *arguments[0].set, arguments[1], removed);
}

Status RemoveFromSet(Heap& heap, Set& set, Value item) {
  if (item.Is(Tag::kSet)) return Status::kBail;
  bool removed = false;
  const Status status = Remove(heap, set, item, removed);
  return status == Status::kOk && !removed ? Status::kKeyError : status;
}

// set += is no operator of theirs; the others change what is left of them.
namespace {

Status InPlace(Heap& heap, SetOperator how, Function* plain, Arguments arguments, Value& result) {
  if (!IsMutableSet(arguments[0])) return plain(heap, arguments, result);
  result = arguments[0];
  return ChangeSet(heap, how, *arguments[0].set, arguments[1]);
}

}  // namespace

Status InPlaceSubtract(Heap& heap, Arguments arguments, Value& result) noexcept {
  return InPlace(heap, SetOperator::kDifference, Subtract, arguments, result);
}
Status InPlaceAnd(Heap& heap, Arguments arguments, Value& result) noexcept {
  return InPlace(heap, SetOperator::kIntersection, BitAnd, arguments, result);
}
Status InPlaceXor(Heap& heap, Arguments arguments, Value& result) noexcept {
  return InPlace(heap, SetOperator::kSymmetric, BitXor, arguments, result);
}
Status InPlaceOr(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kDict)) {
    return InPlace(heap, SetOperator::kUnion, BitOr, arguments, result);
  }
  result = arguments[0];
  if (!arguments[1].Is(Tag::kDict)) return Status::kBail;  // pairs are taken, too
  return UpdateDict(heap, *arguments[0].dict, *arguments[1].dict);
}

Status UpdateSet(Heap& heap, Set& set, Value iterable) {
  Set* other = nullptr;
  const Status status = ToSet(heap, iterable, other);
  return status == Status::kOk ? ChangeSet(heap, SetOperator::kUnion, set, Value::Of(other))
                               : status;
}

}  // namespace kaspr::value::semantics
