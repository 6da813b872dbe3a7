#include "driver/pipeline.h"

#include "frontend/build_graph.h"
#include "frontend/parse_spec.h"
#include "ir/verify.h"
#include "python/check.h"

namespace kaspr::driver {

bool Compile(const std::vector<const SourceFile*>& files, python::Interpreter& interpreter,
             const ir::PassOptions& options, Compilation& result) {
  Diagnostics& diagnostics = result.diagnostics;
  result.spec = frontend::ParseSpec(files, diagnostics);
  if (!result.spec) return false;
  std::optional<ir::Graph> graph = frontend::BuildGraph(*result.spec, diagnostics);
  if (!graph || !ir::Verify(*graph, result.files, diagnostics)) return false;
  if (!python::CheckFunctions(interpreter, *graph, diagnostics)) return false;
  result.graph = std::move(graph);
  result.optimized = result.graph;
  ir::RunPasses(*result.optimized, options, result.passes);
  return !diagnostics.has_errors();
}

}  // namespace kaspr::driver
