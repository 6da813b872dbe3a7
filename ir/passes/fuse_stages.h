#pragma once

// Runs consecutive operations as one body, so that a value goes from one to the next without the
// runtime in between.
//
//   %in    = input topic "orders"             %in    = input topic "orders"
//   %paid  = filter %in @paid                 %stage = stage %in {
//   %price = map %paid @price           ==>     filter @paid
//   output %price topic "priced"                map @price
//                                             }
//                                             output %stage topic "priced"
//
// A node joins the one before it if it is that node's only user and stands next to it: then nothing
// runs between the two, and the order of calls stays what it was. A node with several users ends
// its stage, since all of them need its value; so does a group-by, behind which values come from
// its topic. Steps keep their names and places.

#include "ir/passes.h"

namespace kaspr::ir {

bool FuseStages(Graph& graph, PassContext& context);

}  // namespace kaspr::ir
