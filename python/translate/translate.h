#pragma once

// Functions of the user as ir::Expr, where that can be done exactly.

#include "ir/graph.h"
#include "python/interpreter.h"

namespace kaspr::python {

// Gives each function its `expr`, or says in `untranslated` why it has none. Runs nothing of the
// user. REQUIRES: CheckFunctions found no error.
void TranslateFunctions(Interpreter& interpreter, ir::Graph& graph);

}  // namespace kaspr::python
