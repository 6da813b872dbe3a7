#pragma once

// Drops functions that nothing calls: blocks of operations that are declared but stand in no
// pipeline, which then need not be compiled, checked for speed, or loaded.
//
//   agent "orders" {                          agent "orders" {
//     %in   = input topic "orders"              %in   = input topic "orders"
//     %paid = filter %in @paid                  %paid = filter %in @paid
//     output %paid topic "paid"                 output %paid topic "paid"
//                                      ==>
//     fn @clean python |                        fn @paid python |
//       | ...                                     | ...
//                                             }
//     fn @paid python |
//       | ...
//   }
//
// Nodes stay, even where no output reads them: calling Python can have effects of its own.
// `init` is always called.

#include "ir/passes.h"

namespace kaspr::ir {

bool DropUnused(Graph& graph, PassContext& context);

}  // namespace kaspr::ir
