#pragma once

// Lists, tuples, text and bytes: what the operators that are also those of numbers make of them.

#include <span>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

// A list, tuple, str or bytes?
bool IsSequence(Value value);
// REQUIRES: a list or tuple.
std::span<const Value> ItemsOf(Heap& heap, Value value);

Status Concatenate(Heap& heap, Value a, Value b, Value& result);
// One of them is how often, whichever.
Status Repeat(Heap& heap, Value a, Value b, Value& result);

// A new list. REQUIRES: not too many.
Value NewListOf(Heap& heap, std::span<const Value> items);

// The iterable's items behind those of the list. kBail: it is frozen, or too long.
Status Extend(Heap& heap, List& list, Value iterable);

}  // namespace kaspr::value::semantics
