// Lists, tuples, text, bytes and ranges as sequences: subscripts, slices, +, *.

#include "value/semantics/sequences.h"

#include <algorithm>
#include <cstring>

#include "value/containers.h"
#include "value/semantics/comparison.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sets.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

bool IsSequence(Value value) {
  return value.Is(Tag::kStr) || value.Is(Tag::kBytes) || value.Is(Tag::kList) ||
         value.Is(Tag::kTuple);
}

std::span<const Value> ItemsOf(Heap& heap, Value value) {
  return value.Is(Tag::kList) ? heap.Items(*value.list)
                              : std::span<const Value>(value.items, value.size);
}

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

// An index into `size` items, counted from the end if it is negative.
Status TakeIndex(Value index, int64_t size, int64_t& position) {
  if (index.Is(Tag::kBigInt)) return Status::kIndexError;
  if (!IsInt(index)) return TypeError(index);
  position = index.integer < 0 ? index.integer + size : index.integer;
  return position < 0 || position >= size ? Status::kIndexError : Status::kOk;
}

Status CharacterOfStr(Value str, Value index, Value& result) {
  int64_t position = 0;
  const Status status = TakeIndex(index, CountCharacters(str), position);
  if (status != Status::kOk) return status;
  const size_t begin = ByteOf(str, position);
  const size_t size = CharacterAt(str.str(), begin).size;
  Value character = Cut(str, begin, begin + size);
  if (size == 1) character.flags = Value::kAscii;
  return Give(character, result);
}

Status ItemOfDict(Heap& heap, Dict& dict, Value key, Value& result) {
  Value found;
  const Status status = Find(heap, dict, key, found);
  if (status != Status::kOk) return status;
  return found.Is(Tag::kUnbound) ? Status::kKeyError : Give(found, result);
}

}  // namespace

Status GetItem(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0], index = arguments[1];
  int64_t position = 0;
  Status status = Status::kOk;
  switch (from.tag) {
    case Tag::kDict:
      return ItemOfDict(heap, *from.dict, index, result);
    case Tag::kList:
      status = TakeIndex(index, from.list->size, position);
      if (status != Status::kOk) return status;
      return Give(heap.Items(*from.list)[static_cast<size_t>(position)], result);
    case Tag::kTuple:
      status = TakeIndex(index, from.size, position);
      return status == Status::kOk ? Give(from.items[position], result) : status;
    case Tag::kStr:
      return CharacterOfStr(from, index, result);
    case Tag::kBytes:
      status = TakeIndex(index, from.size, position);
      if (status != Status::kOk) return status;
      return Give(Value::Int(static_cast<unsigned char>(from.text[position])), result);
    case Tag::kRange:
      if (index.Is(Tag::kBigInt)) return Status::kBail;
      status = TakeIndex(index, from.range->size, position);
      if (status != Status::kOk) return status;
      return Give(Value::Int(from.range->start + position * from.range->step), result);
    default:
      return TypeError(from, index);
  }
}

namespace {

struct Slice {
  int64_t start = 0, step = 1;
  int64_t count = 0;
};

Status TakeBound(Value value, int64_t otherwise, int64_t size, int64_t lowest, int64_t highest,
                 int64_t& bound) {
  bound = otherwise;
  if (value.Is(Tag::kNone) || value.Is(Tag::kUnbound)) return Status::kOk;
  const Status status = TakeInt(value, 0, bound);
  if (bound < 0) bound = bound < -size ? lowest : bound + size;
  bound = std::clamp(bound, lowest, highest);
  return status;
}

// The step comes first: a 0 is found before a bound that is none.
Status TakeSlice(Arguments arguments, int64_t size, Slice& slice) {
  Value step = At(arguments, 3);
  if (step.Is(Tag::kNone)) step = Value::Unbound();
  Status status = TakeInt(step, 1, slice.step);
  if (status != Status::kOk) return status;
  if (slice.step == 0) return Status::kValueError;
  slice.step = std::clamp<int64_t>(slice.step, -(int64_t{1} << 40), int64_t{1} << 40);
  const bool back = slice.step < 0;
  const int64_t lowest = back ? -1 : 0, highest = back ? size - 1 : size;
  int64_t stop = 0;
  status = TakeBound(At(arguments, 1), back ? highest : lowest, size, lowest, highest, slice.start);
  if (status != Status::kOk) return status;
  status = TakeBound(At(arguments, 2), back ? lowest : highest, size, lowest, highest, stop);
  if (status != Status::kOk) return status;
  const int64_t distance = back ? slice.start - stop : stop - slice.start;
  const int64_t stride = back ? -slice.step : slice.step;
  slice.count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
  return Status::kOk;
}

Value SliceOfText(Heap& heap, Value text, const Slice& slice) {
  const bool bytes = text.Is(Tag::kBytes);
  if (slice.step == 1) {
    const int64_t stop = slice.start + slice.count;
    if (bytes) {
      return Value::Bytes(
          text.bytes().substr(static_cast<size_t>(slice.start), static_cast<size_t>(slice.count)));
    }
    const size_t begin = ByteOf(text, slice.start);
    return Cut(text, begin,
               text.Is(Value::kAscii) ? static_cast<size_t>(stop) : ByteOf(text, stop));
  }
  std::string out;
  const std::span<const Value> characters =
      bytes ? std::span<const Value>() : Characters(heap, text);
  for (int64_t i = 0; i < slice.count; ++i) {
    const auto at = static_cast<size_t>(slice.start + i * slice.step);
    if (bytes) {
      out += text.text[at];
    } else {
      out += characters[at].str();
    }
  }
  const Value copy = heap.NewStr(out);
  return bytes ? Value::Bytes(copy.bytes()) : copy;
}

}  // namespace

Status GetSlice(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0];
  if (from.Is(Tag::kDict) || from.Is(Tag::kRange)) return Status::kBail;
  if (!IsSequence(from)) return TypeError(from);
  const bool text = from.Is(Tag::kStr) || from.Is(Tag::kBytes);
  const std::span<const Value> items = text ? std::span<const Value>() : ItemsOf(heap, from);
  int64_t size = text ? int64_t{from.size} : static_cast<int64_t>(items.size());
  if (from.Is(Tag::kStr)) size = CountCharacters(from);
  Slice slice;
  const Status status = TakeSlice(arguments, size, slice);
  if (status != Status::kOk) return status;
  if (text) return Give(SliceOfText(heap, from, slice), result);
  const std::span<Value> copy = heap.NewItems(static_cast<size_t>(slice.count));
  for (int64_t i = 0; i < slice.count; ++i) {
    copy[static_cast<size_t>(i)] = items[static_cast<size_t>(slice.start + i * slice.step)];
  }
  return JoinItems(heap, from, copy, {}, 1, result);
}

namespace {

// What cannot be changed says so, but some look at a large index first.
Status NoItems(Value value, Value index) {
  return index.Is(Tag::kBigInt) ? Status::kBail : TypeError(value, index);
}

}  // namespace

Status SetItem(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value into = arguments[0], index = arguments[1];
  result = Value::None();
  if (into.Is(Tag::kDict)) return Put(heap, *into.dict, index, arguments[2]);
  if (!into.Is(Tag::kList)) return NoItems(into, index);
  int64_t position = 0;
  const Status status = TakeIndex(index, into.list->size, position);
  if (status != Status::kOk) return status;
  if (!heap.Change(*into.list)) return Status::kBail;
  into.list->first[position] = arguments[2];
  return Status::kOk;
}

void EraseItem(List& list, int64_t position) {
  std::copy(list.first + position + 1, list.first + list.size, list.first + position);
  --list.size;
}

Status DeleteItem(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0], index = arguments[1];
  result = Value::None();
  if (from.Is(Tag::kDict)) {
    Value removed;
    const Status status = Remove(heap, *from.dict, index, removed);
    if (status != Status::kOk) return status;
    return removed.Is(Tag::kUnbound) ? Status::kKeyError : Status::kOk;
  }
  if (!from.Is(Tag::kList)) return NoItems(from, index);
  int64_t position = 0;
  const Status status = TakeIndex(index, from.list->size, position);
  if (status != Status::kOk) return status;
  if (!heap.Change(*from.list)) return Status::kBail;
  EraseItem(*from.list, position);
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
