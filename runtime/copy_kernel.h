#pragma once

// The kernel of an agent that only passes bytes on: raw in, no operation, no selector. No CPython.

#include <memory>

#include "ir/graph.h"
#include "ir/kernel.h"

namespace kaspr::runtime {

// REQUIRES: the plan says that the agent is native. `failures` must outlive the kernel.
std::unique_ptr<ir::Kernel> MakeCopyKernel(const ir::Agent& agent, ir::FailureLog& failures);

}  // namespace kaspr::runtime
