#include "ir/picture.h"

#include <fmt/format.h>

#include <map>

#include "ir/labels.h"

namespace kaspr::ir {
namespace {

class PictureBuilder {
 public:
  explicit PictureBuilder(const Graph& graph) : graph_(graph) {}

  Picture Run() && {
    picture_.app = Shown(graph_.app);
    for (const Agent& agent : graph_.agents) {
      AddSources(agent.input());
      for (const Target& target : TargetsOf(agent)) AddTarget(agent, target);
    }
    for (size_t i = 0; i < graph_.agents.size(); ++i) AddAgent(i);
    return std::move(picture_);
  }

 private:
  static std::string IdOf(size_t agent, size_t node) { return fmt::format("a{}_{}", agent, node); }

  // Boxes outside of agents are told apart by what they are and their name.
  enum class Kind : uint8_t { kTopic, kChannel, kPattern };

  void Add(Kind kind, const std::string& name, const std::string& label) {
    const auto [known, fresh] = shared_.emplace(std::pair(kind, name), NextId());
    if (!fresh) return;
    picture_.topics.push_back({.id = known->second,
                               .lines = {label},
                               .dashed = kind == Kind::kPattern,
                               .channel = kind == Kind::kChannel});
  }

  void AddSources(const Input& input) {
    for (const std::string& topic : input.topics) Add(Kind::kTopic, topic, Shown(topic));
    if (!input.channel.empty()) Add(Kind::kChannel, input.channel, Shown(input.channel));
    if (!input.pattern.empty()) Add(Kind::kPattern, input.pattern, SourceLabels(input).front());
  }

  void AddTarget(const Agent& agent, const Target& target) {
    if (target.kind == Target::Kind::kChannel) {
      return Add(Kind::kChannel, target.name, Shown(target.name));
    }
    if (!target.name.empty()) return Add(Kind::kTopic, target.name, Shown(target.name));
    const auto [known, fresh] = chosen_.emplace(target.destination, NextId());
    if (!fresh) return;
    picture_.topics.push_back(
        {.id = known->second, .lines = {TopicLabel(agent, *target.destination)}, .dashed = true});
  }

  std::string NextId() const { return fmt::format("t{}", picture_.topics.size()); }

  const std::string& IdOf(const Destination& destination) const {
    const auto chosen = chosen_.find(&destination);
    return chosen != chosen_.end() ? chosen->second : IdOf(Kind::kTopic, destination.topic);
  }

  const std::string& IdOf(Kind kind, const std::string& name) const {
    return shared_.at({kind, name});
  }

  // Where the values come from that a node gives to those that read it: behind a group-by its
  // topic.
  std::string IdBehind(const Agent& agent, size_t agent_index, NodeId node) const {
    const auto* group = std::get_if<GroupBy>(&agent.node(node).op);
    return group != nullptr ? IdOf(Kind::kTopic, group->topic)
                            : IdOf(agent_index, static_cast<size_t>(node));
  }

  void AddAgent(size_t index) {
    const Agent& agent = graph_.agents[index];
    Cluster cluster{.name = Shown(agent.name)};
    for (size_t i = 0; i < agent.nodes.size(); ++i) {
      const Node& node = agent.nodes[i];
      const auto* sink = std::get_if<PythonSink>(&node.op);
      if (sink != nullptr) {
        cluster.boxes.push_back({.id = IdOf(index, i), .lines = {"sink " + Shown(sink->name)}});
      } else if (!IsOutput(node.op)) {
        Box box{.id = IdOf(index, i)};
        for (const StepLabel& step : StepLabels(node)) {
          box.lines.push_back(fmt::format("{} {}", step.kind, step.name));
        }
        cluster.boxes.push_back(std::move(box));
      }
      AddArrows(agent, index, i, cluster.arrows);
    }
    if (agent.on_error.UsesDeadLetters()) {
      cluster.arrows.push_back(
          {IdOf(index, 0), IdOf(Kind::kTopic, agent.on_error.topic), {"failed records"}});
    }
    picture_.agents.push_back(std::move(cluster));
  }

  // Those that end at a node, and from it to the topics it sends to; an output is itself an arrow.
  void AddArrows(const Agent& agent, size_t agent_index, size_t index, std::vector<Arrow>& arrows) {
    const Node& node = agent.nodes[index];
    const std::string id = IdOf(agent_index, index);
    if (const auto* input = std::get_if<Input>(&node.op)) {
      for (const std::string& source : SourceIds(*input)) arrows.push_back({source, id, {}});
      return;
    }
    const std::string from = IdBehind(agent, agent_index, node.inputs.front());
    if (const auto* output = std::get_if<Output>(&node.op)) {
      const Destination& destination = output->destination;
      arrows.push_back({from, IdOf(destination), DestinationLabels(agent, destination)});
      return;
    }
    if (const auto* channel = std::get_if<ChannelOutput>(&node.op)) {
      arrows.push_back(
          {from, IdOf(Kind::kChannel, channel->channel), ChannelLabels(agent, *channel)});
      return;
    }
    arrows.push_back({from, id, {}});
    for (const StepLabel& step : StepLabels(node)) {
      if (step.group) arrows.push_back({id, IdOf(Kind::kTopic, step.group->topic), {}});
      if (!step.send) continue;
      arrows.push_back({id, IdOf(step.send->destination), SendLabels(agent, *step.send)});
    }
  }

  std::vector<std::string> SourceIds(const Input& input) const {
    if (!input.channel.empty()) return {IdOf(Kind::kChannel, input.channel)};
    if (!input.pattern.empty()) return {IdOf(Kind::kPattern, input.pattern)};
    std::vector<std::string> ids;
    for (const std::string& topic : input.topics) ids.push_back(IdOf(Kind::kTopic, topic));
    return ids;
  }

  const Graph& graph_;
  // To their ids.
  std::map<std::pair<Kind, std::string>, std::string> shared_;
  std::map<const Destination*, std::string> chosen_;
  Picture picture_;
};

}  // namespace

Picture PictureOf(const Graph& graph) {
  return PictureBuilder(graph).Run();
}

}  // namespace kaspr::ir
