#pragma once

// The whole compiler as one list of calls. The file to read first.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "frontend/spec.h"
#include "ir/graph.h"
#include "ir/passes.h"
#include "python/interpreter.h"

namespace kaspr::driver {

// An app from its files to its optimized graph; what a phase could not make is absent, and then
// `diagnostics` says why.
struct Compilation {
  SourceFiles files;
  Diagnostics diagnostics;
  std::optional<frontend::AppSpec> spec;
  std::optional<ir::Graph> graph;      // as written, verified, functions checked
  std::optional<ir::Graph> optimized;  // after the passes
  ir::PassContext passes;
  struct Phase {
    std::string name;
    std::chrono::nanoseconds time{0};
  };
  std::vector<Phase> phases;  // how long each took, in order
};

// Compiles the files (all together one app, which `app` chooses and names if it is not empty) into
// `result`. False: there were errors.
bool Compile(const std::vector<const SourceFile*>& files, python::Interpreter& interpreter,
             const ir::PassOptions& options, const std::string& app, Compilation& result);

}  // namespace kaspr::driver
