#pragma once

// Reads and computes once what a function reads or computes again.
//
//   fn @large(value) {                       fn @large(value) {
//     %0 = getitem value "amount"              %0 = getitem value "amount"
//     %1 = gt %0 20                            %1 = gt %0 20
//     %2 = setitem value "seen" True           %2 = setitem value "seen" True
//     %4 = if %1 {                             %3 = if %1 {
//       %3 = getitem value "amount"    ==>       give %0
//       give %3                                } else {
//     } else {                                   give None
//       give None                              }
//     }                                        return %3
//     return %4                              }
//   }
//
// That is: an operation that only looks at its operands (value::Effect::kPure), behind the same one
// in its region or one around, with nothing in between that may have changed what it looks at. A
// change of a key that is text is none of another such key, whatever dict it is in; one that only
// lists have is none of any dict's keys. What a loop changes is changed when its turn begins; what
// the first region of a `try` knows, its handlers do not. Where a dict's key was read or written,
// it is there, and `.get` and `in` need not look. What a dict or tuple is made of need not be read
// from it.
//
// The second one cannot raise, since the first did not: it would have left the region.

#include "ir/passes.h"

namespace kaspr::ir {

bool CommonReads(Graph& graph, PassContext& context);
bool CommonReads(Expr& expr);  // of one function and what it calls

}  // namespace kaspr::ir
