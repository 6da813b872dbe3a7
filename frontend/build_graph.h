#pragma once

// AppSpec -> ir::Graph, as written: one node per operation of the pipeline, one function per Python
// block (of operations outside the pipeline too). References are resolved here, and what the
// runtime cannot do yet is refused here, at its field.

#include <optional>

#include "base/diagnostics.h"
#include "frontend/spec.h"
#include "ir/graph.h"

namespace kaspr::frontend {

// nullopt: at least one error was reported.
std::optional<ir::Graph> BuildGraph(const AppSpec& spec, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
