#pragma once

// AppSpec -> ir::Graph, as written: one node per operation of the pipeline, one function per Python
// block (of operations outside the pipeline too). References are resolved here, and what the
// runtime cannot do yet is refused here, at its field.

#include "base/diagnostics.h"
#include "frontend/spec.h"
#include "ir/graph.h"

namespace kaspr::frontend {

// Of a spec with mistakes, or with what is refused here, the graph holds what could be built:
// enough to look at its functions, no more.
ir::Graph BuildGraph(const AppSpec& spec, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
