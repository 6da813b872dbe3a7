#pragma once

// What runs the functions of an agent, and why. `jit` decides it (jit/native_part.h); pictures and
// `explain` show it.

#include <cstdint>
#include <string>
#include <vector>

namespace kaspr::ir {

enum class Engine : uint8_t { kPython, kEval };

constexpr const char* EngineName(Engine engine) {
  return engine == Engine::kEval ? "eval" : "python";
}

// Of one agent.
struct Engines {
  struct OfFunction {
    Engine engine = Engine::kPython;  // kEval: wherever it is called
    std::string why;                  // it runs in Python; "" of kEval
  };
  std::vector<Engine> nodes;          // by NodeId: of the functions that a node calls
  std::vector<OfFunction> functions;  // by FnId
  // Of each part, one more than there are groupBys: why it needs the lane; "" of one that is
  // native.
  std::vector<std::string> parts;
};

}  // namespace kaspr::ir
