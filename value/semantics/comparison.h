#pragma once

// How two values stand to each other: what <, <=, >, >= mean, and sorting by it.

#include <span>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

// Unordered: a NaN and anything, two sets of which neither is a part of the other.
enum class Rank : uint8_t { kLess, kEqual, kGreater, kUnordered };

// kTypeError: Python does not order the two.
Status Compare(Heap& heap, Value a, Value b, Rank& rank);

// Stable, as list.sort; `items` are put into the order of their keys (which may be the items), and
// the keys are left as they are. kTypeError: not all can be ordered; nothing was moved.
Status Sort(Heap& heap, std::span<const Value> keys, bool reverse, std::span<Value> items);

// x in items; and where it stands first, or -1.
Status FindItem(Heap& heap, std::span<const Value> items, Value wanted, int64_t& found);

}  // namespace kaspr::value::semantics
