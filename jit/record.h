#pragma once

// What is sent of the values that selectors give: the native half of python/destination.

#include "ir/kernel.h"
#include "ir/ops.h"
#include "value/batch.h"
#include "value/heap.h"
#include "value/json_write.h"

namespace kaspr::jit {

// Unbound: there is no such selector.
struct Selected {
  value::Value name, key, value, partition, headers;
};

// Copies the record into the arena. False: CPython would raise, or might, and must say so itself.
bool MakeRecord(const ir::Destination& destination, const Selected& selected,
                const ir::AppContext& app, value::Heap& heap, value::JsonWriter& writer,
                value::Arena& arena, value::Send& send);

}  // namespace kaspr::jit
