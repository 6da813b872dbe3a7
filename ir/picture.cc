#include "ir/picture.h"

#include <fmt/format.h>

#include "ir/fields.h"
#include "ir/labels.h"

namespace kaspr::ir {
namespace {

class PictureBuilder {
 public:
  PictureBuilder(const Graph& graph, bool fields)
      : graph_(graph), shared_(graph), fields_(fields) {}

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
        Box box{.id = IdOf(index, i), .lines = {"sink " + Shown(sink->name)}};
        AddFields(agent, {sink->function}, "  ", box.lines);
        cluster.boxes.push_back(std::move(box));
      } else if (!IsOutput(node.op)) {
        Box box{.id = IdOf(index, i)};
        const std::vector<StepLabel> steps = StepLabels(node);
        const std::vector<std::vector<FnId>> functions = FunctionsByStep(node);
        for (size_t step = 0; step < steps.size(); ++step) {
          box.lines.push_back(fmt::format("{} {}", steps[step].kind, steps[step].name));
          if (!steps[step].send) AddFields(agent, functions[step], "  ", box.lines);
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
      AddFields(agent, FunctionsOf(node.op), "", arrows.back().lines);
      return;
    }
    if (const auto* channel = std::get_if<ChannelOutput>(&node.op)) {
      arrows.push_back({from, shared_.OfChannel(channel->channel), ChannelLabels(agent, *channel)});
      AddFields(agent, FunctionsOf(node.op), "", arrows.back().lines);
      return;
    }
    arrows.push_back({from, id, {}});
    for (const StepLabel& step : StepLabels(node)) {
      if (step.group) arrows.push_back({id, shared_.OfTopic(step.group->topic), {}});
      if (!step.send) continue;
      arrows.push_back({id, shared_.Of(step.send->destination), SendLabels(agent, *step.send)});
      AddFields(agent, FunctionsOf(*step.send), "", arrows.back().lines);
    }
  }

  void AddFields(const Agent& agent, const std::vector<FnId>& functions, std::string_view indent,
                 std::vector<std::string>& lines) const {
    if (!fields_) return;
    for (const std::string& line : FieldLines(FieldsOf(agent, functions))) {
      lines.push_back(fmt::format("{}{}", indent, line));
    }
  }

  const Graph& graph_;
  const SharedBoxes shared_;
  const bool fields_;
  Picture picture_;
};

}  // namespace

Picture PictureOf(const Graph& graph, bool fields) {
  return PictureBuilder(graph, fields).Run();
}

}  // namespace kaspr::ir
