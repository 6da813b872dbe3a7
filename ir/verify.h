#pragma once

// The invariants of a well-formed graph. The list stands at the top of verify.cc.

#include "base/diagnostics.h"
#include "ir/graph.h"

namespace kaspr::ir {

// True if the graph is well formed; else at least one error was reported, at the node's place, or
// on the printed graph where the node has none.
bool Verify(const Graph& graph, Diagnostics& diagnostics);

}  // namespace kaspr::ir
