#include <fmt/format.h>

#include <iterator>
#include <map>

#include "ir/draw.h"
#include "ir/labels.h"

namespace kaspr::ir {
namespace {

// `text` as the inside of a quoted label: dot reads escapes and entities there.
std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : Shown(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
    if (c == '&') out += "amp;";
  }
  return out;
}

class DotDrawing {
 public:
  explicit DotDrawing(const Graph& graph) : graph_(graph) {}

  std::string Run() && {
    Append("digraph \"{}\" {{\n", Escaped(graph_.app));
    Append("  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    for (const Agent& agent : graph_.agents) {
      for (const std::string& topic : agent.input().topics) AddTopic(topic);
      for (const Destination* destination : DestinationsOf(agent)) {
        AddDestination(agent, *destination);
      }
    }
    for (size_t i = 0; i < graph_.agents.size(); ++i) DrawAgent(i);
    Append("}}\n");
    return std::move(out_);
  }

 private:
  template <class... Args>
  void Append(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void AddTopic(const std::string& topic) {
    const auto [known, fresh] = topics_.emplace(topic, topics_.size() + chosen_.size());
    if (!fresh) return;
    Append("  t{} [label=\"{}\", shape=cylinder, style=solid];\n", known->second, Escaped(topic));
  }

  // Topics that are chosen at run time stand together, dashed, for the function that chooses.
  void AddDestination(const Agent& agent, const Destination& destination) {
    if (!destination.selectors.name) return AddTopic(destination.topic);
    const size_t number = topics_.size() + chosen_.size();
    if (!chosen_.emplace(&destination, number).second) return;
    Append("  t{} [label=\"{}\", shape=cylinder, style=dashed];\n", number,
           Escaped(TopicLabel(agent, destination)));
  }

  size_t NumberOf(const Destination& destination) const {
    const auto chosen = chosen_.find(&destination);
    return chosen != chosen_.end() ? chosen->second : topics_.at(destination.topic);
  }

  // The input is a point: there the topics of an agent become one stream.
  void DrawAgent(size_t index) {
    const Agent& agent = graph_.agents[index];
    Append("  subgraph cluster_{} {{\n    label=\"{}\";\n", index, Escaped(agent.name));
    for (size_t i = 0; i < agent.nodes.size(); ++i) {
      const Node& node = agent.nodes[i];
      if (std::holds_alternative<Output>(node.op)) continue;
      if (std::holds_alternative<Input>(node.op)) {
        Append("    a{}_{} [shape=point];\n", index, i);
      } else {
        Append("    a{}_{} [label=\"{}\"];\n", index, i, LabelOf(node));
      }
    }
    Append("  }}\n");
    for (size_t i = 0; i < agent.nodes.size(); ++i) DrawEdges(agent, index, i);
  }

  static std::string LabelOf(const Node& node) {
    std::string label;
    for (const StepLabel& step : StepLabels(node)) {
      label += fmt::format("{} {}\\l", step.kind, Escaped(step.name));
    }
    return label;
  }

  void DrawEdges(const Agent& agent, size_t agent_index, size_t index) {
    const Node& node = agent.nodes[index];
    if (const auto* input = std::get_if<Input>(&node.op)) {
      for (const std::string& topic : input->topics) {
        Append("  t{} -> a{}_{};\n", topics_.at(topic), agent_index, index);
      }
      return;
    }
    const size_t from = static_cast<size_t>(node.inputs.front());
    const auto* output = std::get_if<Output>(&node.op);
    if (output) {
      DrawSend(agent_index, from, output->destination,
               DestinationLabels(agent, output->destination));
      return;
    }
    Append("  a{}_{} -> a{}_{};\n", agent_index, from, agent_index, index);
    for (const StepLabel& step : StepLabels(node)) {
      if (!step.send) continue;
      DrawSend(agent_index, index, step.send->destination, SendLabels(agent, *step.send));
    }
  }

  void DrawSend(size_t agent, size_t node, const Destination& destination,
                const std::vector<std::string>& labels) {
    std::string label;
    for (const std::string& line : labels) label += Escaped(line) + "\\l";
    Append("  a{}_{} -> t{}", agent, node, NumberOf(destination));
    if (!label.empty()) Append(" [label=\"{}\"]", label);
    Append(";\n");
  }

  const Graph& graph_;
  // To their numbers, in order of first mention.
  std::map<std::string, size_t> topics_;
  std::map<const Destination*, size_t> chosen_;
  std::string out_;
};

}  // namespace

std::string DrawDot(const Graph& graph) {
  return DotDrawing(graph).Run();
}

}  // namespace kaspr::ir
