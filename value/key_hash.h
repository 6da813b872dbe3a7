#pragma once

// A quick hash of the keys of documents. Who chooses keys can make theirs meet: whoever puts them
// in a table bounds how often they may.

#include <cstdint>
#include <string_view>

#include "value/bytes.h"

namespace kaspr::value {

[[gnu::always_inline]] inline uint64_t HashBytes(std::string_view bytes) {
  const char* p = bytes.data();
  const size_t size = bytes.size();
  uint64_t a = size, b = 0;
  if (size >= 8) {
    for (size_t i = 8; i + 8 < size; i += 8) a = (a ^ Load<uint64_t>(p + i)) * 0x9E3779B97F4A7C15;
    a ^= Load<uint64_t>(p);
    b = Load<uint64_t>(p + size - 8);
  } else if (size >= 4) {
    a ^= uint64_t{Load<uint32_t>(p)} << 32;
    b = Load<uint32_t>(p + size - 4);
  } else if (size > 0) {
    b = static_cast<unsigned char>(p[0]) | static_cast<unsigned char>(p[size / 2]) << 8 |
        static_cast<unsigned char>(p[size - 1]) << 16;
  }
  const auto product = static_cast<unsigned __int128>(a ^ 0xA0761D6478BD642F) *
                       static_cast<unsigned __int128>(b ^ 0xE7037ED1A0B428DB);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// What the node of a key has as count.
[[gnu::always_inline]] inline uint16_t KeyHash(std::string_view key) {
  return static_cast<uint16_t>(HashBytes(key));
}

}  // namespace kaspr::value
