#include "ir/passes/hoist_filters.h"

#include "ir/passes/early_filters.h"

namespace kaspr::ir {

bool HoistFilters(Graph& graph, PassContext& context) {
  bool changed = false;
  for (Agent& agent : graph.agents) {
    changed |= AskFiltersEarly(agent, Between::kMaps, "hoist-filters", context);
  }
  return changed;
}

}  // namespace kaspr::ir
