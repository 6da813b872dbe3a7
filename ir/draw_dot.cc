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
      for (const Output* output : OutputsOf(agent)) AddTopic(output->topic);
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
    const auto [known, fresh] = topics_.emplace(topic, topics_.size());
    if (!fresh) return;
    Append("  t{} [label=\"{}\", shape=cylinder, style=solid];\n", known->second, Escaped(topic));
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
    if (!output) {
      Append("  a{}_{} -> a{}_{};\n", agent_index, from, agent_index, index);
      return;
    }
    std::string label;
    for (const std::string& line : OutputLabels(agent, *output)) label += Escaped(line) + "\\l";
    Append("  a{}_{} -> t{}", agent_index, from, topics_.at(output->topic));
    if (!label.empty()) Append(" [label=\"{}\"]", label);
    Append(";\n");
  }

  const Graph& graph_;
  std::map<std::string, size_t> topics_;  // to their number, in order of first mention
  std::string out_;
};

}  // namespace

std::string DrawDot(const Graph& graph) {
  return DotDrawing(graph).Run();
}

}  // namespace kaspr::ir
