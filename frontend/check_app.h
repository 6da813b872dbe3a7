#pragma once

// Mistakes that no single field shows: agents that feed themselves, channels that lead nowhere or
// in a circle, internal topics that Kafka would refuse.

#include "base/diagnostics.h"
#include "frontend/spec.h"
#include "ir/graph.h"

namespace kaspr::frontend {

// Warns of topics that an agent both reads and writes, or sends its dead letters to.
void WarnOfLoops(const AgentSpec& agent, Diagnostics& diagnostics);

// Channels that only one side knows are warnings, a cycle of them is an error. Places are those of
// the graph's nodes.
void CheckChannels(const ir::Graph& graph, Diagnostics& diagnostics);

// The topics of group-bys: what Kafka would not take as a name, and two that are the same.
void CheckInternalTopics(const ir::Graph& graph, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
