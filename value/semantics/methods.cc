// Methods of lists, and those that more than one kind of container has.

#include <algorithm>

#include "value/containers.h"
#include "value/semantics/comparison.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"
#include "value/semantics/sets.h"
#include "value/semantics/text_search.h"

namespace kaspr::value::semantics {

namespace {

bool IsList(Value value) {
  return value.Is(Tag::kList);
}

}  // namespace

Status MethodAppend(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsList(arguments[0])) return NoMethod(arguments[0], 0);
  if (!heap.Change(*arguments[0].list)) return Status::kBail;
  heap.Append(*arguments[0].list, arguments[1]);
  return Give(Value::None(), result);
}

Status MethodExtend(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsList(arguments[0])) return NoMethod(arguments[0], 0);
  result = Value::None();
  return Extend(heap, *arguments[0].list, arguments[1]);
}

Status MethodInsert(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsList(arguments[0])) return NoMethod(arguments[0], 0);
  List& list = *arguments[0].list;
  int64_t position = 0;
  const Status status = TakeInt(arguments[1], 0, position);
  if (status != Status::kOk) return status;
  if (!heap.Change(list)) return Status::kBail;
  if (position < 0) position += list.size;
  position = std::clamp<int64_t>(position, 0, list.size);
  heap.Reserve(list);
  std::copy_backward(list.first + position, list.first + list.size, list.first + list.size + 1);
  list.first[position] = arguments[2];
  ++list.size;
  return Give(Value::None(), result);
}

Status MethodReverse(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsList(arguments[0])) return NoMethod(arguments[0], 0);
  List& list = *arguments[0].list;
  if (!heap.Change(list)) return Status::kBail;
  std::reverse(list.first, list.first + list.size);
  return Give(Value::None(), result);
}

Status MethodSort(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!IsList(arguments[0])) return NoMethod(arguments[0], 0);
  List& list = *arguments[0].list;
  bool reverse = false;
  const Status status = TakeReverse(At(arguments, 1), reverse);
  if (status != Status::kOk) return status;
  if (!heap.Change(list)) return Status::kBail;
  const std::span<Value> items(list.first, list.size);
  // What a sort that fails leaves behind is CPython's.
  if (Sort(heap, items, reverse, items) != Status::kOk) return Status::kBail;
  return Give(Value::None(), result);
}

namespace {

Status PopFromList(Heap& heap, List& list, Value index, Value& result) {
  int64_t position = -1;
  const Status status = TakeInt(index, -1, position);
  if (status != Status::kOk) return status;
  if (position < 0) position += list.size;
  if (position < 0 || position >= list.size) return Status::kIndexError;
  if (!heap.Change(list)) return Status::kBail;
  result = list.first[position];
  EraseItem(list, position);
  return Status::kOk;
}

Status PopFromSet(Heap& heap, Set& set, Value& result) {
  if (set.size == 0) return Status::kKeyError;
  std::span<const Value> items;
  Status status = Iterate(heap, Value::Of(&set), Order::kMatters, items);
  if (status != Status::kOk) return status;
  bool removed = false;
  result = items[0];
  return Remove(heap, set, result, removed);
}

}  // namespace

Status MethodPop(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0], which = At(arguments, 1), otherwise = At(arguments, 2);
  if (IsList(from)) {
    return otherwise.Is(Tag::kUnbound) ? PopFromList(heap, *from.list, which, result)
                                       : Status::kTypeError;
  }
  if (from.Is(Tag::kDict)) {
    return which.Is(Tag::kUnbound) ? Status::kTypeError
                                   : PopFromDict(heap, *from.dict, which, otherwise, result);
  }
  if (!IsMutableSet(from)) return NoMethod(from, 0);
  return which.Is(Tag::kUnbound) ? PopFromSet(heap, *from.set, result) : Status::kTypeError;
}

Status MethodRemove(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0];
  result = Value::None();
  if (IsMutableSet(from)) return RemoveFromSet(heap, *from.set, arguments[1]);
  if (!IsList(from)) return NoMethod(from, 0);
  int64_t position = 0;
  const Status status = FindItem(heap, heap.Items(*from.list), arguments[1], position);
  if (status != Status::kOk) return status;
  if (position < 0) return Status::kValueError;
  if (!heap.Change(*from.list)) return Status::kBail;
  EraseItem(*from.list, position);
  return Status::kOk;
}

Status MethodClear(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0];
  result = Value::None();
  if (IsList(from)) {
    if (!heap.Change(*from.list)) return Status::kBail;
    from.list->size = 0;
  } else if (from.Is(Tag::kDict)) {
    if (!heap.Change(*from.dict)) return Status::kBail;
    ClearTable(*from.dict);
  } else if (IsMutableSet(from)) {
    if (!heap.Change(*from.set)) return Status::kBail;
    ClearTable(*from.set);
  } else {
    return NoMethod(from, 0);
  }
  return Status::kOk;
}

Status MethodCopy(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0];
  if (IsList(from)) return Give(NewListOf(heap, heap.Items(*from.list)), result);
  if (from.Is(Tag::kDict)) return Give(CopyDict(heap, *from.dict), result);
  if (!from.Is(Tag::kSet)) return NoMethod(from, 0);
  return Give(from.set->immutable ? from : CopySet(heap, *from.set, false), result);
}

Status MethodUpdate(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value into = arguments[0];
  result = Value::None();
  if (IsMutableSet(into)) return UpdateSet(heap, *into.set, arguments[1]);
  if (!into.Is(Tag::kDict)) return NoMethod(into, 0);
  if (!arguments[1].Is(Tag::kDict)) return Status::kBail;  // pairs are taken, too
  return UpdateDict(heap, *into.dict, *arguments[1].dict);
}

namespace {

constexpr Types kSearchable = TypesOf(Tag::kBytes, Tag::kRange);

}  // namespace

Status MethodIndex(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0];
  if (from.Is(Tag::kStr)) return IndexInText(arguments, Search::kFirst, result);
  if (!IsList(from) && !from.Is(Tag::kTuple)) return NoMethod(from, kSearchable);
  const std::span<const Value> items = ItemsOf(heap, from);
  // None is no bound here.
  const Value start = At(arguments, 2), stop = At(arguments, 3);
  if (start.Is(Tag::kNone) || stop.Is(Tag::kNone)) return Status::kTypeError;
  Window window;
  Status status = TakeWindow(start, stop, static_cast<int64_t>(items.size()), window);
  if (status != Status::kOk) return status;
  if (window.start >= window.stop) return Status::kValueError;
  int64_t found = 0;
  status = FindItem(heap,
                    items.subspan(static_cast<size_t>(window.start),
                                  static_cast<size_t>(window.stop - window.start)),
                    arguments[1], found);
  if (status != Status::kOk) return status;
  return found < 0 ? Status::kValueError : Give(Value::Int(window.start + found), result);
}

Status MethodCount(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0];
  if (from.Is(Tag::kStr)) return CountInText(arguments, result);
  if (!IsList(from) && !from.Is(Tag::kTuple)) return NoMethod(from, kSearchable);
  if (arguments.size() > 2) return Status::kTypeError;
  int64_t count = 0;
  for (const Value item : ItemsOf(heap, from)) {
    bool equal = false;
    const Status status = EqualItems(heap, item, arguments[1], equal);
    if (status != Status::kOk) return status;
    count += equal ? 1 : 0;
  }
  return Give(Value::Int(count), result);
}

}  // namespace kaspr::value::semantics
