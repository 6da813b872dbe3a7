// Dicts: their displays, and their methods that lists and sets do not have.

#include <algorithm>

#include "value/containers.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"
#include "value/semantics/sets.h"

namespace kaspr::value::semantics {

Value CopyDict(Heap& heap, Dict& dict) {
  Dict* copy = heap.NewDict(dict.size);
  for (const DictEntry& entry : heap.Entries(dict)) {
    if (!entry.key.Is(Tag::kUnbound)) AddEntry(*copy, entry);
  }
  return Value::Of(copy);
}

Status UpdateDict(Heap& heap, Dict& dict, Dict& from) {
  if (&dict == &from) return dict.frozen ? Status::kBail : Status::kOk;
  for (const DictEntry& entry : heap.Entries(from)) {
    if (entry.key.Is(Tag::kUnbound)) continue;
    const Status status = Put(heap, dict, entry.key, entry.value);
    if (status != Status::kOk) return status;
  }
  return Status::kOk;
}

Status MergeDicts(Heap& heap, Value a, Value b, Value& result) {
  const Value merged = CopyDict(heap, *a.dict);
  result = merged;
  return UpdateDict(heap, *merged.dict, *b.dict);
}

Status DisplayDict(Heap& heap, Arguments arguments, Value& result) noexcept {
  Dict* dict = heap.NewDict(arguments.size() / 2);
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const Status status = Put(heap, *dict, arguments[i], arguments[i + 1]);
    if (status != Status::kOk) return status;
  }
  return Give(Value::Of(dict), result);
}

Status DictPut(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kDict)) return Status::kBail;
  result = Value::None();
  return Put(heap, *arguments[0].dict, arguments[1], arguments[2]);
}

Status DictUpdate(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kDict)) return Status::kBail;
  if (!arguments[1].Is(Tag::kDict)) return TypeError(arguments[1]);
  result = Value::None();
  return UpdateDict(heap, *arguments[0].dict, *arguments[1].dict);
}

// {**value}, without the dict
Status Mapping(Heap&, Arguments arguments, Value& result) noexcept {
  result = Value::None();
  return arguments[0].Is(Tag::kDict) ? Status::kOk : TypeError(arguments[0]);
}

namespace {

// One item of what dict() takes: two things, in any iterable.
Status PutPair(Heap& heap, Dict& dict, Value pair) {
  std::span<const Value> both;
  const Status status = Iterate(heap, pair, Order::kMatters, both);
  if (status != Status::kOk) return status;
  if (both.size() != 2) return Status::kValueError;
  return Put(heap, dict, both[0], both[1]);
}

}  // namespace

Status ToDict(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = At(arguments, 0);
  if (arguments.empty()) return Give(Value::Of(heap.NewDict()), result);
  if (from.Is(Tag::kDict)) return Give(CopyDict(heap, *from.dict), result);
  std::span<const Value> pairs;
  Status status = Iterate(heap, from, Order::kMatters, pairs);
  Dict* dict = heap.NewDict(pairs.size());
  for (size_t i = 0; status == Status::kOk && i < pairs.size(); ++i) {
    status = PutPair(heap, *dict, pairs[i]);
  }
  result = Value::Of(dict);
  return status;
}

Status MethodGet(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kDict)) return NoMethod(arguments[0], 0);
  Value found;
  const Status status = Find(heap, *arguments[0].dict, arguments[1], found);
  if (found.Is(Tag::kUnbound)) found = At(arguments, 2);
  result = found.Is(Tag::kUnbound) ? Value::None() : found;
  return status;
}

namespace {

enum class Part : uint8_t { kKeys, kValues, kPairs };

Status PartsOf(Heap& heap, Value dict, Part part, Value& result) {
  if (!dict.Is(Tag::kDict)) return NoMethod(dict, 0);
  List* list = heap.NewList(dict.dict->size);
  for (const DictEntry& entry : heap.Entries(*dict.dict)) {
    if (entry.key.Is(Tag::kUnbound)) continue;
    Value item = part == Part::kKeys ? entry.key : entry.value;
    if (part == Part::kPairs) {
      const Value pair[] = {entry.key, entry.value};
      item = heap.NewTuple(pair);
    }
    heap.Append(*list, item);
  }
  return Give(Value::Of(list), result);
}

}  // namespace

Status MethodKeys(Heap& heap, Arguments arguments, Value& result) noexcept {
  return PartsOf(heap, arguments[0], Part::kKeys, result);
}
Status MethodValues(Heap& heap, Arguments arguments, Value& result) noexcept {
  return PartsOf(heap, arguments[0], Part::kValues, result);
}
Status MethodItems(Heap& heap, Arguments arguments, Value& result) noexcept {
  return PartsOf(heap, arguments[0], Part::kPairs, result);
}

Status MethodSetDefault(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kDict)) return NoMethod(arguments[0], 0);
  const Status status = Find(heap, *arguments[0].dict, arguments[1], result);
  if (status != Status::kOk || !result.Is(Tag::kUnbound)) return status;
  result = At(arguments, 2).Is(Tag::kUnbound) ? Value::None() : arguments[2];
  return Put(heap, *arguments[0].dict, arguments[1], result);
}

Status MethodPopItem(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kDict)) return NoMethod(arguments[0], 0);
  Dict& dict = *arguments[0].dict;
  if (dict.size == 0) return Status::kKeyError;
  const std::span<const DictEntry> entries = heap.Entries(dict);
  size_t last = entries.size() - 1;
  while (entries[last].key.Is(Tag::kUnbound)) --last;
  const Value pair[] = {entries[last].key, entries[last].value};
  result = heap.NewTuple(pair);
  Value removed;
  return Remove(heap, dict, pair[0], removed);
}

Status PopFromDict(Heap& heap, Dict& dict, Value key, Value otherwise, Value& result) {
  // Python does not look at the key of an empty dict.
  const bool empty = dict.size == 0;
  const Status status = empty ? Status::kOk : Remove(heap, dict, key, result);
  if (status != Status::kOk) return status;
  if (empty || result.Is(Tag::kUnbound)) result = otherwise;
  return result.Is(Tag::kUnbound) ? Status::kKeyError : Status::kOk;
}

}  // namespace kaspr::value::semantics
