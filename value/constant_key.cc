#include "value/constant_key.h"

#include "value/containers.h"
#include "value/semantics/functions.h"

namespace kaspr::value {

ConstantKey MakeConstantKey(Value str) {
  return {.key = str, .hash = HashStr(str.str())};
}

namespace {

// Keys of dicts that code makes are often the very constants that it asks for.
void FindConstant(Heap& heap, Dict& dict, const ConstantKey& key, Value& found) {
  if (heap.Look(dict, key.key.str(), key.hash, found)) return;
  if (dict.document == nullptr && dict.used <= Dict::kScanned) {
    for (const DictEntry& entry : dict.entries()) {
      if (entry.key.text == key.key.text && entry.key.size == key.key.size &&
          entry.key.Is(Tag::kStr)) {
        found = entry.value;
        return;
      }
    }
  }
  found = FindStr(heap, dict, key.key, key.hash);
}

}  // namespace

Status GetConstant(Heap& heap, Value from, const ConstantKey& key, Value& result) noexcept {
  if (!from.Is(Tag::kDict)) {
    const Value arguments[] = {from, key.key};
    return semantics::GetItem(heap, arguments, result);
  }
  FindConstant(heap, *from.dict, key, result);
  return result.Is(Tag::kUnbound) ? Status::kKeyError : Status::kOk;
}

Status GetConstantOr(Heap& heap, Value from, const ConstantKey& key, Value otherwise,
                     Value& result) noexcept {
  if (!from.Is(Tag::kDict)) {
    const Value arguments[] = {from, key.key, otherwise};
    return semantics::MethodGet(heap, arguments, result);
  }
  FindConstant(heap, *from.dict, key, result);
  if (result.Is(Tag::kUnbound)) result = otherwise;
  if (result.Is(Tag::kUnbound)) result = Value::None();  // it was left out
  return Status::kOk;
}

Status HasConstant(Heap& heap, Value from, const ConstantKey& key, Value& result) noexcept {
  if (!from.Is(Tag::kDict)) {
    const Value arguments[] = {key.key, from};
    return semantics::IsIn(heap, arguments, result);
  }
  result = Value::Bool(!FindStr(heap, *from.dict, key.key, key.hash).Is(Tag::kUnbound));
  return Status::kOk;
}

Status SetConstant(Heap& heap, Value into, const ConstantKey& key, Value value) noexcept {
  if (into.Is(Tag::kDict)) return PutHashed(heap, *into.dict, key.key, key.hash, value);
  const Value arguments[] = {into, key.key, value};
  Value none;
  return semantics::SetItem(heap, arguments, none);
}

Value MakeDict(Heap& heap, const ConstantKey* keys, const Value* values, size_t count) noexcept {
  Dict* dict = heap.NewDict(count);
  for (size_t i = 0; i < count; ++i) {
    dict->first[i] = {.key = keys[i].key, .value = values[i], .hash = keys[i].hash};
  }
  dict->used = dict->size = static_cast<uint32_t>(count);
  return Value::Of(dict);
}

}  // namespace kaspr::value
