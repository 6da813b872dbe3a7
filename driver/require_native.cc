#include "driver/require_native.h"

#include <fmt/format.h>

#include <set>

#include "base/render.h"
#include "driver/commands.h"

namespace kaspr::driver {
namespace {

// What --require-native may name: operations, and selectors, with the functions they call.
struct Named {
  const ir::Agent* agent;
  std::string name;
  std::vector<ir::FnId> functions;
};

std::vector<Named> NamedIn(const ir::Graph& graph) {
  std::vector<Named> all;
  for (const ir::Agent& agent : graph.agents) {
    for (size_t i = 0; i < agent.functions.size(); ++i) {
      const auto id = static_cast<ir::FnId>(i);
      if (agent.init != id) all.push_back({&agent, agent.function(id).name, {id}});
    }
    for (const ir::Node& node : agent.nodes) {
      if (ir::IsOutput(node.op) || std::holds_alternative<ir::Input>(node.op)) continue;
      all.push_back({&agent, node.name, ir::FunctionsOf(node.op)});
    }
  }
  return all;
}

std::string UnknownName(const std::string& name, const std::vector<Named>& all) {
  std::vector<std::string> known;
  for (const Named& one : all) {
    known.push_back(one.name);
    known.push_back(one.agent->name + "/" + one.name);
  }
  const std::string near = Nearest(name, {known.begin(), known.end()});
  return fmt::format("error: no operation or selector is called '{}'{}\n", name,
                     near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
}

}  // namespace

int RequireNative(const Compilation& compiled, const std::vector<std::string>& names,
                  std::string& error) {
  const std::vector<Named> all = NamedIn(*compiled.graph);
  std::set<const ir::Function*> refused;  // said once
  Diagnostics reasons;
  for (const std::string& name : names) {
    bool found = false;
    for (const Named& one : all) {
      if (one.name != name && one.agent->name + "/" + one.name != name) continue;
      found = true;
      for (const ir::FnId id : one.functions) {
        const ir::Function& function = one.agent->function(id);
        if (function.expr || !refused.insert(&function).second) continue;
        reasons.Error(Code::kNotNative,
                      fmt::format("'{}/{}' is not translated: {}", one.agent->name, function.name,
                                  function.untranslated.why),
                      function.untranslated.span);
      }
    }
    if (found) continue;
    error = UnknownName(name, all);
    return kExitUsage;
  }
  error = Render(reasons, {.color = ColorOnStderr()});
  return refused.empty() ? kExitOk : kExitNo;
}

}  // namespace kaspr::driver
