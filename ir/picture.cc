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
      for (const std::string& topic : agent.input().topics) AddTopic(topic);
      for (const Destination* destination : DestinationsOf(agent)) {
        AddDestination(agent, *destination);
      }
    }
    for (size_t i = 0; i < graph_.agents.size(); ++i) AddAgent(i);
    return std::move(picture_);
  }

 private:
  static std::string IdOf(size_t agent, size_t node) { return fmt::format("a{}_{}", agent, node); }

  void AddTopic(const std::string& topic) {
    const auto [known, fresh] = topics_.emplace(topic, NextId());
    if (fresh) picture_.topics.push_back({known->second, {Shown(topic)}});
  }

  void AddDestination(const Agent& agent, const Destination& destination) {
    if (!destination.selectors.name) return AddTopic(destination.topic);
    const auto [known, fresh] = chosen_.emplace(&destination, NextId());
    if (!fresh) return;
    picture_.topics.push_back({known->second, {TopicLabel(agent, destination)}, true});
  }

  std::string NextId() const { return fmt::format("t{}", picture_.topics.size()); }

  const std::string& IdOf(const Destination& destination) const {
    const auto chosen = chosen_.find(&destination);
    return chosen != chosen_.end() ? chosen->second : topics_.at(destination.topic);
  }

  void AddAgent(size_t index) {
    const Agent& agent = graph_.agents[index];
    Cluster cluster{.name = Shown(agent.name)};
    for (size_t i = 0; i < agent.nodes.size(); ++i) {
      const Node& node = agent.nodes[i];
      if (!std::holds_alternative<Output>(node.op)) {
        Box box{.id = IdOf(index, i)};
        for (const StepLabel& step : StepLabels(node)) {
          box.lines.push_back(fmt::format("{} {}", step.kind, step.name));
        }
        cluster.boxes.push_back(std::move(box));
      }
      AddArrows(agent, index, i, cluster.arrows);
    }
    picture_.agents.push_back(std::move(cluster));
  }

  // Those that end at a node, and from it to the topics it sends to; an output is itself an arrow.
  void AddArrows(const Agent& agent, size_t agent_index, size_t index, std::vector<Arrow>& arrows) {
    const Node& node = agent.nodes[index];
    const std::string id = IdOf(agent_index, index);
    if (const auto* input = std::get_if<Input>(&node.op)) {
      for (const std::string& topic : input->topics) arrows.push_back({topics_.at(topic), id, {}});
      return;
    }
    const std::string from = IdOf(agent_index, static_cast<size_t>(node.inputs.front()));
    if (const auto* output = std::get_if<Output>(&node.op)) {
      const Destination& destination = output->destination;
      arrows.push_back({from, IdOf(destination), DestinationLabels(agent, destination)});
      return;
    }
    arrows.push_back({from, id, {}});
    for (const StepLabel& step : StepLabels(node)) {
      if (!step.send) continue;
      arrows.push_back({id, IdOf(step.send->destination), SendLabels(agent, *step.send)});
    }
  }

  const Graph& graph_;
  // To their ids.
  std::map<std::string, std::string> topics_;
  std::map<const Destination*, std::string> chosen_;
  Picture picture_;
};

}  // namespace

Picture PictureOf(const Graph& graph) {
  return PictureBuilder(graph).Run();
}

}  // namespace kaspr::ir
