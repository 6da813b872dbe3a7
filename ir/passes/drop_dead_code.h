#pragma once

// Drops what functions compute and nobody uses, where Python would not have raised, either.
//
//   fn @price(value) {                       fn @price(value) {
//     %0 = list                                %0 = getitem value "amount"
//     %1 = getitem value "amount"              return value
//     %2, %3 = if %1 {                       }
//       give 1, %0
//     } else {                         ==>
//       give 2, %0
//     }
//     return value
//   }
//
// The read stays: there may be no such key. What cannot raise for operands of any type is a short
// list (IsHarmless): a primitive that raises nothing by its table may still bail for an exception,
// as `str` does of an int with too many digits. With what they compute go the values that `if`,
// `try` and loops give or carry, what is left of an `if` that does nothing, and functions that
// nothing calls.

#include "ir/passes.h"

namespace kaspr::ir {

bool DropDeadCode(Graph& graph, PassContext& context);
bool DropDeadCode(Expr& expr);  // of one function and what it calls

}  // namespace kaspr::ir
