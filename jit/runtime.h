#pragma once

// What machine code of functions stands on: what it is given, and what it calls beside the
// primitives of value/. Nothing here throws; nothing is unwound through generated code.

#include <cstdint>
#include <span>
#include <string_view>

#include "ir/expr/evaluate.h"
#include "value/heap.h"

namespace kaspr::jit {

// Of one run of a function: its heap, how many turns it has left, what it sees. Generated code
// knows the order of the members.
struct Context {
  value::Heap* heap = nullptr;
  uint64_t turns = 0;
  const ir::Surroundings* surroundings = nullptr;
};

// A function of one argument, as it is called from outside.
using Entry = value::Status(Context&, value::Value argument, value::Value& result) noexcept;

// What generated code may call, by the names that it has there: "py.add" of the primitive, and the
// functions of runtime.cc.
struct RuntimeSymbol {
  std::string_view name;
  void* address = nullptr;
};
std::span<const RuntimeSymbol> RuntimeSymbols();

// Where generated code finds the members of containers, in bytes.
struct Layout {
  uint32_t list_first, list_size, list_capacity, list_document, list_frozen, list_changes;
  uint32_t dict_size, range_start, range_step;
};
Layout LayoutOfContainers();

}  // namespace kaspr::jit
