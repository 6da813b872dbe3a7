#include "driver/pipeline.h"

#include "frontend/app.h"
#include "frontend/build_graph.h"
#include "frontend/flows.h"
#include "frontend/parse_spec.h"
#include "ir/verify.h"
#include "python/check/check.h"
#include "python/translate/translate.h"

namespace kaspr::driver {

bool Compile(const std::vector<const SourceFile*>& files, python::Interpreter& interpreter,
             const ir::PassOptions& options, const std::string& app, Compilation& result) {
  Diagnostics& diagnostics = result.diagnostics;
  frontend::AppSpec spec = frontend::ParseSpec(files, diagnostics);
  frontend::ChooseApp(spec, app);
  ir::Graph graph = frontend::BuildGraph(spec, diagnostics, app);
  frontend::WarnOfFlows(spec, diagnostics);
  // Whatever was wrong so far: a user wants to hear of all mistakes at once.
  python::CheckFunctions(interpreter, graph, diagnostics);
  if (diagnostics.has_errors() || !ir::Verify(graph, result.files, diagnostics)) return false;
  python::TranslateFunctions(interpreter, graph);
  result.spec = std::move(spec);
  result.graph = std::move(graph);
  result.optimized = result.graph;
  ir::RunPasses(*result.optimized, options, result.passes);
  return true;
}

}  // namespace kaspr::driver
