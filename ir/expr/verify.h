#pragma once

// The invariants of a well-formed Expr. The list stands at the top of verify.cc.

#include <string>

#include "ir/expr/expr.h"

namespace kaspr::ir {

// "" if it is well formed, else what is wrong first: "@price: %3 is used where it is not defined".
std::string VerifyExpr(const Expr& expr);

}  // namespace kaspr::ir
