#include "ir/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/match.h"
#include "ir/expr/print.h"
#include "ir/labels.h"
#include "ir/lexer.h"

namespace kaspr::ir {
namespace {

std::string NameOf(const Agent& agent, NodeId id) {
  const size_t index = static_cast<size_t>(id);
  return index < agent.nodes.size() ? NameText('%', agent.nodes[index].name)
                                    : fmt::format("%?{}", index);
}

std::string NameOf(const Agent& agent, FnId id) {
  const size_t index = static_cast<size_t>(id);
  return index < agent.functions.size() ? NameText('@', agent.functions[index].name)
                                        : fmt::format("@?{}", index);
}

// `[a, b]` with a blank before it, or nothing.
std::string Attributes(const std::vector<std::string>& list) {
  return list.empty() ? "" : fmt::format(" [{}]", fmt::join(list, ", "));
}

// `topic "side" [key: json]`, `topic @audit.name [ack]`; both topics where the graph has both,
// which does not parse.
std::string TopicText(const Agent& agent, const Destination& destination) {
  std::string text = "topic";
  const auto& name = destination.selectors.name;
  if (!destination.topic.empty() || !name) text += " " + Quoted(destination.topic);
  if (name) text += " " + NameOf(agent, *name);
  return text;
}

std::string DestinationText(const Agent& agent, const Destination& destination) {
  const auto name = [&](FnId id) { return NameOf(agent, id); };
  return TopicText(agent, destination) + Attributes(DestinationAttributes(destination, name));
}

std::string SendText(const Agent& agent, const TopicSend& send) {
  const auto name = [&](FnId id) { return NameOf(agent, id); };
  return TopicText(agent, send.destination) + Attributes(SendAttributes(send, name));
}

std::string ChannelText(const Agent& agent, const ChannelOutput& channel) {
  const auto name = [&](FnId id) { return NameOf(agent, id); };
  return Quoted(channel.channel) + Attributes(ChannelAttributes(channel, name));
}

// `@clean`, `@clean.2 as "clean"`
std::string CallText(const Agent& agent, FnId function, const std::string& name) {
  const size_t id = static_cast<size_t>(function);
  const bool same = id < agent.functions.size() && agent.functions[id].name == name;
  return NameOf(agent, function) + (same ? "" : " as " + Quoted(name));
}

// ` [early: @paid.early "paid"]`
std::string EarlyText(const Agent& agent, const std::vector<EarlyFilter>& early) {
  std::string text;
  for (const EarlyFilter& one : early) {
    text += fmt::format(" {} {}", NameOf(agent, one.function), Quoted(one.filter));
  }
  return text.empty() ? "" : fmt::format(" [early:{}]", text);
}

// `topic "a", "b"`, `pattern "^a"`, `channel "a"`; all that are there where the graph has several,
// which does not parse.
std::string SourceText(const Input& input) {
  std::vector<std::string> parts;
  std::vector<std::string> topics;
  for (const std::string& topic : input.topics) topics.push_back(Quoted(topic));
  if (!topics.empty()) parts.push_back(fmt::format("topic {}", fmt::join(topics, ", ")));
  if (!input.pattern.empty()) parts.push_back("pattern " + Quoted(input.pattern));
  if (!input.channel.empty()) parts.push_back("channel " + Quoted(input.channel));
  return parts.empty() ? "topic" : fmt::format("{}", fmt::join(parts, " "));
}

class Printer {
 public:
  explicit Printer(const PrintOptions& options) : options_(options) {}

  GraphText Run(const Graph& graph) && {
    Append("app {}\n", Quoted(graph.app));
    if (!graph.topics.empty()) Append("\n");
    for (const DeclaredTopic& topic : graph.topics) result_.topics.push_back(PrintTopic(topic));
    for (const Agent& agent : graph.agents) PrintAgent(agent);
    return std::move(result_);
  }

 private:
  template <class... Args>
  void Append(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(result_.text), format, std::forward<Args>(args)...);
  }

  uint32_t Here() const { return static_cast<uint32_t>(result_.text.size()); }

  // From `begin`, which is the indent of a line, to the end of what was just printed.
  GraphText::Extent Since(uint32_t begin) const {
    return {static_cast<uint32_t>(result_.text.find_first_not_of(' ', begin)), Here()};
  }

  // Ends a line.
  void EndLine(Span place) {
    if (options_.places && place) {
      std::string path = place.file->path();
      for (char& c : path) {
        if (static_cast<unsigned char>(c) < ' ') c = '?';
      }
      Append("  # {}:{}", path, place.file->PositionOf(place.begin).line);
    }
    Append("\n");
  }

  GraphText::Extent PrintTopic(const DeclaredTopic& topic) {
    const uint32_t begin = Here();
    Append("topic {}{}", Quoted(topic.name), Attributes(TopicAttributes(topic)));
    const GraphText::Extent extent = Since(begin);
    EndLine(topic.place.span);
    return extent;
  }

  void PrintAgent(const Agent& agent) {
    auto& lines = result_.agents.emplace_back();
    Append("\n");
    uint32_t begin = Here();
    Append("agent {}{}", Quoted(agent.name), Attributes(AgentAttributes(agent)));
    lines.head = Since(begin);
    Append(" {{");
    EndLine(agent.place.span);
    if (agent.init) Append("  init {}\n", NameOf(agent, *agent.init));
    if (agent.route) {
      Append("  route {} {}\n", NameOf(agent, agent.route->function),
             fmt::join(agent.route->outputs, " "));
    }

    size_t width = 0;
    for (const Node& node : agent.nodes) {
      if (IsOutput(node.op)) continue;
      width = std::max(width, Columns(NameText('%', node.name)));
    }
    for (const Node& node : agent.nodes) lines.nodes.push_back(PrintNode(agent, node, width));
    for (const Function& function : agent.functions) {
      Append("\n");
      lines.functions.push_back(PrintFunction(function));
    }
    Append("}}\n");
  }

  GraphText::Extent PrintNode(const Agent& agent, const Node& node, size_t width) {
    const uint32_t begin = Here();
    std::vector<std::string> inputs;
    for (NodeId input : node.inputs) inputs.push_back(NameOf(agent, input));
    const std::string from = fmt::format("{}", fmt::join(inputs, " "));
    const std::string name = NameText('%', node.name);
    const std::string left =
        fmt::format("  {}{:{}} = ", name, "", width - std::min(width, Columns(name)));

    std::visit(Match{
                   [&](const Input& input) {
                     Append("{}input {}{}", left, SourceText(input),
                            Attributes(InputAttributes(input)));
                   },
                   [&](const Map& map) {
                     Append("{}map {} {}{}", left, from, NameOf(agent, map.function),
                            EarlyText(agent, map.early));
                   },
                   [&](const Filter& filter) {
                     Append("{}filter {} {}{}", left, from, NameOf(agent, filter.function),
                            EarlyText(agent, filter.early));
                   },
                   [&](const TopicSend& send) {
                     Append("{}send {} {}", left, from, SendText(agent, send));
                   },
                   [&](const GroupBy& group) {
                     Append("{}group-by {} {} topic {}", left, from, NameOf(agent, group.function),
                            Quoted(group.topic));
                   },
                   [&](const Stage&) { Append("{}stage {}", left, from); },
                   [&](const Output& output) {
                     Append("  output {} {}", from, DestinationText(agent, output.destination));
                   },
                   [&](const ChannelOutput& channel) {
                     Append("  channel {} {}", from, ChannelText(agent, channel));
                   },
                   [&](const PythonSink& sink) {
                     Append("  sink {} {}", from, CallText(agent, sink.function, sink.name));
                   },
               },
               node.op);
    const GraphText::Extent extent = Since(begin);
    if (const auto* stage = std::get_if<Stage>(&node.op)) {
      PrintSteps(agent, node, *stage);
    } else {
      EndLine(node.place.span);
    }
    return extent;
  }

  void PrintSteps(const Agent& agent, const Node& node, const Stage& stage) {
    Append(" {{");
    EndLine(node.place.span);
    for (const Stage::Step& step : stage.steps) {
      std::visit(Match{
                     [&](const Map& map) {
                       Append("    map {}{}", CallText(agent, map.function, step.name),
                              EarlyText(agent, map.early));
                     },
                     [&](const Filter& filter) {
                       Append("    filter {}{}", CallText(agent, filter.function, step.name),
                              EarlyText(agent, filter.early));
                     },
                     [&](const TopicSend& send) {
                       Append("    send {} {}", Quoted(step.name), SendText(agent, send));
                     },
                 },
                 step.op);
      EndLine(step.place.span);
    }
    Append("  }}\n");
  }

  GraphText::Extent PrintFunction(const Function& function) {
    const uint32_t begin = Here();
    if (function.role == Role::kNative) {
      Append("  fn {} native", NameText('@', function.name));
      const GraphText::Extent extent = Since(begin);
      Append("\n");
      PrintExpr(function);  // there is nothing else to it
      return extent;
    }
    std::vector<std::string> attributes;
    if (function.role != Role::kOperation) attributes.push_back(RoleName(function.role));
    if (function.per_call) attributes.push_back("per call");
    Append("  fn {} python", NameText('@', function.name));
    if (!function.entrypoint.empty()) Append(" {}", Quoted(function.entrypoint));
    Append("{}", Attributes(attributes));
    const GraphText::Extent extent = Since(begin);

    std::string_view rest = function.text;
    Append(" {}", rest.ends_with('\n') ? "|" : "|-");
    EndLine(function.map.scalar);
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      Append("    |{}{}\n", end == 0 ? "" : " ", rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (options_.exprs) PrintExpr(function);
    return extent;
  }

  void PrintExpr(const Function& function) {
    if (!function.expr) return;
    Append("  expr {} {{\n{}  }}\n", NameText('@', function.name),
           Print(*function.expr, {.places = options_.places, .indent = "    "}));
  }

  const PrintOptions options_;
  GraphText result_;
};

}  // namespace

std::string Print(const Graph& graph, const PrintOptions& options) {
  return PrintLocated(graph, options).text;
}

std::string PrintExprs(const Graph& graph, const PrintOptions& options) {
  std::string out;
  for (const Agent& agent : graph.agents) {
    for (const Function& function : agent.functions) {
      if (function.role == Role::kInit) continue;
      out += fmt::format("{}# {}/{}", out.empty() ? "" : "\n", agent.name, function.name);
      if (function.expr) {
        out +=
            "\n" + Print(*function.expr, {.places = options.places, .indent = "", .effects = true});
      } else {
        out += fmt::format(": python, {}\n", function.untranslated.why);
      }
    }
  }
  return out;
}

GraphText PrintLocated(const Graph& graph, const PrintOptions& options) {
  return Printer(options).Run(graph);
}

}  // namespace kaspr::ir
