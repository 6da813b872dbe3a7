#pragma once

// Events of an agent's parts, run without CPython on whatever thread they come on.

#include <memory>
#include <vector>

#include "ir/graph.h"
#include "ir/kernel.h"
#include "ir/native.h"
#include "jit/code.h"
#include "jit/compile_thread.h"

namespace kaspr::jit {

struct NativeOptions {
  bool machine_code = true;       // or the evaluator
  bool compensated_sums = false;  // as Heap::compensated_sum
  CodeSymbols symbols = CodeSymbols::kNone;
  CompileThread* compiler = nullptr;  // machine code is made there; null: at once
};

// By part (NativePartsOf); null where nothing of it runs so. The agent, `app` and the compiler must
// outlive them. Who runs one before its code is made waits for it.
std::vector<std::unique_ptr<ir::NativeBody>> MakeNativeBodies(const ir::Agent& agent,
                                                              const ir::AppContext& app,
                                                              const NativeOptions& options);

}  // namespace kaspr::jit
