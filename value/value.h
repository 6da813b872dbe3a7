#pragma once

// A Python value in 16 bytes, passed in registers.
//
// Scalars are in it; text, and what stands behind a container, is in a Heap, in a batch's arena or
// in a document, whoever made it. A copy of a container is the same container: identity is the
// address. A kObject payload is a handle that only the lane's thread may touch; it never leaves the
// lane.

#include <cstdint>
#include <string_view>

namespace kaspr::value {

enum class Tag : uint8_t {
  kUnbound,  // a name that nothing is bound to, an argument that was left out
  kNone,
  kBool,
  kInt,     // 64 bits
  kBigInt,  // an int beyond them: its digits, and '-' in front, as Python prints it
  kFloat,
  kStr,  // UTF-8: no lone surrogates
  kBytes,
  kTuple,
  kList,
  kDict,
  kSet,
  kRange,
  kObject,
};

struct List;
struct Dict;
struct Set;
struct Range;

struct Value {
  static constexpr uint8_t kAscii = 1;  // of a str: all of it is; without the flag it may be
  // Of a str: its bytes, with the quotes that stand around them in memory, are what json.dumps
  // writes for it.
  static constexpr uint8_t kQuoted = 2;
  static constexpr uint8_t kTrue = 4;  // of an object: bool() of it is True; else that is not known

  Tag tag = Tag::kNone;
  uint8_t flags = 0;
  uint16_t unused = 0;
  uint32_t size = 0;  // bytes of a str, bytes or big int; items of a tuple
  union {
    const void* data = nullptr;
    int64_t integer;  // of a bool 0 or 1
    double number;
    const char* text;
    const Value* items;
    List* list;
    Dict* dict;
    Set* set;
    const Range* range;
  };

  static Value None() { return {}; }
  static Value Unbound() { return Of(Tag::kUnbound); }
  static Value Bool(bool truth) { return Int(Tag::kBool, truth ? 1 : 0); }
  static Value Int(int64_t integer) { return Int(Tag::kInt, integer); }
  static Value Float(double number) {
    Value value = Of(Tag::kFloat);
    value.number = number;
    return value;
  }
  // The text must outlive the value.
  static Value Str(std::string_view text, uint8_t flags = 0) {
    Value value = OfText(Tag::kStr, text);
    value.flags = flags;
    return value;
  }
  static Value BigInt(std::string_view digits) { return OfText(Tag::kBigInt, digits); }
  static Value Bytes(std::string_view bytes) { return OfText(Tag::kBytes, bytes); }
  static Value Tuple(const Value* items, size_t count) {
    Value value = Of(Tag::kTuple);
    value.size = static_cast<uint32_t>(count);
    value.items = items;
    return value;
  }
  static Value Of(List* list) { return Pointer(Tag::kList, list); }
  static Value Of(Dict* dict) { return Pointer(Tag::kDict, dict); }
  static Value Of(Set* set) { return Pointer(Tag::kSet, set); }
  static Value Of(const Range* range) { return Pointer(Tag::kRange, range); }
  // A new reference, owned by whoever takes the value.
  static Value Object(void* object, uint8_t flags = 0) {
    Value value = Pointer(Tag::kObject, object);
    value.flags = flags;
    return value;
  }

  bool Is(Tag other) const { return tag == other; }
  bool Is(uint8_t flag) const { return (flags & flag) != 0; }
  // Of a str, bytes or big int.
  std::string_view bytes() const { return {text, size}; }
  std::string_view str() const { return {text, size}; }

 private:
  static Value Of(Tag tag) {
    Value value;
    value.tag = tag;
    return value;
  }
  static Value Int(Tag tag, int64_t integer) {
    Value value = Of(tag);
    value.integer = integer;
    return value;
  }
  static Value OfText(Tag tag, std::string_view text) {
    Value value = Of(tag);
    value.size = static_cast<uint32_t>(text.size());
    value.text = text.data();
    return value;
  }
  static Value Pointer(Tag tag, const void* data) {
    Value value = Of(tag);
    value.data = data;
    return value;
  }
};
static_assert(sizeof(Value) == 16);

// How an operation on values ended. Exceptions are data: nothing is thrown or unwound.
enum class Status : uint8_t {
  kOk,
  kBail,  // not decided here: CPython runs the operation again, from its untouched input
  // An exception of this class. Its text is not kept: whoever needs it asks CPython.
  kAssertionError,
  kAttributeError,
  kIndexError,
  kKeyError,
  kNameError,
  kOverflowError,
  kRuntimeError,
  kStopIteration,
  kTypeError,
  kUnboundLocalError,
  kUnicodeError,
  kValueError,
  kZeroDivisionError,
  kException,  // Exception itself
};

}  // namespace kaspr::value
