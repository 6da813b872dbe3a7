#pragma once

// What code does with a dict by a key that it names, with the key's hash known beforehand.
//
//   static const ConstantKey kTotal = MakeConstantKey(Value::Str("total", Value::kAscii));
//   status = SetConstant(heap, value, kTotal, Value::Int(3));      // value["total"] = 3
//
// Each does exactly what the primitive of the same meaning does, also where the value is no dict.
// For generated code: plain pointers, nothing is thrown. A key must outlive what it is put into.

#include <cstddef>
#include <cstdint>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value {

struct ConstantKey {
  Value key;          // a str
  uint32_t hash = 0;  // HashStr of it
};

ConstantKey MakeConstantKey(Value str);

// from[key]
Status GetConstant(Heap& heap, Value from, const ConstantKey& key, Value& result) noexcept;
// from.get(key, otherwise)
Status GetConstantOr(Heap& heap, Value from, const ConstantKey& key, Value otherwise,
                     Value& result) noexcept;
// key in from
Status HasConstant(Heap& heap, Value from, const ConstantKey& key, Value& result) noexcept;
// into[key] = value
Status SetConstant(Heap& heap, Value into, const ConstantKey& key, Value value) noexcept;

// {keys[0]: values[0], ...}. REQUIRES: no two of the keys are equal.
Value MakeDict(Heap& heap, const ConstantKey* keys, const Value* values, size_t count) noexcept;

}  // namespace kaspr::value
