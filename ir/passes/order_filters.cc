#include "ir/passes/order_filters.h"

#include "ir/passes/early_filters.h"

namespace kaspr::ir {

bool OrderFilters(Graph& graph, PassContext& context) {
  bool changed = false;
  for (Agent& agent : graph.agents) {
    changed |= AskFiltersEarly(agent, Between::kFilters, "order-filters", context);
  }
  return changed;
}

}  // namespace kaspr::ir
