#pragma once

// What runs the functions of an agent, and why. `jit` decides it (jit/native_part.h); pictures and
// `explain` show it.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ir/ops.h"

namespace kaspr::ir {

enum class Engine : uint8_t { kPython, kLlvm };

constexpr const char* EngineName(Engine engine) {
  return engine == Engine::kLlvm ? "llvm" : "python";
}

// Of one agent.
struct Engines {
  struct OfFunction {
    Engine engine = Engine::kPython;  // kLlvm: wherever it is called
    std::string why;                  // it runs in Python; "" of kLlvm
    std::vector<std::string> asks;    // of kLlvm: what CPython is asked for (ir::AskPython)
  };
  std::vector<OfFunction> functions;  // by FnId
  // Of each part, one more than there are groupBys: why it needs the lane, if not from its
  // beginning; "" of one that is native.
  std::vector<std::string> parts;
};

// Of what calls these functions.
inline Engine EngineOf(const Engines& engines, const std::vector<FnId>& calls) {
  const bool native = std::all_of(calls.begin(), calls.end(), [&](FnId id) {
    return engines.functions[static_cast<size_t>(id)].engine == Engine::kLlvm;
  });
  return native ? Engine::kLlvm : Engine::kPython;
}

}  // namespace kaspr::ir
