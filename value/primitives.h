#pragma once

// The operations of Python on values that evaluator and generated code call: one small function
// each, and the table that lists them.
//
//   const Primitive* add = FindPrimitive("add");
//   Value sum;
//   const Status status = add->function(heap, std::array{Value::Int(1), Value::Int(2)}, sum);
//
// A function gives exactly CPython's value, or exactly the class of its exception, or bails where
// it cannot be sure. An argument that was left out is unbound, or is not there. One that changes a
// container has changed it only if it returns kOk, but for the partial changes that Python makes.
// Nothing is kept of the arguments' span.
//
// How to add one, `str.istitle` say: the function in value/semantics/, its name in functions.h, a
// line in the table, and what it means in Python in tests/equivalence/primitives_oracle.py.

#include <cstdint>
#include <span>
#include <string_view>

#include "value/heap.h"
#include "value/status.h"
#include "value/value.h"

namespace kaspr::value {

using Arguments = std::span<const Value>;
using Function = Status(Heap&, Arguments, Value& result) noexcept;

using Types = uint16_t;  // a set of tags

template <class... Tags>
constexpr Types TypesOf(Tags... tags) {
  return static_cast<Types>((0 | ... | (1 << static_cast<int>(tags))));
}

enum class Effect : uint8_t {
  kPure,     // the same for the same arguments, as long as nobody changes what is in them
  kMakes,    // none, but no two calls are one: it makes a list, dict or set, or sees changes
  kChanges,  // its first argument
  kClock,    // none, but each call gives something else: the clock, random numbers
};

struct Primitive {
  static constexpr uint8_t kMany = 255;

  std::string_view name;  // "add"; a method with its dot: ".get"
  Function* function = nullptr;
  uint8_t fewest = 0, most = 0;  // arguments; a method's receiver is the first
  Types result = 0;              // the tags that it may have
  Raises raises = 0;             // besides kOk and kBail
  Effect effect = Effect::kPure;

  constexpr bool mutates() const { return effect == Effect::kChanges; }
  constexpr bool pure() const { return effect == Effect::kPure; }
};

// All of them, by name.
std::span<const Primitive> Primitives();

// Null: there is none of that name.
const Primitive* FindPrimitive(std::string_view name);

}  // namespace kaspr::value
