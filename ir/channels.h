#pragma once

// The channels of an app: who writes them and who reads them.
//
//   agent "orders"  { ... channel %price "big" }      ChannelsOf(graph)["big"]
//   agent "reviews" { %in = input channel "big" }       writers {{0, 2}}, readers {1}
//
// Works on graphs that are not well formed, too. The names are those of the graph.

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

// An output of an agent, by their indices.
struct OutputOfAgent {
  size_t agent = 0;
  size_t node = 0;
};

struct ChannelUse {
  std::vector<OutputOfAgent> writers;
  std::vector<size_t> readers;  // agents
};

std::map<std::string_view, ChannelUse> ChannelsOf(const Graph& graph);

// The output that closes a cycle of channels, in which no value would ever be done.
std::optional<OutputOfAgent> FindChannelCycle(const Graph& graph);

}  // namespace kaspr::ir
