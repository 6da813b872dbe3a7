#pragma once

// What is sent of the values that selectors give: the native half of python/destination.

#include <optional>
#include <span>
#include <string_view>

#include "ir/expr/evaluate.h"
#include "ir/kernel.h"
#include "ir/ops.h"
#include "value/batch.h"
#include "value/heap.h"
#include "value/json_write.h"

namespace kaspr::jit {

// Those of a dict that is not made (value::WriteFields).
struct Fields {
  std::span<const std::string_view> texts;
  const value::Value* values = nullptr;
};

// `fields`: instead of a value that is selected. Copies the record into the arena. False: CPython
// would raise, or might, and must say so itself.
bool MakeRecord(const ir::Destination& destination, ir::RecordSink::Selected selected,
                const std::optional<Fields>& fields, const ir::AppContext& app, value::Heap& heap,
                value::JsonWriter& writer, value::Arena& arena, value::Send& send);

}  // namespace kaspr::jit
