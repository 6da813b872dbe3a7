#include "jit/runtime.h"

#include <cstring>
#include <iterator>
#include <new>
#include <string>
#include <vector>

#include "ir/expr/python_calls.h"
#include "value/constant_key.h"
#include "value/iteration.h"
#include "value/primitives.h"
#include "value/semantics/operands.h"

namespace kaspr::jit {

using value::Heap;
using value::Iteration;
using value::Status;
using value::Value;

namespace {

Status Truth(Value of, bool& truth) noexcept {
  return value::semantics::Truth(of, truth);
}

// The memory is the caller's, and what is made there needs no end.
void BeginIteration(Heap& heap, Value over, void* memory) noexcept {
  new (memory) Iteration(heap, over);
}

Status NextItem(Iteration& iteration, Value& item, bool& more) noexcept {
  return iteration.Next(item, more);
}

Status EventField(Context& context, const char* path, uint64_t size, Value& result) noexcept {
  const auto& event = context.surroundings->event;
  return event ? event({path, size}, *context.heap, result) : Status::kBail;
}

Status Yield(Context& context, Value item) noexcept {
  const auto& yield = context.surroundings->yield;
  return yield ? yield(item) : Status::kBail;
}

Status AskPython(Context& context, ir::AskPython::Kind kind, const char* name, uint64_t size,
                 const Value* operands, uint64_t count, Value& result) noexcept {
  ir::PythonCalls* python = context.surroundings->python;
  if (python == nullptr) return Status::kBail;
  return python->Ask(kind, {name, size}, {operands, count}, *context.heap, result);
}

Status SendRecord(Context& context, uint64_t target, const Value* selected) noexcept {
  ir::RecordSink* records = context.surroundings->records;
  if (records == nullptr) return Status::kBail;
  return records->Take(static_cast<uint32_t>(target),
                       ir::RecordSink::Selected(selected, std::size(ir::Send::kSelected)));
}

// The fields' values stand behind what is selected, which has none.
Status SendFields(Context& context, uint64_t target, const Value* selected,
                  const std::string_view* texts, uint64_t count) noexcept {
  ir::RecordSink* records = context.surroundings->records;
  if (records == nullptr) return Status::kBail;
  const ir::RecordSink::Selected chosen(selected, std::size(ir::Send::kSelected));
  return records->TakeFields(static_cast<uint32_t>(target), chosen, {texts, count + 1},
                             selected + chosen.size());
}

void DropValue(Context& context) noexcept {
  if (context.surroundings->records != nullptr) context.surroundings->records->Drop();
}

template <class F>
void* AddressOf(F* function) {
  return reinterpret_cast<void*>(function);
}

std::vector<RuntimeSymbol> MakeSymbols() {
  static std::vector<std::string> names;  // a view needs them
  std::vector<RuntimeSymbol> symbols = {
      {"kaspr.truth", AddressOf(Truth)},
      {"kaspr.iterate", AddressOf(BeginIteration)},
      {"kaspr.next", AddressOf(NextItem)},
      {"kaspr.event", AddressOf(EventField)},
      {"kaspr.yield", AddressOf(Yield)},
      {"kaspr.python", AddressOf(AskPython)},
      {"kaspr.send", AddressOf(SendRecord)},
      {"kaspr.send.fields", AddressOf(SendFields)},
      {"kaspr.drop", AddressOf(DropValue)},
      {"kaspr.get", AddressOf(value::GetConstant)},
      {"kaspr.get.or", AddressOf(value::GetConstantOr)},
      {"kaspr.has", AddressOf(value::HasConstant)},
      {"kaspr.set", AddressOf(value::SetConstant)},
      {"kaspr.dict", AddressOf(value::MakeDict)},
      {"memcmp", AddressOf(std::memcmp)},
  };
  const std::span<const value::Primitive> primitives = value::Primitives();
  names.reserve(primitives.size());
  for (const value::Primitive& primitive : primitives) {
    symbols.push_back(
        {names.emplace_back("py." + std::string(primitive.name)), AddressOf(primitive.function)});
  }
  return symbols;
}

template <class T, class M>
uint32_t OffsetOf(const T& object, const M& member) {
  return static_cast<uint32_t>(reinterpret_cast<const char*>(&member) -
                               reinterpret_cast<const char*>(&object));
}

}  // namespace

std::span<const RuntimeSymbol> RuntimeSymbols() {
  static const std::vector<RuntimeSymbol> symbols = MakeSymbols();
  return symbols;
}

Layout LayoutOfContainers() {
  const value::List list;
  const value::Dict dict;
  const value::Range range;
  return {.list_first = OffsetOf(list, list.first),
          .list_size = OffsetOf(list, list.size),
          .list_capacity = OffsetOf(list, list.capacity),
          .list_document = OffsetOf(list, list.document),
          .list_frozen = OffsetOf(list, list.frozen),
          .list_changes = OffsetOf(list, list.changes),
          .dict_size = OffsetOf(dict, dict.size),
          .range_start = OffsetOf(range, range.start),
          .range_step = OffsetOf(range, range.step)};
}

}  // namespace kaspr::jit
