#pragma once

// What an agent calls, in its order: operations, selectors and sinks, each with what runs it.
//
//   filter paid, send audit, audit.key, map price, priced.key, sink remember

#include <optional>
#include <string>
#include <vector>

#include "ir/engine.h"
#include "ir/graph.h"

namespace kaspr::driver {

struct Call {
  const char* kind = "";               // "map"; "" of a selector
  std::string name;                    // "price", "priced.key"
  std::string operation;               // that it is of; "" of outputs
  std::optional<ir::FnId> function{};  // none of an operation that only sends
  ir::Engine engine = ir::Engine::kPython;

  bool is_operation() const { return *kind != '\0' && !operation.empty(); }
};

// An agent, which must outlive it.
struct AgentCalls {
  explicit AgentCalls(const ir::Agent& agent);

  const ir::Agent& agent;
  ir::Engines engines;
  std::vector<Call> calls;
};

// Those that are the first call of their function.
std::vector<Call> FirstCalls(const std::vector<Call>& calls);

}  // namespace kaspr::driver
