#pragma once

// The app as a picture: for a terminal, and as Graphviz's dot.

#include <string>

#include "ir/graph.h"

namespace kaspr::ir {

// orders ──▶ paid ▸ europe ▸ price ──▶ priced
//            python, one stage         key: priced.key
std::string DrawText(const Graph& graph);

std::string DrawDot(const Graph& graph);

}  // namespace kaspr::ir
