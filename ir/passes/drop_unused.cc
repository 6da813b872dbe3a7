#include "ir/passes/drop_unused.h"

#include <fmt/format.h>

namespace kaspr::ir {
namespace {

std::vector<bool> UsedFunctions(const Agent& agent) {
  std::vector<bool> used(agent.functions.size(), false);
  if (agent.init) used[static_cast<size_t>(*agent.init)] = true;
  if (agent.route) used[static_cast<size_t>(agent.route->function)] = true;
  for (const Node& node : agent.nodes) {
    for (FnId id : FunctionsOf(node.op)) used[static_cast<size_t>(id)] = true;
  }
  return used;
}

bool DropUnusedOf(Agent& agent, PassContext& context) {
  const std::vector<bool> used = UsedFunctions(agent);
  std::vector<Function> kept;
  std::vector<FnId> rename(used.size());
  for (size_t i = 0; i < used.size(); ++i) {
    if (used[i]) {
      rename[i] = static_cast<FnId>(kept.size());
      kept.push_back(std::move(agent.functions[i]));
    } else {
      context.remarks.push_back(
          {"drop-unused", agent.name,
           fmt::format("'{}' is dropped: nothing calls it", agent.functions[i].name)});
    }
  }
  const bool changed = kept.size() < used.size();
  agent.functions = std::move(kept);
  if (agent.init) agent.init = rename[static_cast<size_t>(*agent.init)];
  if (agent.route) agent.route->function = rename[static_cast<size_t>(agent.route->function)];
  for (Node& node : agent.nodes) RemapFunctions(node.op, rename);
  return changed;
}

}  // namespace

bool DropUnused(Graph& graph, PassContext& context) {
  bool changed = false;
  for (Agent& agent : graph.agents) changed |= DropUnusedOf(agent, context);
  return changed;
}

}  // namespace kaspr::ir
