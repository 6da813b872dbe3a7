#include "runtime/own_topics.h"

#include <algorithm>
#include <charconv>

#include "ir/channels.h"

namespace kaspr::runtime {

namespace {

// The agent, and all that send to it through channels.
std::vector<std::string> FeedersOf(const ir::Graph& graph, size_t agent) {
  const auto channels = ir::ChannelsOf(graph);
  std::vector<size_t> feeders{agent};
  for (size_t i = 0; i < feeders.size(); ++i) {
    const auto channel = channels.find(graph.agents[feeders[i]].input().channel);
    if (channel == channels.end()) continue;
    for (const ir::OutputOfAgent& writer : channel->second.writers) {
      if (std::find(feeders.begin(), feeders.end(), writer.agent) == feeders.end()) {
        feeders.push_back(writer.agent);
      }
    }
  }
  std::vector<std::string> names;
  for (size_t feeder : feeders) names.push_back(graph.agents[feeder].name);
  return names;
}

}  // namespace

std::vector<OwnTopic> OwnTopicsOf(const ir::Graph& graph) {
  std::vector<OwnTopic> topics;
  for (const ir::DeclaredTopic& declared : graph.topics) {
    topics.push_back({.name = declared.name,
                      .place = declared.place,
                      .partitions = declared.partitions,
                      .replicas = declared.replicas,
                      .config = declared.config,
                      .fed_by = {}});
  }
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    for (const ir::Node& node : graph.agents[i].nodes) {
      const auto* group = std::get_if<ir::GroupBy>(&node.op);
      if (group == nullptr) continue;
      topics.push_back({.name = group->topic,
                        .config = {{"cleanup.policy", "delete"}},
                        .fed_by = FeedersOf(graph, i)});
    }
  }
  return topics;
}

int32_t WidestInput(const OwnTopic& topic, const std::vector<OwnTopic>& own,
                    const std::map<std::string, int32_t, std::less<>>& counts, const Plan& plan,
                    Subscription& subscription) {
  std::vector<std::string> names;
  for (const auto& [name, count] : counts) names.push_back(name);
  subscription.Learn(names);
  int32_t widest = 1;
  for (const auto& [name, count] : counts) {
    const bool internal = std::any_of(own.begin(), own.end(), [&](const OwnTopic& other) {
      return other.internal() && other.name == name;
    });
    const auto& readers = subscription.ReadersOf(name);
    const bool feeds = std::any_of(readers.begin(), readers.end(), [&](size_t reader) {
      const auto& agents = topic.fed_by;
      return std::find(agents.begin(), agents.end(), plan.segments[reader].agent) != agents.end();
    });
    if (feeds && !internal) widest = std::max(widest, count);
  }
  return widest;
}

std::optional<int64_t> DeclaredMaxMessageBytes(const OwnTopic& topic) {
  for (const auto& [name, text] : topic.config) {
    int64_t bytes = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
    if (name == "max.message.bytes" && error == std::errc() && end == text.data() + text.size()) {
      return bytes;
    }
  }
  return std::nullopt;
}

}  // namespace kaspr::runtime
