#pragma once

// What of a function decides whether it raises: for whoever does not need its result.
//
//   fn @price(value) {                         fn @price(value) {
//     %0 = getitem value "amount"                %0 = getitem value "amount"
//     %1 = float %0                              %1 = float %0
//     %2 = format %1 ".2f"                       mapping value
//     %3 = setitem value "label" %2              return None
//     return value                             }
//   }

#include "ir/expr/expr.h"

namespace kaspr::ir {

// An Expr that raises, or bails, where CPython raises in the main function of `expr`, and else
// gives None. It may read what the function has changed before, as it was before. REQUIRES: the
// main function has one parameter, and is no generator.
Expr ExceptionSlice(const Expr& expr);

}  // namespace kaspr::ir
