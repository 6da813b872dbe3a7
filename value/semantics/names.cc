// What the translation of Python needs besides Python's operations: names that may be unbound, and
// iterables that may change while somebody iterates over them.

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"

namespace kaspr::value::semantics {

namespace {

const Container* ContainerOf(Value value) {
  if (value.Is(Tag::kList)) return value.list;
  if (value.Is(Tag::kDict)) return value.dict;
  return value.Is(Tag::kSet) ? value.set : nullptr;
}

int64_t ChangesOf(Value value) {
  const Container* container = ContainerOf(value);
  return container == nullptr ? 0 : int64_t{container->changes};
}

std::string_view NameOfType(Value value) {
  switch (value.tag) {
    case Tag::kNone:
      return "NoneType";
    case Tag::kBool:
      return "bool";
    case Tag::kInt:
    case Tag::kBigInt:
      return "int";
    case Tag::kFloat:
      return "float";
    case Tag::kStr:
      return "str";
    case Tag::kBytes:
      return "bytes";
    case Tag::kTuple:
      return "tuple";
    case Tag::kList:
      return "list";
    case Tag::kDict:
      return "dict";
    case Tag::kSet:
      return value.set->immutable ? "frozenset" : "set";
    case Tag::kRange:
      return "range";
    case Tag::kObject:
    case Tag::kUnbound:
      break;
  }
  return {};
}

}  // namespace

// A name where it is read.
Status Bound(Heap&, Arguments arguments, Value& result) noexcept {
  if (arguments[0].Is(Tag::kUnbound)) return Status::kUnboundLocalError;
  return Give(arguments[0], result);
}

// How often the container was changed, 0 of what cannot be.
Status Changes(Heap&, Arguments arguments, Value& result) noexcept {
  return Give(Value::Int(ChangesOf(arguments[0])), result);
}

// Was it changed since? Then CPython decides what that does to who iterates over it.
Status Unchanged(Heap&, Arguments arguments, Value& result) noexcept {
  const bool same = arguments[1].Is(Tag::kInt) && ChangesOf(arguments[0]) == arguments[1].integer;
  return same ? Give(Value::None(), result) : Status::kBail;
}

// type(value).__name__
Status TypeName(Heap&, Arguments arguments, Value& result) noexcept {
  if (IsForeign(arguments[0])) return Status::kBail;
  return Give(Value::Str(NameOfType(arguments[0]), Value::kAscii), result);
}

}  // namespace kaspr::value::semantics
