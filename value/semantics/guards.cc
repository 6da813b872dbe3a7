// What stands in translated functions and in no program: looks at what CPython keeps track of by
// itself, and shapes that it makes in one go.

#include <vector>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"

namespace kaspr::value::semantics {

namespace {

// How often a container was changed.
uint32_t ChangesOf(Value value) {
  switch (value.tag) {
    case Tag::kList:
      return value.list->changes;
    case Tag::kDict:
      return value.dict->changes;
    case Tag::kSet:
      return value.set->changes;
    default:
      return 0;
  }
}

}  // namespace

// A name that is read.
Status Bound(Heap&, Arguments arguments, Value& result) noexcept {
  result = arguments[0];
  return result.Is(Tag::kUnbound) ? Status::kUnboundLocalError : Status::kOk;
}

Status Changes(Heap&, Arguments arguments, Value& result) noexcept {
  return Give(Value::Int(ChangesOf(arguments[0])), result);
}

// Bails if the container was changed since.
Status Unchanged(Heap&, Arguments arguments, Value& result) noexcept {
  result = Value::None();
  return ChangesOf(arguments[0]) == static_cast<uint64_t>(arguments[1].integer) ? Status::kOk
                                                                                : Status::kBail;
}

// The items of a list, in another order.
Status ListAssign(Heap& heap, Arguments arguments, Value& result) noexcept {
  result = Value::None();
  if (!arguments[0].Is(Tag::kList)) return NoMethod(arguments[0], 0);
  List& list = *arguments[0].list;
  const std::span<const Value> items = heap.Items(*arguments[1].list);
  if (items.size() != heap.Items(list).size() || !heap.Change(list)) return Status::kBail;
  std::copy(items.begin(), items.end(), list.first);
  return Status::kOk;
}

// list(zip(*rows))
Status ZipOf(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::span<const Value> rows;
  if (const Status status = Iterate(heap, arguments[0], Order::kMatters, rows);
      status != Status::kOk) {
    return status;
  }
  return Zip(heap, rows, result);
}

// type(value).__name__
Status TypeName(Heap&, Arguments arguments, Value& result) noexcept {
  const auto name = [&](std::string_view text) {
    return Give(Value::Str(text, Value::kAscii), result);
  };
  const Value value = arguments[0];
  switch (value.tag) {
    case Tag::kNone:
      return name("NoneType");
    case Tag::kBool:
      return name("bool");
    case Tag::kInt:
    case Tag::kBigInt:
      return name("int");
    case Tag::kFloat:
      return name("float");
    case Tag::kStr:
      return name("str");
    case Tag::kBytes:
      return name("bytes");
    case Tag::kTuple:
      return name("tuple");
    case Tag::kList:
      return name("list");
    case Tag::kDict:
      return name("dict");
    case Tag::kSet:
      return name(value.set->immutable ? "frozenset" : "set");
    case Tag::kRange:
      return name("range");
    case Tag::kUnbound:
    case Tag::kObject:
      break;
  }
  return Status::kBail;
}

}  // namespace kaspr::value::semantics
