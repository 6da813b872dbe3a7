#pragma once

// Events of a part, run by the evaluator on whatever thread they come on.

#include <memory>

#include "ir/kernel.h"
#include "ir/native.h"
#include "jit/native_part.h"

namespace kaspr::jit {

// The agent of the part, and `app`, must outlive it. `compensated_sums`: as Heap::compensated_sum.
std::unique_ptr<ir::NativeBody> MakeNativeBody(NativePart part, const ir::AppContext& app,
                                               bool compensated_sums);

}  // namespace kaspr::jit
