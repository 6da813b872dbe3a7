#pragma once

// An agent as CPython runs it: decode, operations, selectors, encode, event by event, in the order
// of calls that ir/ops.h promises.

#include <memory>
#include <vector>

#include "base/diagnostics.h"
#include "ir/graph.h"
#include "ir/kernel.h"
#include "ir/native.h"
#include "python/interpreter.h"

namespace kaspr::python {

// For each part of an agent what runs its events without CPython, or null; parts that it has no
// entry for have none.
using NativeBodies = std::vector<std::unique_ptr<ir::NativeBody>>;

// Runs the agent's init and the blocks of operations that run once, and makes a kernel for each
// part of it: what stands before, between and behind its groupBys. None: init (or such a block)
// raised, and the error was reported at its line in the YAML. `agent` is as it was written: what
// its functions were translated to is what their text does. It, whose functions were checked, `app`
// and `failures` must outlive the kernels, the kernels must go before the interpreter and after all
// that they were given is finished. Any thread but the lane's.
std::vector<std::unique_ptr<ir::LaneKernel>> MakeKernels(
    Interpreter& interpreter, const ir::Agent& agent, const ir::AppContext& app,
    ir::FailureLog& failures, NativeBodies native, Diagnostics& diagnostics);

}  // namespace kaspr::python
