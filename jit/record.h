#pragma once

// What is sent of the values that selectors give: the native half of python/destination.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

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

// Of one agent, for one thread.
class RecordWriter {
 public:
  // `destinations`: by target, null where nothing is sent. All must outlive it.
  RecordWriter(std::span<const ir::Destination* const> destinations, const ir::AppContext& app)
      : destinations_(destinations), app_(app), most_(destinations.size()) {}

  // From now on records are written into this arena.
  void Begin(value::Arena& arena);

  // Makes a record for the target; `fields`: instead of a value that is selected. False: CPython
  // would raise, or might, and must say so itself.
  bool Write(uint32_t target, ir::RecordSink::Selected selected,
             const std::optional<Fields>& fields, value::Heap& heap, value::Send& send);

 private:
  using Bytes = std::optional<std::string_view>;

  bool WriteName(value::Value chosen, std::string_view& topic);
  bool WriteHeader(value::Value name, value::Value content, value::Header& header);
  bool WriteHeaders(value::Value chosen, value::Heap& heap,
                    std::span<const value::Header>& headers);
  bool Encode(ir::Serializer serializer, value::Value from, Bytes& bytes);
  bool Encode(ir::Serializer serializer, const Fields& fields, Bytes& bytes);
  size_t MostOf(uint32_t target, std::string_view topic);

  const std::span<const ir::Destination* const> destinations_;
  const ir::AppContext& app_;
  value::Arena* arena_ = nullptr;
  value::JsonWriter json_;
  std::vector<size_t> most_;  // bytes of a record, by target; 0: it was not asked yet
};

}  // namespace kaspr::jit
