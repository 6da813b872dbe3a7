#pragma once

// Events of an agent's parts, run without CPython on whatever thread they come on.

#include <memory>
#include <vector>

#include "ir/graph.h"
#include "ir/kernel.h"
#include "ir/native.h"
#include "jit/code.h"

namespace kaspr::jit {

struct NativeOptions {
  bool machine_code = true;       // or the evaluator
  bool compensated_sums = false;  // as Heap::compensated_sum
  CodeSymbols symbols = CodeSymbols::kNone;
};

// By part (NativePartsOf); null where nothing of it runs so. The agent and `app` must outlive them.
std::vector<std::unique_ptr<ir::NativeBody>> MakeNativeBodies(const ir::Agent& agent,
                                                              const ir::AppContext& app,
                                                              const NativeOptions& options);

}  // namespace kaspr::jit
