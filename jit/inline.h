#pragma once

// What generated code does itself of the primitives, with the types that are met: arithmetic and
// comparisons of numbers, text that is compared with a constant, items of lists. All else, and all
// that is rare, is the primitive's; both must be the same (tests/equivalence/functions_test.cc).

#include <span>

#include "jit/emitter.h"
#include "value/primitives.h"

namespace kaspr::jit {

// The value that the primitive gives of the operands.
Val EmitPrimitive(Emitter& e, const value::Primitive& primitive, std::span<const Val> operands);

}  // namespace kaspr::jit
