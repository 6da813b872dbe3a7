#include "value/semantics/operands.h"

#include <algorithm>

#include "base/check.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

void CopyKeys(std::span<const DictEntry> entries, std::span<Value> keys) {
  size_t count = 0;
  for (const DictEntry& entry : entries) {
    if (!entry.key.Is(Tag::kUnbound)) keys[count++] = entry.key;
  }
}

void CopyItems(std::span<const SetEntry> entries, std::span<Value> items) {
  size_t count = 0;
  for (const SetEntry& entry : entries) {
    if (!entry.key.Is(Tag::kUnbound)) items[count++] = entry.key;
  }
}

}  // namespace

Status NoMethod(Value receiver, Types others) {
  if (IsForeign(receiver) || (TypesOf(receiver.tag) & others) != 0) return Status::kBail;
  return Status::kAttributeError;
}

Status TakeInt(Value value, int64_t otherwise, int64_t& number) {
  number = otherwise;
  if (value.Is(Tag::kUnbound)) return Status::kOk;
  if (value.Is(Tag::kBigInt)) return Status::kBail;
  if (!IsInt(value)) return TypeError(value);
  number = value.integer;
  return Status::kOk;
}

Status Truth(Value value, bool& truth) {
  switch (value.tag) {
    case Tag::kNone:
      truth = false;
      return Status::kOk;
    case Tag::kBool:
    case Tag::kInt:
      truth = value.integer != 0;
      return Status::kOk;
    case Tag::kBigInt:
      truth = true;
      return Status::kOk;
    case Tag::kFloat:
      truth = value.number != 0;  // a NaN is true
      return Status::kOk;
    case Tag::kStr:
    case Tag::kBytes:
    case Tag::kTuple:
      truth = value.size != 0;
      return Status::kOk;
    case Tag::kList:
      truth = value.list->size != 0;
      return Status::kOk;
    case Tag::kDict:
      truth = value.dict->size != 0;
      return Status::kOk;
    case Tag::kSet:
      truth = value.set->size != 0;
      return Status::kOk;
    case Tag::kRange:
      truth = value.range->size != 0;
      return Status::kOk;
    case Tag::kObject:
      truth = true;
      return value.Is(Value::kTrue) ? Status::kOk : Status::kBail;
    case Tag::kUnbound:
      return Status::kBail;
  }
  KASPR_UNREACHABLE("tag");
}

Status Iterate(Heap& heap, Value iterable, Order order, std::span<const Value>& items) {
  switch (iterable.tag) {
    case Tag::kList:
      items = heap.Items(*iterable.list);
      return Status::kOk;
    case Tag::kTuple:
      items = {iterable.items, iterable.size};
      return Status::kOk;
    case Tag::kDict: {
      const std::span<Value> keys = heap.NewItems(iterable.dict->size);
      CopyKeys(heap.Entries(*iterable.dict), keys);
      items = keys;
      return Status::kOk;
    }
    case Tag::kSet: {
      if (order == Order::kMatters && iterable.set->size > 1) return Status::kBail;
      const std::span<Value> copy = heap.NewItems(iterable.set->size);
      CopyItems(iterable.set->entries(), copy);
      items = copy;
      return Status::kOk;
    }
    case Tag::kStr: {
      if (iterable.size > kMostItems) return Status::kBail;
      items = Characters(heap, iterable);
      return Status::kOk;
    }
    case Tag::kBytes: {
      if (iterable.size > kMostItems) return Status::kBail;
      const std::span<Value> bytes = heap.NewItems(iterable.size);
      for (size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = Value::Int(static_cast<unsigned char>(iterable.text[i]));
      }
      items = bytes;
      return Status::kOk;
    }
    case Tag::kRange: {
      const Range& range = *iterable.range;
      if (range.size > static_cast<int64_t>(kMostItems)) return Status::kBail;
      const std::span<Value> numbers = heap.NewItems(static_cast<size_t>(range.size));
      for (int64_t i = 0; i < range.size; ++i) {
        numbers[static_cast<size_t>(i)] = Value::Int(range.start + i * range.step);
      }
      items = numbers;
      return Status::kOk;
    }
    default:
      return TypeError(iterable);
  }
}

Status TakeWindow(Value start, Value stop, int64_t size, Window& window) {
  const auto take = [size](Value value, int64_t otherwise, int64_t& number) {
    if (value.Is(Tag::kNone)) value = Value::Unbound();
    const Status status = TakeInt(value, otherwise, number);
    if (number < 0) number = std::max<int64_t>(number + size, 0);
    return status;
  };
  Status status = take(start, 0, window.start);
  if (status == Status::kOk) status = take(stop, size, window.stop);
  window.stop = std::min(window.stop, size);
  return status;
}

}  // namespace kaspr::value::semantics
