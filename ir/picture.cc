#include "ir/picture.h"

#include <fmt/format.h>

#include "ir/labels.h"

namespace kaspr::ir {
namespace {

class PictureBuilder {
 public:
  explicit PictureBuilder(const Graph& graph) : graph_(graph), shared_(graph) {}

  Picture Run() && {
    picture_.app = Shown(graph_.app);
    picture_.topics = shared_.boxes();
    for (size_t i = 0; i < graph_.agents.size(); ++i) AddAgent(i);
    return std::move(picture_);
  }

 private:
  static std::string IdOf(size_t agent, size_t node) { return fmt::format("a{}_{}", agent, node); }

  // Where the values come from that a node gives to those that read it: behind a group-by its
  // topic.
  std::string IdBehind(const Agent& agent, size_t agent_index, NodeId node) const {
    const auto* group = std::get_if<GroupBy>(&agent.node(node).op);
    return group != nullptr ? shared_.OfTopic(group->topic)
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
          {IdOf(index, 0), shared_.OfTopic(agent.on_error.topic), {"failed records"}});
    }
    picture_.agents.push_back(std::move(cluster));
  }

  // Those that end at a node, and from it to the topics it sends to; an output is itself an arrow.
  void AddArrows(const Agent& agent, size_t agent_index, size_t index, std::vector<Arrow>& arrows) {
    const Node& node = agent.nodes[index];
    const std::string id = IdOf(agent_index, index);
    if (const auto* input = std::get_if<Input>(&node.op)) {
      for (const std::string& source : shared_.SourcesOf(*input))
        arrows.push_back({source, id, {}});
      return;
    }
    const std::string from = IdBehind(agent, agent_index, node.inputs.front());
    if (const auto* output = std::get_if<Output>(&node.op)) {
      const Destination& destination = output->destination;
      arrows.push_back({from, shared_.Of(destination), DestinationLabels(agent, destination)});
      return;
    }
    if (const auto* channel = std::get_if<ChannelOutput>(&node.op)) {
      arrows.push_back({from, shared_.OfChannel(channel->channel), ChannelLabels(agent, *channel)});
      return;
    }
    arrows.push_back({from, id, {}});
    for (const StepLabel& step : StepLabels(node)) {
      if (step.group) arrows.push_back({id, shared_.OfTopic(step.group->topic), {}});
      if (!step.send) continue;
      arrows.push_back({id, shared_.Of(step.send->destination), SendLabels(agent, *step.send)});
    }
  }

  const Graph& graph_;
  const SharedBoxes shared_;
  Picture picture_;
};

}  // namespace

Picture PictureOf(const Graph& graph) {
  return PictureBuilder(graph).Run();
}

}  // namespace kaspr::ir
