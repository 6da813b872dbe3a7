#include "ir/draw_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/match.h"
#include "base/render.h"
#include "ir/expr/effects.h"
#include "ir/expr/print.h"
#include "ir/labels.h"
#include "ir/lexer.h"
#include "ir/print.h"
#include "ir/shared_boxes.h"

namespace kaspr::ir {
namespace {

// An object under construction, in one line: {"id": "t0", "kind": "topic"}.
class Object {
 public:
  Object& Raw(std::string_view key, std::string_view json) {
    text_ += fmt::format("{}{}: {}", text_.empty() ? "" : ", ", JsonQuoted(key), json);
    return *this;
  }
  Object& Text(std::string_view key, std::string_view text) { return Raw(key, JsonQuoted(text)); }
  Object& Flag(std::string_view key, bool flag) { return Raw(key, flag ? "true" : "false"); }
  Object& Texts(std::string_view key, const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    for (const std::string& text : texts) quoted.push_back(JsonQuoted(text));
    return Raw(key, fmt::format("[{}]", fmt::join(quoted, ", ")));
  }
  // Where it stands; nothing of what no file wrote.
  Object& At(Span span) {
    if (!span) return *this;
    Text("file", span.file->path());
    return Raw("line", fmt::format("{}", span.file->PositionOf(span.begin).line));
  }
  std::string Done() const { return fmt::format("{{{}}}", text_); }

 private:
  std::string text_;
};

// One item a line, `indent` blanks in front of each.
std::string Lines(const std::vector<std::string>& items, size_t indent) {
  if (items.empty()) return "[]";
  const std::string margin(indent, ' ');
  return fmt::format("[\n{}{}\n{}]", margin, fmt::join(items, ",\n" + margin),
                     margin.substr(std::min<size_t>(2, indent)));
}

bool IsWithin(Span inner, Span outer) {
  return inner && outer && inner.file == outer.file && outer.begin <= inner.begin &&
         inner.begin < outer.end;
}

std::string Word(Severity severity) {
  switch (severity) {
    case Severity::kRemark:
      return "remark";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "";
}

// The line in the file of each line of the program; none where the YAML folds them.
std::vector<uint32_t> FileLines(const Function& function) {
  std::vector<uint32_t> lines;
  if (!function.map.exact() || !function.map.scalar) return lines;
  const SourceFile& file = *function.map.scalar.file;
  for (size_t begin = 0; begin < function.text.size();) {
    const auto at = static_cast<uint32_t>(begin);
    lines.push_back(file.PositionOf(function.map.Locate(at, at + 1).begin).line);
    begin = std::min(function.text.find('\n', begin), function.text.size() - 1) + 1;
  }
  return lines;
}

std::string FunctionJson(const Function& function, const Engines::OfFunction& runs,
                         const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> remarks;
  for (const Diagnostic& found : diagnostics) {
    if (found.primary() == nullptr || !IsWithin(*found.primary(), function.map.scalar)) continue;
    remarks.push_back(Object()
                          .Text("severity", Word(found.severity))
                          .Text("code", CodeName(found.code))
                          .Text("message", found.message)
                          .At(*found.primary())
                          .Done());
  }
  Object out;
  out.Text("name", function.name).Text("role", RoleName(function.role));
  out.Text("engine", EngineName(runs.engine)).Text("reason", runs.why);
  out.Texts("calls_python", runs.asks);
  out.Text("entrypoint", function.entrypoint);
  out.Flag("per_call", function.per_call).At(function.map.scalar);
  out.Raw("lines", fmt::format("[{}]", fmt::join(FileLines(function), ", ")));
  out.Text("python", function.text);
  out.Text("expr", function.expr ? Print(*function.expr) : "");
  for (const auto& [key, json] : EffectsJson(function)) out.Raw(key, json);
  return out.Raw("remarks", fmt::format("[{}]", fmt::join(remarks, ", "))).Done();
}

// What is the same in both plans.
std::string AgentJson(const Agent& agent, const CompiledApp& app,
                      const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> remarks, functions;
  for (const Remark& remark : app.passes.remarks) {
    if (remark.agent != agent.name) continue;
    remarks.push_back(Object().Text("pass", remark.pass).Text("message", remark.text).Done());
  }
  const Engines engines = app.engines(agent);
  for (size_t i = 0; i < agent.functions.size(); ++i) {
    functions.push_back(FunctionJson(agent.functions[i], engines.functions[i], diagnostics));
  }
  Object out;
  out.Text("name", agent.name).At(agent.place.span).Texts("attributes", AgentAttributes(agent));
  if (agent.init) out.Text("init", agent.function(*agent.init).name);
  out.Raw("remarks", fmt::format("[{}]", fmt::join(remarks, ", ")));
  return out.Raw("functions", Lines(functions, 6)).Done();
}

const char* KindName(const Op& op) {
  return std::visit(Match{
                        [](const Input&) { return "input"; },
                        [](const Map&) { return "map"; },
                        [](const Filter&) { return "filter"; },
                        [](const TopicSend&) { return "send"; },
                        [](const GroupBy&) { return "group-by"; },
                        [](const Stage&) { return "stage"; },
                        [](const Output&) { return "output"; },
                        [](const ChannelOutput&) { return "channel"; },
                        [](const PythonSink&) { return "sink"; },
                    },
                    op);
}

// One of the two plans, from agent to agent.
class PlanJson {
 public:
  PlanJson(const Graph& graph, const CompiledApp& app)
      : graph_(graph), shared_(graph), text_(PrintLocated(graph)) {
    for (const Agent& agent : graph.agents) engines_.push_back(app.engines(agent));
  }

  std::string Run() && {
    std::vector<std::string> topics, agents;
    for (const SharedBox& box : shared_.boxes()) topics.push_back(TopicJson(box));
    for (size_t i = 0; i < graph_.agents.size(); ++i) agents.push_back(AgentPlan(i));
    return fmt::format("{{\n    \"topics\": {},\n    \"agents\": {},\n    \"edges\": {}\n  }}",
                       Lines(topics, 6), Lines(agents, 6), Lines(edges_, 6));
  }

 private:
  std::string TopicJson(const SharedBox& box) const {
    constexpr const char* kKinds[] = {"topic", "channel", "pattern", "chosen"};
    Object out;
    out.Text("id", box.id).Text("kind", kKinds[static_cast<size_t>(box.kind)]);
    out.Text("name", box.name).Text("label", box.label).Flag("internal", box.internal);
    if (box.kind != SharedBox::Kind::kTopic) return out.Done();
    for (const DeclaredTopic& topic : graph_.topics) {
      if (topic.name != box.name) continue;
      out.Texts("declared", TopicAttributes(topic)).At(topic.place.span);
    }
    return out.Done();
  }

  std::string AgentPlan(size_t index) {
    const Agent& agent = graph_.agents[index];
    const std::string id = fmt::format("a{}", index);
    std::vector<std::string> nodes;
    for (size_t i = 0; i < agent.nodes.size(); ++i) {
      nodes.push_back(NodeJson(agent, fmt::format("{}_{}", id, i), index, i));
    }
    // An edge from the agent itself is the way of its dead letters.
    if (agent.on_error.UsesDeadLetters()) {
      AddEdge(id, shared_.OfTopic(agent.on_error.topic));
    }
    return Object().Text("id", id).Text("name", agent.name).Raw("nodes", Lines(nodes, 8)).Done();
  }

  void AddEdge(const std::string& from, const std::string& to) {
    edges_.push_back(Object().Text("from", from).Text("to", to).Done());
  }

  // The edges that end at a node, and those from it to what agents share.
  void AddEdges(const std::string& agent_id, const Agent& agent, const Node& node,
                const std::string& id) {
    if (const auto* input = std::get_if<Input>(&node.op)) {
      for (const std::string& source : shared_.SourcesOf(*input)) AddEdge(source, id);
    }
    for (const NodeId read : node.inputs) {
      const auto* group = std::get_if<GroupBy>(&agent.node(read).op);
      AddEdge(group != nullptr ? shared_.OfTopic(group->topic)
                               : fmt::format("{}_{}", agent_id, static_cast<size_t>(read)),
              id);
    }
    // Of a stage the steps send.
    if (std::holds_alternative<Stage>(node.op)) return;
    for (const Target& target : TargetsOf(node.op)) AddEdge(id, shared_.Of(target));
  }

  std::string NodeJson(const Agent& agent, const std::string& id, size_t agent_index,
                       size_t index) {
    const Node& node = agent.nodes[index];
    AddEdges(fmt::format("a{}", agent_index), agent, node, id);
    const auto* stage = std::get_if<Stage>(&node.op);
    const std::vector<std::string> text = IrLines(agent_index, index, stage);
    Object out;
    out.Text("id", id).Text("kind", KindName(node.op)).Text("name", NameOf(agent, node));
    const Engines& engines = engines_[agent_index];
    AddCalls(out, agent, FunctionsOf(node.op), engines);
    out.Texts("label", LabelsOf(agent, node)).At(node.place.span);
    out.Text("ir", fmt::format("{}", fmt::join(text, "\n")));
    if (stage == nullptr) return out.Done();
    std::vector<std::string> steps;
    for (size_t i = 0; i < stage->steps.size(); ++i) {
      steps.push_back(
          StepJson(agent, stage->steps[i], engines, fmt::format("{}_{}", id, i), text[i + 1]));
    }
    return out.Raw("steps", Lines(steps, 10)).Done();
  }

  std::string StepJson(const Agent& agent, const Stage::Step& step, const Engines& engines,
                       const std::string& id, std::string_view text) {
    const Op op = std::visit([](const auto& one) { return Op(one); }, step.op);
    Object out;
    out.Text("id", id).Text("kind", KindName(op)).Text("name", step.name);
    AddCalls(out, agent, FunctionsOf(op), engines);
    const auto* send = std::get_if<TopicSend>(&step.op);
    if (send != nullptr) AddEdge(id, shared_.Of(send->destination));
    out.Texts("label", send != nullptr ? SendLabels(agent, *send) : std::vector<std::string>{});
    return out.At(step.place.span)
        .Text("ir", text.substr(std::min(text.find_first_not_of(' '), text.size())))
        .Done();
  }

  // What calls no function is native.
  static void AddCalls(Object& out, const Agent& agent, const std::vector<FnId>& calls,
                       const Engines& engines) {
    std::vector<std::string> names;
    for (const FnId call : calls) {
      const Function& function = agent.function(call);
      if (function.role != Role::kNative) names.push_back(function.name);
    }
    out.Text("engine", names.empty() ? "native" : EngineName(EngineOf(engines, calls)))
        .Texts("functions", names);
  }

  static std::string NameOf(const Agent& agent, const Node& node) {
    if (const auto* output = std::get_if<Output>(&node.op)) {
      return TopicLabel(agent, output->destination);
    }
    if (const auto* channel = std::get_if<ChannelOutput>(&node.op)) return channel->channel;
    if (const auto* sink = std::get_if<PythonSink>(&node.op)) return sink->name;
    return node.name;
  }

  static std::vector<std::string> LabelsOf(const Agent& agent, const Node& node) {
    using Labels = std::vector<std::string>;
    return std::visit(
        Match{
            [](const Input& input) { return InputAttributes(input); },
            [](const Map&) { return Labels{}; },
            [](const Filter&) { return Labels{}; },
            [&](const TopicSend& send) { return SendLabels(agent, send); },
            [](const GroupBy&) { return Labels{}; },
            [](const Stage&) { return Labels{}; },
            [&](const Output& output) { return DestinationLabels(agent, output.destination); },
            [&](const ChannelOutput& channel) { return ChannelLabels(agent, channel); },
            [](const PythonSink&) { return Labels{}; },
        },
        node.op);
  }

  // The node as IR text: one line, and of a stage one for each step and one that ends it.
  std::vector<std::string> IrLines(size_t agent, size_t node, const Stage* stage) const {
    size_t begin = text_.agents[agent].nodes[node].begin;
    std::vector<std::string> lines;
    for (size_t left = stage != nullptr ? stage->steps.size() + 2 : 1; left > 0; --left) {
      const size_t end = text_.text.find('\n', begin);
      lines.push_back(text_.text.substr(begin, end - begin));
      // Every line but the first one has the indent of nodes.
      begin = end + 1 + (left > 1 ? 2 : 0);
    }
    // The blanks that align it with its neighbours.
    const std::string name = NameText('%', graph_.agents[agent].nodes[node].name);
    std::string& first = lines.front();
    if (first.starts_with(name)) {
      first.erase(name.size(), first.find('=', name.size()) - name.size() - 1);
    }
    return lines;
  }

  const Graph& graph_;
  const SharedBoxes shared_;
  const GraphText text_;
  std::vector<Engines> engines_;  // by agent
  std::vector<std::string> edges_;
};

}  // namespace

std::string DrawJson(const CompiledApp& app) {
  const std::vector<Diagnostic> diagnostics = app.diagnostics.Sorted();
  std::vector<std::string> agents;
  for (const Agent& agent : app.written.agents) {
    agents.push_back(AgentJson(agent, app, diagnostics));
  }
  return fmt::format(
      "{{\n  \"app\": {},\n  \"fields\": {},\n  \"agents\": {},\n  \"written\": {},\n"
      "  \"optimized\": {}\n}}\n",
      JsonQuoted(app.written.app), app.fields, Lines(agents, 4), PlanJson(app.written, app).Run(),
      PlanJson(app.optimized, app).Run());
}

std::vector<std::pair<const char*, std::string>> EffectsJson(const Function& function) {
  if (!function.expr) {
    return {{"reads", "null"},
            {"writes", "null"},
            {"raises", "null"},
            {"event", "null"},
            {"returns_argument", "null"}};
  }
  const auto list = [](const std::vector<std::string>& texts) {
    std::vector<std::string> quoted;
    for (const std::string& text : texts) quoted.push_back(JsonQuoted(text));
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  };
  const auto flag = [](bool set) { return set ? "true" : "false"; };
  const Effects effects = EffectsOf(*function.expr);
  return {{"reads", list(PathTexts(effects.reads))},
          {"writes", list(PathTexts(effects.writes))},
          {"raises", list(RaisesTexts(effects.raises))},
          {"event", flag(effects.event)},
          {"returns_argument", flag(effects.result == Effects::Result::kArgument)}};
}

}  // namespace kaspr::ir
