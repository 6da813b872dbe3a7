#pragma once

// Graph -> IR text. One node a line, names from the spec, attributes only where not default; nothing
// in it moves when a line of the YAML moves, unless places are asked for.

#include <string>

#include "ir/graph.h"

namespace kaspr::ir {

struct PrintOptions {
  bool places = false;  // "# orders.yaml:28" behind nodes; comments, so the text still parses
};

std::string Print(const Graph& graph, const PrintOptions& options = {});

}  // namespace kaspr::ir
