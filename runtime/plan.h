#pragma once

// Graph -> Plan: which nodes run what, on which engine, and what is handed to whom.
//
//   plan "shop"
//     node 0  source  orders
//     node 1  lane    orders: decode, paid, price, priced.key, encode priced    from 0, ordered
//     node 2  send    priced                                                    from 1, ordered
//
// Flat, const once made, shared by all threads.

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace kaspr::runtime {

// Writes the records of one topic, for one agent; of an agent that chooses topics at run time those
// of all its topics: a topic that two nodes wrote would get its records in no order.
struct SendNode {
  std::string topic;              // "": all of the agent's
  std::vector<uint32_t> outputs;  // indices into Segment::destinations
};

// The body of one agent.
struct Segment {
  enum class Engine : uint8_t { kNative, kLane };
  std::string agent;
  std::vector<std::string> topics;
  std::string pattern;  // or all topics whose whole name matches; "": none
  Engine engine = Engine::kLane;
  std::vector<std::string> steps;  // as shown: "decode", "paid", "priced.key", "encode priced"
  // The topics that it writes, by Send::output; "" where each record names its own.
  std::vector<std::string> destinations;
  std::vector<SendNode> sends;

  // Does it choose topics at run time?
  bool ChoosesTopics() const;
  // As shown: {"priced", "topics chosen at run time"}.
  std::vector<std::string> WrittenTopics() const;
};

struct Plan {
  std::string app;
  std::vector<Segment> segments;  // one per agent, in the order of the graph

  // Does any agent read the topic?
  bool Reads(std::string_view topic) const;
  // Does any agent write the topic, by its name?
  bool Writes(std::string_view topic) const;
  // The same, or by choosing it at run time?
  bool MayWrite(std::string_view topic) const;
};

Plan MakePlan(const ir::Graph& graph);

std::string PrintPlan(const Plan& plan);

}  // namespace kaspr::runtime
