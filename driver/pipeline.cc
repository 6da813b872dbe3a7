#include "driver/pipeline.h"

#include "frontend/app.h"
#include "frontend/build_graph.h"
#include "frontend/flows.h"
#include "frontend/parse_spec.h"
#include "ir/verify.h"
#include "python/check/check.h"
#include "python/translate/translate.h"

namespace kaspr::driver {

namespace {

// Notes how long each phase takes: the last one until the next begins, or this ends.
class Stopwatch {
 public:
  explicit Stopwatch(std::vector<Compilation::Phase>& phases) : phases_(phases) {}
  ~Stopwatch() { Stop(); }

  void Begin(const char* phase) {
    Stop();
    phases_.push_back({.name = phase});
    since_ = std::chrono::steady_clock::now();
  }

 private:
  void Stop() {
    if (!phases_.empty()) phases_.back().time = std::chrono::steady_clock::now() - since_;
  }

  std::vector<Compilation::Phase>& phases_;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace

bool Compile(const std::vector<const SourceFile*>& files, python::Interpreter& interpreter,
             const ir::PassOptions& options, const std::string& app, Compilation& result) {
  Diagnostics& diagnostics = result.diagnostics;
  Stopwatch watch(result.phases);
  watch.Begin("read the specs");
  frontend::AppSpec spec = frontend::ParseSpec(files, diagnostics);
  frontend::ChooseApp(spec, app);
  ir::Graph graph = frontend::BuildGraph(spec, diagnostics, app);
  frontend::WarnOfFlows(spec, diagnostics);
  watch.Begin("check the Python");
  // Whatever was wrong so far: a user wants to hear of all mistakes at once.
  python::CheckFunctions(interpreter, graph, diagnostics);
  if (diagnostics.has_errors() || !ir::Verify(graph, result.files, diagnostics)) return false;
  watch.Begin("translate the Python");
  python::TranslateFunctions(interpreter, graph);
  result.spec = std::move(spec);
  result.graph = std::move(graph);
  result.optimized = result.graph;
  watch.Begin("run the passes");
  ir::RunPasses(*result.optimized, options, result.passes);
  return true;
}

}  // namespace kaspr::driver
