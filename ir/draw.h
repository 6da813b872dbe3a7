#pragma once

// The app as a picture: for a terminal, and as the text of Graphviz and of Mermaid.

#include <string>

#include "ir/graph.h"

namespace kaspr::ir {

struct DrawOptions {
  bool fields = false;  // what functions look at and change, in boxes, at arrows, or below
};

// orders ──┬─▶ paid ▸ europe ▸ price ─┬─▶ priced
// returns ─┘   python, one stage      │   key: priced.key
//                                     └─▶ audit
//
// Several agents stand one below the other under their names, those that write a topic above those
// that read it. An agent whose outputs read different nodes is drawn once for each such node.
std::string DrawText(const Graph& graph, const DrawOptions& options = {});

// Topics are cylinders and channels arrows, shared by all agents; an agent is a cluster, a stage is
// one box.
std::string DrawDot(const Graph& graph, const DrawOptions& options = {});

// The same as a Mermaid flowchart.
std::string DrawMermaid(const Graph& graph, const DrawOptions& options = {});

}  // namespace kaspr::ir
