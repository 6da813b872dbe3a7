#pragma once

// The optimizer: free functions in one table, run in its order.
//
// A pass changes the graph only where it can prove that nothing a user can observe changes; where
// it declines it says why, in a remark. kPasses is the order, the list of names for --disable-pass
// and
// --print-after, and the `passes=` of golden tests.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

struct Remark {
  std::string_view pass;
  std::string agent;
  std::string text;  // "'europe' stays behind 'price': ..."
};

struct PassContext {
  std::vector<Remark> remarks;
};

// Calls `rewrite(function, agent's name, context)` of each function that is translated. True: one
// of them says that it changed it.
template <class Rewrite>
bool RewriteFunctions(Graph& graph, PassContext& context, const Rewrite& rewrite) {
  bool changed = false;
  for (Agent& agent : graph.agents) {
    for (Function& function : agent.functions) {
      if (function.expr) changed |= rewrite(function, agent.name, context);
    }
  }
  return changed;
}

struct Pass {
  std::string_view name;
  std::string_view summary;
  bool (*run)(Graph& graph, PassContext& context);  // true: it changed the graph
};

std::span<const Pass> Passes();

struct PassOptions {
  std::vector<std::string> disabled;                       // names of Passes()
  std::function<void(const Pass&, const Graph&)> changed;  // after each pass that changed something
};

// Runs every pass once, in order; verifies after each (a graph a pass broke is our bug).
// REQUIRES: Verify(graph).
void RunPasses(Graph& graph, const PassOptions& options, PassContext& context);

}  // namespace kaspr::ir
