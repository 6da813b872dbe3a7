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
#include "python/verification.h"

namespace kaspr::python {

// What runs the events of an agent without CPython.
struct Native {
  // For each part, or null; parts that it has no entry for have none.
  std::vector<std::unique_ptr<ir::NativeBody>> bodies;
  // Null: what they did is taken as it is. It must outlive the kernels.
  Verification* verification = nullptr;
};

// Runs the agent's init and the blocks of operations that run once, and makes a kernel for each
// part of it: what stands before, between and behind its groupBys. None: init (or such a block)
// raised, and the error was reported at its line in the YAML. `agent` is as it was written: what
// its functions were translated to is what their text does. It, whose functions were checked, `app`
// and `failures` must outlive the kernels, the kernels must go before the interpreter and after all
// that they were given is finished. Any thread but the lane's.
std::vector<std::unique_ptr<ir::LaneKernel>> MakeKernels(Interpreter& interpreter,
                                                         const ir::Agent& agent,
                                                         const ir::AppContext& app,
                                                         ir::FailureLog& failures, Native native,
                                                         Diagnostics& diagnostics);

}  // namespace kaspr::python
