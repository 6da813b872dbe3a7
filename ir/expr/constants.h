#pragma once

// The values of a function's constants, as both engines see them.

#include "ir/expr/expr.h"
#include "value/heap.h"

namespace kaspr::ir {

// Lives in the heap. Containers are frozen: a change of one bails. REQUIRES: a set or dict has only
// items and keys that can be hashed.
value::Value MakeConstant(value::Heap& heap, const Literal& literal);

}  // namespace kaspr::ir
