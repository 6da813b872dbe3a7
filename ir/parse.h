#pragma once

// IR text -> Graph: the inverse of Print. Parse(Print(g)) == g.

#include <optional>

#include "base/diagnostics.h"
#include "ir/graph.h"

namespace kaspr::ir {

// nullopt: at least one error was reported at its place in `file`. The graph is not verified.
std::optional<Graph> Parse(const SourceFile& file, Diagnostics& diagnostics);

}  // namespace kaspr::ir
