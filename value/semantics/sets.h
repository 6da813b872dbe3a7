#pragma once

// Sets and dicts out of sets and dicts, for operators and methods alike.

#include <span>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

enum class SetOperator : uint8_t { kUnion, kIntersection, kDifference, kSymmetric };

// a | b and its like. kTypeError: one is no set.
Status CombineSets(Heap& heap, SetOperator how, Value a, Value b, Value& result);
// a |= b and its like, of a set that can be changed.
// `taken`: b was made of another iterable.
Status ChangeSet(Heap& heap, SetOperator how, Set& a, Value b, bool taken = false);

// set.update(iterable), set.remove(item)
Status UpdateSet(Heap& heap, Set& set, Value iterable);
Status RemoveFromSet(Heap& heap, Set& set, Value item);

Value CopySet(Heap& heap, const Set& set, bool immutable);
// kTypeError: one cannot be hashed.
Status AddAll(Heap& heap, Set& set, std::span<const Value> items);

// a | b of dicts
Status MergeDicts(Heap& heap, Value a, Value b, Value& result);
Value CopyDict(Heap& heap, Dict& dict);
// dict.update(dict)
Status UpdateDict(Heap& heap, Dict& dict, Dict& from);
// dict.pop(key, otherwise), which is unbound if it was left out.
Status PopFromDict(Heap& heap, Dict& dict, Value key, Value otherwise, Value& result);

}  // namespace kaspr::value::semantics
