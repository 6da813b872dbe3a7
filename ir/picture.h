#pragma once

// An app as boxes and arrows: what Graphviz and Mermaid draw, before either's syntax.
//
//   topic t0 "orders" -> point a0_0 -> box a0_1 "filter paid", "map price" -> topic t1 "priced"
//
// Ids are ours (t0, a0_1, g0), whatever users call things: no name is a keyword or needs escapes.

#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/shared_boxes.h"

namespace kaspr::ir {

// What an agent does in one step. Without lines: the point at which the topics of an agent become
// one stream.
struct Box {
  std::string id;
  std::vector<std::string> lines;
};

struct Arrow {
  std::string from, to;
  std::vector<std::string> lines;  // beside it
};

struct Cluster {
  std::string name;  // of the agent
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
};

struct Picture {
  std::string app;
  std::vector<SharedBox> topics;  // and channels
  std::vector<Cluster> agents;
};

// `fields`: with what functions look at and change, below their operation or at the arrow.
Picture PictureOf(const Graph& graph, bool fields = false);

}  // namespace kaspr::ir
