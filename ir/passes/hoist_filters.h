#pragma once

// Asks a filter before the maps in front of it, where it does not look at what they change, and
// where it can be known without their results that they would not fail (ir/passes/early_filters.h).
//
//   %price  = map %in @price                     %price  = map %in @price [early: @europe.early
//   "europe"] %europe = filter %price @europe         ->   %europe = filter %price @europe

#include "ir/passes.h"

namespace kaspr::ir {

bool HoistFilters(Graph& graph, PassContext& context);

}  // namespace kaspr::ir
