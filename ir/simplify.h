#pragma once

// What passes know of one function, on a function that is no agent's: one made of several, in which
// each sees what the others did (jit/part_function.h).

#include "ir/expr/expr.h"

namespace kaspr::ir {

// Takes out what need not be done, until there is nothing left to take. `last`: nobody looks at the
// argument behind it. REQUIRES: VerifyExpr(expr) is "".
void Simplify(Expr& expr, bool last);

}  // namespace kaspr::ir
