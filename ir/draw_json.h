#pragma once

// The app for programs, and for the page: topics, agents, what is in them and what leads where, as
// written and as optimized, with the Python of every function. docs/graph.md has the keys.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "ir/engine.h"
#include "ir/graph.h"
#include "ir/passes.h"

namespace kaspr::ir {

// A graph, what the passes made of it and said, what was found in its functions, and what runs
// those of an agent of either graph.
struct CompiledApp {
  const Graph& written;
  const Graph& optimized;
  const PassContext& passes;
  const Diagnostics& diagnostics;
  std::function<Engines(const Agent&)> engines;
  bool fields = false;  // the page shows at first what functions look at and change
};

// What is known of a function, by key: "reads": ["\".user.id\""]; null of what is not translated.
std::vector<std::pair<const char*, std::string>> EffectsJson(const Function& function);

// JSON, a line for each thing in it.
std::string DrawJson(const CompiledApp& app);

}  // namespace kaspr::ir
