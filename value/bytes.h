#pragma once

// Short runs of bytes, by words and without a call: keys, names, numbers. Nothing is read or
// written beyond them.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace kaspr::value {

template <class T>
T Load(const char* bytes) {
  T word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// Two words that may lie upon each other are all of a run of one to two words' size.
template <class T>
void CopyEnds(char* to, const char* from, size_t size) {
  const T first = Load<T>(from), last = Load<T>(from + size - sizeof(T));
  std::memcpy(to, &first, sizeof(T));
  std::memcpy(to + size - sizeof(T), &last, sizeof(T));
}

// memcpy
inline void CopyBytes(char* to, const char* from, size_t size) {
  struct Words {
    uint64_t low, high;
  };
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    CopyEnds<Words>(to, from, size);
  } else if (size >= 8) {
    CopyEnds<uint64_t>(to, from, size);
  } else if (size >= 4) {
    CopyEnds<uint32_t>(to, from, size);
  } else if (size >= 2) {
    CopyEnds<uint16_t>(to, from, size);
  } else if (size == 1) {
    *to = *from;
  }
}

template <class T>
bool EqualEnds(const char* a, const char* b, size_t size) {
  const size_t last = size - sizeof(T);
  return ((Load<T>(a) ^ Load<T>(b)) | (Load<T>(a + last) ^ Load<T>(b + last))) == 0;
}

// a == b
inline bool EqualBytes(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
  if (size >= 8) return EqualEnds<uint64_t>(a.data(), b.data(), size);
  if (size >= 4) return EqualEnds<uint32_t>(a.data(), b.data(), size);
  if (size >= 2) return EqualEnds<uint16_t>(a.data(), b.data(), size);
  return size == 0 || a.front() == b.front();
}

}  // namespace kaspr::value
