#include "value/constant_key.h"

#include "value/containers.h"
#include "value/semantics/functions.h"

namespace kaspr::value {

ConstantKey MakeConstantKey(Value str) {
  return {.key = str, .hash = HashStr(str.str())};
}

Status GetConstant(Heap& heap, Value from, const ConstantKey& key, Value& result) noexcept {
  if (!from.Is(Tag::kDict)) {
    const Value arguments[] = {from, key.key};
    return semantics::GetItem(heap, arguments, result);
  }
  const Value found = FindStr(heap, *from.dict, key.key, key.hash);
  if (found.Is(Tag::kUnbound)) return Status::kKeyError;
  result = found;
  return Status::kOk;
}

Status GetConstantOr(Heap& heap, Value from, const ConstantKey& key, Value otherwise,
                     Value& result) noexcept {
  if (!from.Is(Tag::kDict)) {
    const Value arguments[] = {from, key.key, otherwise};
    return semantics::MethodGet(heap, arguments, result);
  }
  const Value found = FindStr(heap, *from.dict, key.key, key.hash);
  result = found.Is(Tag::kUnbound) ? otherwise : found;
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
    AddEntry(*dict, {.key = keys[i].key, .value = values[i], .hash = keys[i].hash});
  }
  return Value::Of(dict);
}

}  // namespace kaspr::value
