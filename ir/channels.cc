#include "ir/channels.h"

namespace kaspr::ir {
namespace {

// An agent on the way of a walk along channels, and the outputs of it that are still to be
// followed.
struct Visit {
  size_t agent = 0;
  size_t node = 0;
  size_t reader = 0;  // of the channel of `node`
};

enum class Mark : uint8_t { kNew, kOpen, kDone };

// A walk in depth along the channels, which looks at each output and each channel once.
class CycleSearch {
 public:
  explicit CycleSearch(const Graph& graph)
      : graph_(graph), channels_(ChannelsOf(graph)), marks_(graph.agents.size(), Mark::kNew) {}

  std::optional<OutputOfAgent> Run() {
    for (size_t i = 0; i < graph_.agents.size(); ++i) {
      if (marks_[i] != Mark::kNew) continue;
      Enter(i);
      while (!path_.empty()) {
        if (const auto found = Step()) return found;
      }
    }
    return std::nullopt;
  }

 private:
  void Enter(size_t agent) {
    marks_[agent] = Mark::kOpen;
    path_.push_back({.agent = agent});
  }

  // Follows the next output of the last agent, or leaves it.
  std::optional<OutputOfAgent> Step() {
    Visit& visit = path_.back();
    const std::vector<Node>& nodes = graph_.agents[visit.agent].nodes;
    if (visit.node == nodes.size()) {
      marks_[visit.agent] = Mark::kDone;
      path_.pop_back();
      return std::nullopt;
    }
    const auto* output = std::get_if<ChannelOutput>(&nodes[visit.node].op);
    const auto channel = output != nullptr ? channels_.find(output->channel) : channels_.end();
    if (channel == channels_.end() || visit.reader == channel->second.readers.size()) {
      ++visit.node;
      visit.reader = 0;
      return std::nullopt;
    }
    const size_t reader = channel->second.readers[visit.reader++];
    if (marks_[reader] == Mark::kOpen) return OutputOfAgent{visit.agent, visit.node};
    if (marks_[reader] == Mark::kNew) Enter(reader);
    return std::nullopt;
  }

  const Graph& graph_;
  const std::map<std::string_view, ChannelUse> channels_;
  std::vector<Mark> marks_;  // of agents
  std::vector<Visit> path_;
};

}  // namespace

std::map<std::string_view, ChannelUse> ChannelsOf(const Graph& graph) {
  std::map<std::string_view, ChannelUse> channels;
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    const std::vector<Node>& nodes = graph.agents[i].nodes;
    for (size_t n = 0; n < nodes.size(); ++n) {
      const auto* input = std::get_if<Input>(&nodes[n].op);
      if (input != nullptr && !input->channel.empty())
        channels[input->channel].readers.push_back(i);
      const auto* output = std::get_if<ChannelOutput>(&nodes[n].op);
      if (output != nullptr) channels[output->channel].writers.push_back({i, n});
    }
  }
  return channels;
}

std::optional<OutputOfAgent> FindChannelCycle(const Graph& graph) {
  return CycleSearch(graph).Run();
}

}  // namespace kaspr::ir
