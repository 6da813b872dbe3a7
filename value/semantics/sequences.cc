// Lists, tuples, text, bytes and ranges as sequences: +, *, `in`.

#include "value/semantics/sequences.h"

#include <algorithm>
#include <cstring>

#include "value/containers.h"
#include "value/semantics/comparison.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sets.h"

namespace kaspr::value::semantics {

bool IsSequence(Value value) {
  return value.Is(Tag::kStr) || value.Is(Tag::kBytes) || value.Is(Tag::kList) ||
         value.Is(Tag::kTuple);
}

std::span<const Value> ItemsOf(Heap& heap, Value value) {
  return value.Is(Tag::kList) ? heap.Items(*value.list)
                              : std::span<const Value>(value.items, value.size);
}

namespace {

// The text several times, or two texts, of one tag.
Value JoinBytes(Heap& heap, Value a, Value b, size_t times) {
  const size_t size = a.size * times + b.size;
  const std::span<char> text = heap.NewText(size);
  char* out = text.data();
  for (size_t i = 0; i < times; ++i) out = std::copy_n(a.text, a.size, out);
  std::copy_n(b.text, b.size, out);
  Value joined =
      a.Is(Tag::kBytes) ? Value::Bytes({text.data(), size}) : Value::Str({text.data(), size});
  if (a.Is(Value::kAscii) && b.Is(Value::kAscii)) joined.flags = Value::kAscii;
  return joined;
}

Status JoinItems(Heap& heap, Value a, std::span<const Value> items, std::span<const Value> others,
                 size_t times, Value& result) {
  const size_t count = items.size() * times + others.size();
  const std::span<Value> all = heap.NewItems(count);
  auto out = all.begin();
  for (size_t i = 0; i < times; ++i) out = std::copy(items.begin(), items.end(), out);
  std::copy(others.begin(), others.end(), out);
  if (a.Is(Tag::kTuple)) return Give(Value::Tuple(all.data(), count), result);
  List* list = heap.NewList();
  list->first = all.data();
  list->size = list->capacity = static_cast<uint32_t>(count);
  return Give(Value::Of(list), result);
}

}  // namespace

Status Concatenate(Heap& heap, Value a, Value b, Value& result) {
  if (!IsSequence(a) || a.tag != b.tag) return TypeError(a, b);
  if (a.Is(Tag::kStr) || a.Is(Tag::kBytes)) {
    if (size_t{a.size} + b.size > kLongestText) return Status::kBail;
    return Give(JoinBytes(heap, a, b, 1), result);
  }
  const std::span<const Value> items = ItemsOf(heap, a), others = ItemsOf(heap, b);
  if (items.size() + others.size() > kMostItems) return Status::kBail;
  return JoinItems(heap, a, items, others, 1, result);
}

Status Repeat(Heap& heap, Value a, Value b, Value& result) {
  if (!IsSequence(a)) std::swap(a, b);
  if (!IsSequence(a)) return TypeError(a, b);
  if (b.Is(Tag::kBigInt)) return Status::kBail;
  if (!IsInt(b)) return TypeError(b);
  const auto times = static_cast<size_t>(std::max<int64_t>(b.integer, 0));
  if (a.Is(Tag::kStr) || a.Is(Tag::kBytes)) {
    if (a.size > 0 && times > kLongestText / a.size) return Status::kBail;
    const Value nothing = Value::Str({}, Value::kAscii);
    return Give(JoinBytes(heap, a, nothing, a.size > 0 ? times : 0), result);
  }
  const std::span<const Value> items = ItemsOf(heap, a);
  if (!items.empty() && times > kMostItems / items.size()) return Status::kBail;
  return JoinItems(heap, a, items, {}, items.empty() ? 0 : times, result);
}

Value NewListOf(Heap& heap, std::span<const Value> items) {
  List* list = heap.NewList(items.size());
  std::copy(items.begin(), items.end(), list->first);
  list->size = static_cast<uint32_t>(items.size());
  return Value::Of(list);
}

Status Extend(Heap& heap, List& list, Value iterable) {
  std::span<const Value> items;
  const Status status = Iterate(heap, iterable, Order::kMatters, items);
  if (status != Status::kOk) return status;
  if (size_t{list.size} + items.size() > kMostItems || !heap.Change(list)) return Status::kBail;
  heap.Reserve(list, items.size());
  // Of itself, they are the first ones, and do not move.
  std::copy(items.begin(), items.end(), list.first + list.size);
  list.size += static_cast<uint32_t>(items.size());
  return Status::kOk;
}

namespace {

Status IsInRange(const Range& range, Value wanted, bool& is) {
  is = false;
  if (IsForeign(wanted)) return Status::kBail;
  int64_t number = wanted.integer;
  if (wanted.Is(Tag::kFloat)) {
    if (!(wanted.number >= -9e18 && wanted.number <= 9e18)) return Status::kOk;
    number = static_cast<int64_t>(wanted.number);
    if (static_cast<double>(number) != wanted.number) return Status::kOk;
  } else if (!IsInt(wanted)) {
    return Status::kOk;
  }
  const __int128 distance = static_cast<__int128>(number) - range.start;
  is = distance % range.step == 0 && distance / range.step >= 0 &&
       distance / range.step < range.size;
  return Status::kOk;
}

}  // namespace

Status IsIn(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value wanted = arguments[0], container = arguments[1];
  bool is = false;
  Status status = Status::kOk;
  switch (container.tag) {
    case Tag::kDict: {
      Value found;
      status = Find(heap, *container.dict, wanted, found);
      is = !found.Is(Tag::kUnbound);
      break;
    }
    case Tag::kSet:  // a set is looked up as if it were frozen
      if (wanted.Is(Tag::kSet)) return Status::kBail;
      status = Contains(heap, *container.set, wanted, is);
      break;
    case Tag::kStr:
      if (!wanted.Is(Tag::kStr)) return TypeError(wanted);
      is = container.str().find(wanted.str()) != std::string_view::npos;
      break;
    case Tag::kList:
    case Tag::kTuple: {
      int64_t found = 0;
      status = FindItem(heap, ItemsOf(heap, container), wanted, found);
      is = found >= 0;
      break;
    }
    case Tag::kRange:
      status = IsInRange(*container.range, wanted, is);
      break;
    case Tag::kBytes:
      return Status::kBail;
    default:
      return TypeError(container);
  }
  result = Value::Bool(is);
  return status;
}

}  // namespace kaspr::value::semantics
