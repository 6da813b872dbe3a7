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
      for (const Output* output : OutputsOf(agent)) AddTopic(output->topic);
    }
    for (size_t i = 0; i < graph_.agents.size(); ++i) AddAgent(i);
    return std::move(picture_);
  }

 private:
  static std::string IdOf(size_t agent, size_t node) { return fmt::format("a{}_{}", agent, node); }

  void AddTopic(const std::string& topic) {
    const auto [known, fresh] = topics_.emplace(topic, fmt::format("t{}", topics_.size()));
    if (fresh) picture_.topics.push_back({known->second, {Shown(topic)}});
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

  // Those that end at a node; an output is itself an arrow, to its topic.
  void AddArrows(const Agent& agent, size_t agent_index, size_t index, std::vector<Arrow>& arrows) {
    const Node& node = agent.nodes[index];
    const std::string id = IdOf(agent_index, index);
    if (const auto* input = std::get_if<Input>(&node.op)) {
      for (const std::string& topic : input->topics) arrows.push_back({topics_.at(topic), id, {}});
      return;
    }
    const std::string from = IdOf(agent_index, static_cast<size_t>(node.inputs.front()));
    if (const auto* output = std::get_if<Output>(&node.op)) {
      arrows.push_back({from, topics_.at(output->topic), OutputLabels(agent, *output)});
    } else {
      arrows.push_back({from, id, {}});
    }
  }

  const Graph& graph_;
  std::map<std::string, std::string> topics_;  // to their ids
  Picture picture_;
};

}  // namespace

Picture PictureOf(const Graph& graph) {
  return PictureBuilder(graph).Run();
}

}  // namespace kaspr::ir
