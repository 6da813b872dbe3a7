#pragma once

// The code of an agent's functions as text, for people: after optimization, with the lines that
// were written as comments.

#include <cstdint>
#include <span>
#include <string>

#include "jit/code.h"

namespace kaspr::jit {

enum class Listing : uint8_t { kLlvm, kAssembly };

std::string List(std::span<const CodeFunction> functions, Listing listing);

}  // namespace kaspr::jit
