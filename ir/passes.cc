#include "ir/passes.h"

#include <algorithm>
#include <cstdio>

#include "base/check.h"
#include "base/render.h"
#include "ir/passes/common_reads.h"
#include "ir/passes/dead_fields.h"
#include "ir/passes/drop_dead_code.h"
#include "ir/passes/drop_unused.h"
#include "ir/passes/fold_constants.h"
#include "ir/passes/fuse_stages.h"
#include "ir/passes/hoist_filters.h"
#include "ir/passes/order_filters.h"
#include "ir/passes/route_outputs.h"
#include "ir/verify.h"

namespace kaspr::ir {
namespace {

constexpr Pass kPasses[] = {
    // First: what nothing calls need not be looked at by anyone behind it.
    {"drop-unused", "drop functions that nothing calls", DropUnused},
    // Before all that looks into functions: a branch that is not taken reads and writes nothing.
    {"fold-constants", "do once what functions do with constants", FoldConstants},
    // Before those that make functions better: these make new ones.
    {"hoist-filters", "ask filters before the maps in front of them", HoistFilters},
    {"order-filters", "ask filters before others that cost more or drop less", OrderFilters},
    {"route-outputs", "answer predicates that compare one field by one look", RouteOutputs},
    // Before dead-fields: what a function knows it has written it does not read again.
    {"common-reads", "read and compute once what a function does again", CommonReads},
    // While a step is a node or a step still, all the same; what it writes no more may be dead
    // code.
    {"dead-fields", "drop writes of fields that nobody reads", DeadFields},
    // Behind all of these, which leave values that nothing uses.
    {"drop-dead-code", "drop what functions compute and nobody uses", DropDeadCode},
    // Last: it hides the single operations that other passes move and match.
    {"fuse-stages", "run consecutive operations as one stage", FuseStages},
};

// A pass that breaks the graph is our bug; what it made is the best report of it.
void CheckStillWellFormed(const Pass& pass, const Graph& graph) {
  SourceFiles files;
  Diagnostics diagnostics;
  if (Verify(graph, files, diagnostics)) return;
  std::fprintf(stderr, "%safter pass %s\n", Render(diagnostics).c_str(),
               std::string(pass.name).c_str());
  KASPR_UNREACHABLE("a pass broke the graph");
}

}  // namespace

std::span<const Pass> Passes() {
  return kPasses;
}

void RunPasses(Graph& graph, const PassOptions& options, PassContext& context) {
  for (const Pass& pass : kPasses) {
    if (std::ranges::find(options.disabled, pass.name) != options.disabled.end()) continue;
    if (!pass.run(graph, context)) continue;
    CheckStillWellFormed(pass, graph);
    if (options.changed) options.changed(pass, graph);
  }
}

}  // namespace kaspr::ir
