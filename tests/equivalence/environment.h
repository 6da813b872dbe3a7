#pragma once

// How many cases a test tries, and with which seed: KASPR_CASES=27000 KASPR_SEED=1 NAME_test.

#include <cstdint>
#include <cstdlib>

namespace kaspr {

inline uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace kaspr
