#pragma once

// AppSpec -> ir::Graph, as written: one node per operation of the pipeline, one function per Python
// block (of operations outside the pipeline too). References are resolved here, what only the whole
// app shows is checked (check_app.h), and what the runtime cannot do yet is refused, at its field.

#include "base/diagnostics.h"
#include "frontend/spec.h"
#include "ir/graph.h"

namespace kaspr::frontend {

// Of a spec with mistakes, or with what is refused here, the graph holds what could be built:
// enough to look at its functions, no more. `app` is the name that the run gives the app; "": its
// own.
ir::Graph BuildGraph(const AppSpec& spec, Diagnostics& diagnostics, const std::string& app = "");

}  // namespace kaspr::frontend
