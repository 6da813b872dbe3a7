#pragma once

// The invariants of a well-formed graph. The list stands at the top of verify.cc.

#include "base/diagnostics.h"
#include "ir/graph.h"

namespace kaspr::ir {

// True if the graph is well formed; else at least one error was reported, at the place of the node
// or agent it is about. Where that has no place, the graph is printed into `files`, as "<graph>",
// and the error points at its line there.
bool Verify(const Graph& graph, SourceFiles& files, Diagnostics& diagnostics);

}  // namespace kaspr::ir
