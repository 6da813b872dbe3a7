#pragma once

// Random graphs, from a seed: well-formed ones, and ones with something broken in them.

#include <random>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : random_(seed) {}

  Graph Make() {
    Graph graph;
    graph.app = Text();
    const size_t agents = Below(4);
    for (size_t i = 0; i < agents; ++i) graph.agents.push_back(MakeAgent(i));
    return graph;
  }

  // Changes something, so that the graph may no longer be well formed.
  void Break(Graph& graph) {
    if (graph.agents.empty()) return;
    Agent& agent = graph.agents[Below(graph.agents.size())];
    Node& node = agent.nodes[Below(agent.nodes.size())];
    switch (Below(9)) {
      case 0:
        node.name = agent.nodes[Below(agent.nodes.size())].name;
        break;
      case 1:
        node.inputs.push_back(static_cast<NodeId>(Below(agent.nodes.size() + 2)));
        break;
      case 2:
        node.inputs.clear();
        break;
      case 3:
        if (!node.inputs.empty())
          node.inputs[0] = static_cast<NodeId>(Below(agent.nodes.size() + 2));
        break;
      case 4:
        node.op = MakeOp(Below(kKinds), static_cast<uint32_t>(agent.functions.size()) + 2);
        break;
      case 5:
        if (!agent.functions.empty()) agent.functions.pop_back();
        break;
      case 6:
        agent.init = static_cast<FnId>(Below(agent.functions.size() + 2));
        break;
      case 7:
        std::swap(node, agent.nodes.front());
        break;
      case 8:
        agent.name = graph.agents.front().name;
        break;
    }
  }

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool Chance(size_t percent) { return Below(100) < percent; }

 private:
  // Anything that may stand in a YAML scalar, and then some.
  std::string Text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "b",
                                                     "key",
                                                     "in",
                                                     "stage",
                                                     "-",
                                                     ".",
                                                     "_",
                                                     "7",
                                                     " ",
                                                     "\"",
                                                     "\\",
                                                     "\n",
                                                     "\r\n",
                                                     "\t",
                                                     "\x01",
                                                     std::string(1, '\0'),
                                                     "é",
                                                     "語",
                                                     "|",
                                                     "#",
                                                     "%",
                                                     "@",
                                                     "[",
                                                     "}",
                                                     ",",
                                                     "\x7f",
                                                     "\xff"};
    std::string text;
    for (size_t n = Below(6); n > 0; --n) text += kPieces[Below(kPieces.size())];
    return text;
  }

  std::string Name(size_t number) { return Text() + std::to_string(number); }

  Serializer AnySerializer() { return static_cast<Serializer>(Below(4)); }

  // A function of the role, by its number: functions 3n are operations, 3n+1 selectors.
  FnId Call(Role role, uint32_t functions) {
    const uint32_t offset = role == Role::kOperation ? 0 : 1;
    return static_cast<FnId>(3 * Below((functions - offset + 2) / 3) + offset);
  }

  static constexpr size_t kKinds = 6;  // of operations; the last one is an output

  Op MakeOp(size_t kind, uint32_t functions) {
    switch (kind) {
      case 0:
        return Input{.topics = {"in", Name(0)}, .key = AnySerializer(), .value = AnySerializer()};
      case 1:
        return Map{Call(Role::kOperation, functions)};
      case 2:
        return Filter{Call(Role::kOperation, functions)};
      case 3: {
        Stage stage;
        for (size_t n = 1 + Below(3); n > 0; --n) stage.steps.push_back(MakeStep(n, functions));
        return stage;
      }
      case 4:
        return TopicSend{MakeDestination(functions), Chance(50)};
      default:
        return Output{MakeDestination(functions)};
    }
  }

  Stage::Step MakeStep(size_t number, uint32_t functions) {
    const FnId call = Call(Role::kOperation, functions);
    switch (Below(3)) {
      case 0:
        return {Name(number), Map{call}, {}};
      case 1:
        return {Name(number), Filter{call}, {}};
      default:
        return {Name(number), TopicSend{MakeDestination(functions), Chance(50)}, {}};
    }
  }

  Destination MakeDestination(uint32_t functions) {
    Destination destination;
    destination.key = AnySerializer();
    destination.value = AnySerializer();
    destination.ack = Chance(30);
    auto& [predicate, name, key, value, partition, headers] = destination.selectors;
    for (auto* selector : {&predicate, &key, &value, &partition, &headers}) {
      if (Chance(40)) *selector = Call(Role::kSelector, functions);
    }
    if (Chance(30)) {
      name = Call(Role::kSelector, functions);
    } else {
      destination.topic = Name(0);
    }
    return destination;
  }

  Agent MakeAgent(size_t number) {
    Agent agent;
    agent.name = Name(number);
    const uint32_t functions = 2 + static_cast<uint32_t>(Below(8));
    for (uint32_t i = 0; i < functions; ++i) {
      // 3n+2 is whatever nothing calls, but for init.
      const Role role = i % 3 == 1 ? Role::kSelector : Role::kOperation;
      agent.functions.push_back({.name = Name(i),
                                 .role = role,
                                 .text = Text() + Text(),
                                 .entrypoint = Text(),
                                 .per_call = Chance(30),
                                 .map = {}});
    }
    if (functions > 2 && Chance(50)) {
      agent.init = static_cast<FnId>(2);
      agent.functions[2].role = Role::kInit;
    }
    agent.nodes.push_back({.name = "in", .op = MakeOp(0, functions), .inputs = {}, .place = {}});
    std::vector<NodeId> readable = {static_cast<NodeId>(0)};
    for (size_t i = 1, nodes = 1 + Below(9); i < nodes; ++i) {
      const size_t kind = 1 + Below(kKinds - 1);
      // Mostly chains, as in specs.
      const NodeId input = Chance(70) ? readable.back() : readable[Below(readable.size())];
      const bool output = kind == kKinds - 1;
      // What fuse-stages has to step around.
      const std::string name = output ? "" : i == 1 && Chance(10) ? "stage" : Name(i);
      if (!output) readable.push_back(static_cast<NodeId>(i));
      agent.nodes.push_back(
          {.name = name, .op = MakeOp(kind, functions), .inputs = {input}, .place = {}});
    }
    return agent;
  }

  std::mt19937_64 random_;
};

}  // namespace kaspr::ir
