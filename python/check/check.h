#pragma once

// What CPython knows of a block without running it: that it compiles, which function it defines
// (D1), how often it must run (D2), whether that function can take its value.

#include "base/diagnostics.h"
#include "ir/graph.h"
#include "python/interpreter.h"

namespace kaspr::python {

// Looks at every function of the graph and fills in `entrypoint` and `per_call`. False: at least
// one error was reported, at its place in the YAML. Any thread.
bool CheckFunctions(Interpreter& interpreter, ir::Graph& graph, Diagnostics& diagnostics);

}  // namespace kaspr::python
