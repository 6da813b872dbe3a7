#pragma once

// Filters that are asked before operations in front of them (EarlyFilter in ir/ops.h): what
// hoist-filters and order-filters share.
//
// A filter is asked early if all in between are maps and filters whose functions are translated,
// neither it nor they change the value, or only where it does not look, and what of them may raise
// (ir/expr/exception_slice.h) looks at nothing that they change. The function that is made runs
// those slices, then the filter's function, on the value that comes in.

#include <string_view>

#include "ir/graph.h"
#include "ir/passes.h"

namespace kaspr::ir {

enum class Between : uint8_t {
  kMaps,     // filters are asked before the first map that can be spared, whatever else is between
  kFilters,  // before a filter, with nothing but filters between
};

// True: it changed the agent.
bool AskFiltersEarly(Agent& agent, Between between, std::string_view pass, PassContext& context);

}  // namespace kaspr::ir
