#pragma once

// Lets each filter of a run of filters be asked first; which one is, is decided while they run, by
// what they cost and what they drop (jit/early.h).
//
//   %paid   = filter %in @paid                   %paid   = filter %in @paid [early: @europe.early
//   "europe"] %europe = filter %paid @europe          ->   %europe = filter %paid @europe

#include "ir/passes.h"

namespace kaspr::ir {

bool OrderFilters(Graph& graph, PassContext& context);

}  // namespace kaspr::ir
