// Iterables made into other ones: displays, list() and its like, sorted, zip, range, unpacking.

#include <algorithm>
#include <vector>

#include "value/containers.h"
#include "value/semantics/comparison.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"
#include "value/semantics/sets.h"

namespace kaspr::value::semantics {

Status DisplayList(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Give(NewListOf(heap, arguments), result);
}

Status DisplayTuple(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Give(heap.NewTuple(arguments), result);
}

Status DisplaySet(Heap& heap, Arguments arguments, Value& result) noexcept {
  Set* set = heap.NewSet(arguments.size());
  result = Value::Of(set);
  return AddAll(heap, *set, arguments);
}

Status ListAppend(Heap& heap, Arguments arguments, Value& result) noexcept {
  return arguments[0].Is(Tag::kList) ? MethodAppend(heap, arguments, result) : Status::kBail;
}

Status ListExtend(Heap& heap, Arguments arguments, Value& result) noexcept {
  return arguments[0].Is(Tag::kList) ? MethodExtend(heap, arguments, result) : Status::kBail;
}

// list[:] = items
Status ListAssign(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kList)) return NoMethod(arguments[0], 0);
  List& list = *arguments[0].list;
  std::span<const Value> items;
  const Status status = Iterate(heap, arguments[1], Order::kMatters, items);
  if (status != Status::kOk) return status;
  const Value copy = NewListOf(heap, items);
  if (!heap.Change(list)) return Status::kBail;
  list.first = copy.list->first;
  list.size = copy.list->size;
  list.capacity = copy.list->capacity;
  return Give(Value::None(), result);
}

Status SetAdd(Heap& heap, Arguments arguments, Value& result) noexcept {
  return IsMutableSet(arguments[0]) ? MethodAdd(heap, arguments, result) : Status::kBail;
}

Status SetUpdate(Heap& heap, Arguments arguments, Value& result) noexcept {
  return IsMutableSet(arguments[0]) ? MethodUpdate(heap, arguments, result) : Status::kBail;
}

Status InPlaceAdd(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kList)) return Add(heap, arguments, result);
  result = arguments[0];
  return Extend(heap, *arguments[0].list, arguments[1]);
}

Status InPlaceMultiply(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kList)) return Multiply(heap, arguments, result);
  List& list = *arguments[0].list;
  Value repeated;
  const Status status = Repeat(heap, arguments[0], arguments[1], repeated);
  if (status != Status::kOk || !repeated.Is(Tag::kList)) {
    return status == Status::kOk ? Status::kBail : status;
  }
  if (!heap.Change(list)) return Status::kBail;
  list.first = repeated.list->first;
  list.size = repeated.list->size;
  list.capacity = repeated.list->capacity;
  return Give(arguments[0], result);
}

Status ToList(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items;
  if (!arguments.empty()) {
    const Status status = Iterate(heap, arguments[0], Order::kMatters, items);
    if (status != Status::kOk) return status;
  }
  return Give(NewListOf(heap, items), result);
}

Status ToTuple(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items;
  if (!arguments.empty()) {
    if (arguments[0].Is(Tag::kTuple)) return Give(arguments[0], result);
    const Status status = Iterate(heap, arguments[0], Order::kMatters, items);
    if (status != Status::kOk) return status;
  }
  return Give(heap.NewTuple(items), result);
}

namespace {

Status MakeSetOf(Heap& heap, Arguments arguments, bool immutable, Value& result) {
  if (!arguments.empty() && arguments[0].Is(Tag::kSet)) {
    const Value from = arguments[0];
    const bool same = immutable && from.set->immutable;
    return Give(same ? from : CopySet(heap, *from.set, immutable), result);
  }
  std::span<const Value> items;
  if (!arguments.empty()) {
    const Status status = Iterate(heap, arguments[0], Order::kIrrelevant, items);
    if (status != Status::kOk) return status;
  }
  Set* set = heap.NewSet(items.size());
  set->immutable = immutable;
  result = Value::Of(set);
  return AddAll(heap, *set, items);
}

}  // namespace

Status ToSet(Heap& heap, Arguments arguments, Value& result) noexcept {
  return MakeSetOf(heap, arguments, false, result);
}
Status ToFrozenSet(Heap& heap, Arguments arguments, Value& result) noexcept {
  return MakeSetOf(heap, arguments, true, result);
}

Status IterList(Heap& heap, Arguments arguments, Value& result) noexcept {
  return arguments[0].Is(Tag::kList) ? Give(arguments[0], result) : ToList(heap, arguments, result);
}

Status TakeReverse(Value value, bool& reverse) {
  reverse = false;
  if (value.Is(Tag::kUnbound)) return Status::kOk;
  // What else counts as a truth differs by version.
  if (!IsInt(value) || !IsSmall(value.integer)) return Status::kBail;
  reverse = value.integer != 0;
  return Status::kOk;
}

Status Sorted(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items;
  bool reverse = false;
  Status status = Iterate(heap, arguments[0], Order::kIrrelevant, items);
  if (status == Status::kOk) status = TakeReverse(At(arguments, 1), reverse);
  if (status != Status::kOk) return status;
  result = NewListOf(heap, items);
  return Sort(heap, items, reverse, {result.list->first, result.list->size});
}

Status SortBy(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items, keys;
  bool reverse = false;
  Status status = Iterate(heap, arguments[0], Order::kMatters, items);
  if (status == Status::kOk) status = Iterate(heap, arguments[1], Order::kMatters, keys);
  if (status == Status::kOk) status = TakeReverse(At(arguments, 2), reverse);
  if (status != Status::kOk || items.size() != keys.size()) return Status::kBail;
  result = NewListOf(heap, items);
  return Sort(heap, keys, reverse, {result.list->first, result.list->size});
}

Status Reversed(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (arguments[0].Is(Tag::kSet)) return Status::kTypeError;
  const Status status = ToList(heap, arguments, result);
  if (status == Status::kOk)
    std::reverse(result.list->first, result.list->first + result.list->size);
  return status;
}

Status Enumerate(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items;
  int64_t number = 0;
  Status status = TakeInt(At(arguments, 1), 0, number);
  if (status == Status::kOk) status = Iterate(heap, arguments[0], Order::kMatters, items);
  if (status != Status::kOk) return status;
  int64_t last = 0;
  if (__builtin_add_overflow(number, static_cast<int64_t>(items.size()), &last)) {
    return Status::kBail;
  }
  List* list = heap.NewList(items.size());
  for (const Value item : items) {
    const Value pair[] = {Value::Int(number++), item};
    heap.Append(*list, heap.NewTuple(pair));
  }
  return Give(Value::Of(list), result);
}

Status Zip(Heap& heap, Arguments arguments, Value& result) noexcept {
  const size_t width = arguments.size();
  std::vector<std::span<const Value>> columns(width);
  size_t rows = width == 0 ? 0 : kMostItems;
  for (size_t i = 0; i < width; ++i) {
    const Status status = Iterate(heap, arguments[i], Order::kMatters, columns[i]);
    if (status != Status::kOk) return status;
    rows = std::min(rows, columns[i].size());
  }
  List* list = heap.NewList(rows);
  for (size_t row = 0; row < rows; ++row) {
    const std::span<Value> items = heap.NewItems(width);
    for (size_t i = 0; i < width; ++i) items[i] = columns[i][row];
    heap.Append(*list, Value::Tuple(items.data(), width));
  }
  return Give(Value::Of(list), result);
}

// zip(*rows)
Status ZipOf(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> rows;
  const Status status = Iterate(heap, arguments[0], Order::kMatters, rows);
  return status == Status::kOk ? Zip(heap, rows, result) : status;
}

Status MakeRange(Heap& heap, Arguments arguments, Value& result) noexcept {
  int64_t bounds[3] = {0, 0, 1};  // start, stop, step
  const bool one = At(arguments, 1).Is(Tag::kUnbound);
  for (size_t i = 0; i < std::min<size_t>(arguments.size(), 3); ++i) {
    if (i > 0 && arguments[i].Is(Tag::kUnbound)) continue;
    if (arguments[i].Is(Tag::kBigInt)) return Status::kBail;
    if (!IsInt(arguments[i])) return TypeError(arguments[i]);
    bounds[one ? 1 : i] = arguments[i].integer;
  }
  const auto [start, stop, step] = bounds;
  if (step == 0) return Status::kValueError;
  const auto distance =
      step > 0 ? static_cast<__int128>(stop) - start : static_cast<__int128>(start) - stop;
  const auto stride = step > 0 ? static_cast<__int128>(step) : -static_cast<__int128>(step);
  const __int128 size = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  if (size > (int64_t{1} << 62)) return Status::kBail;
  return Give(heap.NewRange(start, stop, step, static_cast<int64_t>(size)), result);
}

namespace {

// The items of what is unpacked into names.
Status TakeItems(Heap& heap, Value iterable, std::span<const Value>& items) {
  // A set with the wrong number of items fails whatever their order.
  return Iterate(heap, iterable, Order::kIrrelevant, items);
}

// Of names in source code.
bool IsCount(Value value) {
  return value.Is(Tag::kInt) && value.integer >= 0 && value.integer <= 255;
}

bool IsDisordered(Value iterable) {
  return iterable.Is(Tag::kSet) && iterable.set->size > 1;
}

}  // namespace

Status Unpack(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items;
  if (!IsCount(arguments[1])) return Status::kBail;
  const Status status = TakeItems(heap, arguments[0], items);
  if (status != Status::kOk) return status;
  if (static_cast<int64_t>(items.size()) != arguments[1].integer) return Status::kValueError;
  if (IsDisordered(arguments[0])) return Status::kBail;
  return Give(heap.NewTuple(items), result);
}

// a, *b, c = iterable: how many stand in front of the star, and how many behind it.
Status UnpackStar(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> items;
  const Value before = arguments[1], after = arguments[2];
  if (!IsCount(before) || !IsCount(after)) return Status::kBail;
  const Status status = TakeItems(heap, arguments[0], items);
  if (status != Status::kOk) return status;
  const auto front = static_cast<size_t>(before.integer), back = static_cast<size_t>(after.integer);
  if (items.size() < front + back) return Status::kValueError;
  if (IsDisordered(arguments[0])) return Status::kBail;
  const std::span<Value> unpacked = heap.NewItems(front + 1 + back);
  std::copy_n(items.begin(), front, unpacked.begin());
  unpacked[front] = NewListOf(heap, items.subspan(front, items.size() - front - back));
  std::copy(items.end() - static_cast<ptrdiff_t>(back), items.end(),
            unpacked.end() - static_cast<ptrdiff_t>(back));
  return Give(Value::Tuple(unpacked.data(), unpacked.size()), result);
}

}  // namespace kaspr::value::semantics
