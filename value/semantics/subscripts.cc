// x[i] and x[a:b:c]: of dicts, and of sequences.

#include <algorithm>
#include <string>

#include "value/containers.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

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
  return Give(from.Is(Tag::kTuple) ? Value::Tuple(copy.data(), copy.size()) : NewListOf(heap, copy),
              result);
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

}  // namespace kaspr::value::semantics
