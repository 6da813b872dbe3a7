#pragma once

// Does once what the functions of an app would do for each event: operations on constants.
//
//   fn @late(value) {                        fn @late(value) {
//     %0 = mul 60 60                           %0 = getitem value "age"
//     %1 = mul %0 24                           %1 = gt %0 86400
//     %2 = getitem value "age"                 return %1
//     %3 = gt %2 %1                    ==>   }
//     if True {
//       return %3
//     } else {
//       give
//     }
//     return None
//   }
//
// The constant is what the operation itself gives on a scratch heap, so it is CPython's. What
// raises or bails stays, for whom it runs; so does what makes a list, dict, set or range, since
// each time it is another one, and what would be large. An `if` on a constant becomes the region
// that it takes, `bound` of what is bound that value, and a `try` of nothing what it gives.

#include "ir/passes.h"

namespace kaspr::ir {

bool FoldConstants(Graph& graph, PassContext& context);
bool FoldConstants(Expr& expr);  // of one function and what it calls

}  // namespace kaspr::ir
