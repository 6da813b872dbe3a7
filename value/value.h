#pragma once

// A decoded value, 16 bytes, passed in registers.
//
// Today a value is None, bytes in a batch's arena, or an object of the Python lane; documents and
// scalars of the native reader become further tags. A kObject payload is a handle that only the
// lane's thread may touch; it never leaves the lane.

#include <cstdint>
#include <string_view>

namespace kaspr::value {

enum class Tag : uint8_t { kNone, kBytes, kObject };

struct Value {
  Tag tag = Tag::kNone;
  uint32_t size = 0;
  const void* data = nullptr;

  static Value None() { return {}; }
  static Value Bytes(std::string_view bytes) {
    return {Tag::kBytes, static_cast<uint32_t>(bytes.size()), bytes.data()};
  }
  // A new reference, owned by whoever takes the value.
  static Value Object(void* object) { return {Tag::kObject, 0, object}; }

  std::string_view bytes() const { return {static_cast<const char*>(data), size}; }
};
static_assert(sizeof(Value) == 16);

}  // namespace kaspr::value
