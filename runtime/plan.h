#pragma once

// Graph -> Plan: which nodes run what, on which engine, and what is handed to whom.
//
//   plan "shop"
//     node 0  source  orders
//     node 1  lane    orders: decode, paid, price, priced.key, encode priced    from 0, ordered
//     node 2  send    priced                                                    from 1, ordered
//
// A channel is a send node that the nodes of its readers are behind.
// Flat, const once made, shared by all threads.

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace kaspr::runtime {

// Writes the records of one topic, for one segment; of a segment that chooses topics at run time
// those of all its topics: a topic that two nodes wrote would get its records in no order. Or hands
// the values of a channel on to those who read it.
struct SendNode {
  std::string topic;  // or channel; "": all topics of the segment
  bool channel = false;
  std::vector<size_t> readers;    // of the channel: segments
  std::vector<uint32_t> outputs;  // indices into Segment::targets

  bool Takes(uint32_t output) const;
};

// The body of an agent; of one with groupBy each of the bodies that its internal topics part.
struct Segment {
  enum class Engine : uint8_t { kNative, kLane };
  struct Target {
    std::string name;  // of a topic or channel; "" where each record names its own topic
    bool channel = false;
    bool internal = false;  // a topic of groupBy: nobody but the agent is to see what is in it
    bool operator==(const Target&) const = default;
  };

  std::string agent;
  size_t agent_index = 0;
  std::vector<std::string> topics;
  std::string pattern;  // of topics, in place of names; "": none
  std::string channel;  // in place of topics; "": none
  Engine engine = Engine::kLane;
  bool isolated = false;           // its partitions do not wait for each other
  bool counts_source = true;       // what it reads are the agent's source records
  std::vector<std::string> steps;  // as shown: "decode", "paid", "priced.key", "encode priced"
  std::vector<Target> targets;     // of the agent, by Send::output
  std::vector<uint32_t> outputs;   // those of `targets` that this segment writes
  std::vector<SendNode> sends;

  // Does it choose topics at run time?
  bool ChoosesTopics() const;
  // As shown: {"priced", "channel big", "topics chosen at run time"}, without those of groupBy.
  std::vector<std::string> WrittenTopics() const;
  // Those that it writes by their names.
  std::set<std::string> NamedTopics() const;
  // Does it write the topic, by its name?
  bool Writes(std::string_view topic) const;
};

struct Plan {
  std::string app;
  std::vector<std::string> agents;  // their names
  std::vector<Segment> segments;    // in the order of the graph, those of an agent together

  // Is it the topic of a groupBy?
  bool IsInternal(std::string_view topic) const;
  // Does a segment read the topic, by its name?
  bool Reads(std::string_view topic) const;
  // Does a segment write the topic, by its name?
  bool Writes(std::string_view topic) const;
  // The same, or by choosing it at run time?
  bool MayWrite(std::string_view topic) const;
};

Plan MakePlan(const ir::Graph& graph);

std::string PrintPlan(const Plan& plan);

}  // namespace kaspr::runtime
