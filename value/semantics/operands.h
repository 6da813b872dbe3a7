#pragma once

// What the functions of this folder share: how they take their arguments and give their result,
// and what Python's protocols (truth, iteration, index) make of a value.

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "value/primitives.h"

namespace kaspr::value::semantics {

// Larger texts and sequences are CPython's: no operation here makes gigabytes of a few bytes.
constexpr size_t kLongestText = size_t{1} << 26;
constexpr size_t kMostItems = size_t{1} << 22;

inline Value At(Arguments arguments, size_t i) {
  return i < arguments.size() ? arguments[i] : Value::Unbound();
}

inline Status Give(Value value, Value& result) {
  result = value;
  return Status::kOk;
}

// Of these nothing is known here.
inline bool IsForeign(Value value) {
  return value.Is(Tag::kObject) || value.Is(Tag::kUnbound);
}

// What an operation says of operands that it does not take.
template <class... Values>
Status TypeError(Values... values) {
  return (IsForeign(values) || ...) ? Status::kBail : Status::kTypeError;
}

// What a method says of a receiver for which it is not made here: `others` have it, too.
Status NoMethod(Value receiver, Types others);

// What isinstance takes for a type of this name, frozen sets as sets; 0: it is not known here.
Types TypesNamed(std::string_view name);

// An int that fits, or a bool, which is one.
inline bool IsInt(Value value) {
  return value.Is(Tag::kInt) || value.Is(Tag::kBool);
}
inline bool IsNumber(Value value) {
  return IsInt(value) || value.Is(Tag::kFloat) || value.Is(Tag::kBigInt);
}
// REQUIRES: an int that fits, or a float. As CPython rounds it.
inline double ToDouble(Value value) {
  return value.Is(Tag::kFloat) ? value.number : static_cast<double>(value.integer);
}
// Does it fit an int of C, which Python wants in places?
inline bool IsSmall(int64_t integer) {
  return integer == static_cast<int32_t>(integer);
}
inline bool IsNan(Value value) {
  return value.Is(Tag::kFloat) && value.number != value.number;
}

inline bool IsMutableSet(Value value) {
  return value.Is(Tag::kSet) && !value.set->immutable;
}

// An optional count or width: `otherwise` if it was left out.
Status TakeInt(Value value, int64_t otherwise, int64_t& number);

// bool(value)
Status Truth(Value value, bool& truth);

// Of a set: does the order of its items, which is not Python's, show in what is done with them?
enum class Order : uint8_t { kMatters, kIrrelevant };

// The items of an iterable, as they are now; valid until it is changed.
Status Iterate(Heap& heap, Value iterable, Order order, std::span<const Value>& items);

// The start and stop of a slice, of find() or startswith(), clipped to a sequence.
struct Window {
  int64_t start = 0, stop = 0;
};
Status TakeWindow(Value start, Value stop, int64_t size, Window& window);

// `reverse=` of sorted() and list.sort().
Status TakeReverse(Value value, bool& reverse);

// REQUIRES: Change.
void EraseItem(List& list, int64_t position);

// Forgets all entries. REQUIRES: Change.
template <class T>
void ClearTable(T& table) {
  table.first = nullptr;
  table.index = nullptr;
  table.used = table.capacity = table.size = table.slots = 0;
}

}  // namespace kaspr::value::semantics
