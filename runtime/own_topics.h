#pragma once

// The topics that an app makes where they are not there: those that it declares, and those that its
// groupBy go through, which get as many partitions as the widest input of their agent.
//
//   input topic "orders" (4 partitions), group-by ... topic "shop-a-by-repartition"
//   -> the second is to have 4 partitions

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/graph.h"
#include "runtime/subscription.h"

namespace kaspr::runtime {

struct OwnTopic {
  std::string name;
  Place place;  // of its declaration; nowhere of a groupBy's
  std::optional<int32_t> partitions, replicas;
  std::vector<std::pair<std::string, std::string>> config;
  std::vector<std::string> fed_by;  // of a groupBy: the agents whose inputs come to it

  bool internal() const { return !fed_by.empty(); }
};

// In the order of the graph, the declared ones first.
std::vector<OwnTopic> OwnTopicsOf(const ir::Graph& graph);

// How many partitions the widest input of an internal topic has, of topics that have so many; at
// least 1. May wait for the lane.
int32_t WidestInput(const OwnTopic& topic, const std::vector<OwnTopic>& own,
                    const std::map<std::string, int32_t, std::less<>>& counts, const Plan& plan,
                    Subscription& subscription);

// Kafka's max.message.bytes among the topic's properties, if it is given and a number.
std::optional<int64_t> DeclaredMaxMessageBytes(const OwnTopic& topic);

}  // namespace kaspr::runtime
