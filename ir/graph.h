#pragma once

// The app as a graph: what the frontend makes, the passes change, and the planner reads.
//
// Plain data: a copy is a snapshot, == is structural (places do not count). Agents are independent
// but for the topics they share by name; within an agent nodes are flat and in topological order
// (the verifier checks it), so every analysis is a loop.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/function.h"
#include "ir/ops.h"

namespace kaspr::ir {

struct Node {
  // Of an operation its name in the spec; "in" of the input, "stage" of a fused one; "" of outputs.
  std::string name;
  Op op;
  std::vector<NodeId> inputs;  // none for an input, else exactly one
  Place place;
  bool operator==(const Node&) const = default;
};

struct Agent {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Function> functions;
  std::optional<FnId> init;
  Place place;

  const Node& node(NodeId id) const { return nodes[static_cast<size_t>(id)]; }
  const Function& function(FnId id) const { return functions[static_cast<size_t>(id)]; }
  const Input& input() const { return std::get<Input>(nodes.front().op); }

  bool operator==(const Agent&) const = default;
};

struct Graph {
  std::string app;
  std::vector<Agent> agents;
  bool operator==(const Graph&) const = default;
};

// The names shown for serializers in specs and IR text: "raw", "json", "binary", "pickle".
const char* SerializerName(Serializer serializer);
std::optional<Serializer> SerializerFromName(std::string_view name);

// Where an operation or output sends to, in order; more than one of a stage.
std::vector<const Destination*> DestinationsOf(const Op& op);
// Those of all nodes: `Send::output` is an index into this. Passes keep the order.
std::vector<const Destination*> DestinationsOf(const Agent& agent);

// How many nodes read each node. REQUIRES: the ids of `agent` are in range.
std::vector<uint32_t> UserCounts(const Agent& agent);

// The functions that an operation calls, in the order in which it may call them.
std::vector<FnId> FunctionsOf(const Op& op);
// Applies `rename` to every function id of the operation.
void RemapFunctions(Op& op, const std::vector<FnId>& rename);

}  // namespace kaspr::ir
