#pragma once

// An agent as CPython runs it: decode, operations, selectors, encode, event by event, in the order
// of calls that ir/ops.h promises.

#include <memory>

#include "base/diagnostics.h"
#include "ir/graph.h"
#include "ir/kernel.h"
#include "python/interpreter.h"

namespace kaspr::python {

// Runs the agent's init and the blocks of operations that run once, and makes the kernel, on the
// lane's thread. Null: init (or such a block) raised, and the error was reported at its line in the
// YAML. `agent`, whose functions were checked, `app` and `failures` must outlive the kernel, the
// kernel must go before the interpreter. Any thread.
std::unique_ptr<ir::Kernel> MakeKernel(Interpreter& interpreter, const ir::Agent& agent,
                                       const ir::AppContext& app, ir::FailureLog& failures,
                                       Diagnostics& diagnostics);

}  // namespace kaspr::python
