#include "ir/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <variant>

#include "base/match.h"
#include "ir/channels.h"
#include "ir/expr/verify.h"
#include "ir/print.h"
#include "ir/verify_parts.h"

namespace kaspr::ir {
namespace {

// A graph is well formed if
//
//  names      1 agents have different names
//             2 functions of an agent have different names, not empty
//             3 nodes of an agent have different names, not empty; outputs have none
//             4 every step of a stage has a name, and every sink and channel
//  shape      5 the first node of an agent is its input, and no other node is one
//             6 every other node reads exactly one node
//             7 a node stands behind the one it reads (so there is no cycle)
//             8 nothing reads an output
//  content    9 an input names topics, each once, or a pattern or a channel, which has neither
//               serializers nor partitions; what sends names a topic or a function that chooses it,
//               not both; a group-by names its topic
//            10 a stage has a step, a list at least one value
//  functions 11 every function that is named exists
//            12 maps, filters and group-bys call operations, what sends calls selectors, channels
//               and sinks call what is made for them, init is an init, route and early filters,
//               which say the name of an operation, are native
//            13 a function made for init is the agent's init; an expr is as ir/expr/verify.cc says;
//               a native function has one
//  policies  14 dead letters have a topic, a retry is followed by something else, and what a policy
//               does not use has its default
//  app       15 topics to be made have different names; their properties are in order
//            16 channels make no cycle
//
// What follows from an earlier mistake in the same node is not reported again.

// For messages.
std::string WordsFor(Role role) {
  if (role == Role::kInit) return "init";
  return std::string(role == Role::kOperation ? "an " : "a ") + RoleName(role);
}

class Verifier {
 public:
  Verifier(const Graph& graph, SourceFiles& files, Diagnostics& diagnostics)
      : graph_(graph), files_(files), diagnostics_(diagnostics) {}

  bool Run() {
    VerifyTopics();
    std::unordered_map<std::string_view, size_t> names;
    for (index_ = 0; index_ < graph_.agents.size(); ++index_) {
      agent_ = &graph_.agents[index_];
      const auto [first, fresh] = names.emplace(agent_->name, index_);
      if (!fresh) {
        Error(Code::kGraphRepeated, fmt::format("two agents are called '{}'", agent_->name),
              AgentSpan(index_))
            .Label(AgentSpan(first->second), "the first one is here");
      }
      Report(MistakesOf(agent_->on_error, agent_->timeout), {});
      VerifyFunctions();
      VerifyNodes();
      VerifyInit();
    }
    VerifyChannels();
    return errors_ == 0;
  }

 private:
  // Places: in the user's text, else in the printed graph.

  Span PrintedSpan(GraphText::Extent extent) const { return {file_, extent.begin, extent.end}; }

  const GraphText& Printed() {
    if (!file_) {
      printed_ = PrintLocated(graph_);
      file_ = &files_.Add("<graph>", printed_.text);
    }
    return printed_;
  }

  Span TopicSpan(size_t topic) {
    const Span span = graph_.topics[topic].place.span;
    return span ? span : PrintedSpan(Printed().topics[topic]);
  }

  Span AgentSpan(size_t agent) {
    const Span span = graph_.agents[agent].place.span;
    return span ? span : PrintedSpan(Printed().agents[agent].head);
  }

  Span NodeSpan(size_t node) {
    const Span span = agent_->nodes[node].place.span;
    return span ? span : PrintedSpan(Printed().agents[index_].nodes[node]);
  }

  Span FunctionSpan(size_t function) {
    const Span span = agent_->functions[function].map.scalar;
    return span ? span : PrintedSpan(Printed().agents[index_].functions[function]);
  }

  // Where a call or topic is wrong; only an error needs the span, which may cost a print.
  struct Where {
    std::optional<size_t> node;  // else the agent
    Span step;                   // of a stage, if it has one
  };

  Span SpanOf(const Where& where) {
    if (where.step) return where.step;
    return where.node ? NodeSpan(*where.node) : AgentSpan(index_);
  }

  DiagnosticBuilder Error(Code code, std::string message, Span span) {
    ++errors_;
    return diagnostics_.Error(code, std::move(message), span);
  }

  void Report(const std::vector<Mistake>& mistakes, const Where& where) {
    for (const Mistake& mistake : mistakes) Error(mistake.code, mistake.message, SpanOf(where));
  }

  void VerifyTopics() {
    std::unordered_map<std::string_view, size_t> names;
    for (size_t i = 0; i < graph_.topics.size(); ++i) {
      const DeclaredTopic& topic = graph_.topics[i];
      for (const Mistake& mistake : MistakesOf(topic)) {
        Error(mistake.code, mistake.message, TopicSpan(i));
      }
      const auto [first, fresh] = names.emplace(topic.name, i);
      if (fresh) continue;
      Error(Code::kGraphRepeated, fmt::format("the topic '{}' is made twice", topic.name),
            TopicSpan(i))
          .Label(TopicSpan(first->second), "the first time here");
    }
  }

  void VerifyChannels() {
    const auto closing = FindChannelCycle(graph_);
    if (!closing) return;
    index_ = closing->agent;
    agent_ = &graph_.agents[index_];
    const auto& output = std::get<ChannelOutput>(agent_->nodes[closing->node].op);
    Error(Code::kGraphShape, fmt::format("channel '{}' closes a cycle of channels", output.channel),
          NodeSpan(closing->node));
  }

  // As the function does that a part's end is joined to, which is no agent's.
  void VerifyFunctions() {
    std::unordered_map<std::string_view, size_t> names;
    for (size_t i = 0; i < agent_->functions.size(); ++i) {
      const Function& function = agent_->functions[i];
      const auto [first, fresh] = names.emplace(function.name, i);
      if (!fresh) {
        Error(Code::kGraphRepeated, fmt::format("two functions are called '{}'", function.name),
              FunctionSpan(i))
            .Label(FunctionSpan(first->second), "the first one is here");
      }
      if (function.name.empty()) {
        Error(Code::kGraphShape, "a function without a name", FunctionSpan(i));
      }
      if (function.role == Role::kNative && !function.expr) {
        Error(Code::kGraphShape, fmt::format("the native function '{}' has no expr", function.name),
              FunctionSpan(i));
      }
      const bool is_init = agent_->init && static_cast<size_t>(*agent_->init) == i;
      if (const std::string wrong = function.expr ? VerifyExpr(*function.expr) : "";
          !wrong.empty()) {
        Error(Code::kGraphShape, fmt::format("the expr of '{}': {}", function.name, wrong),
              FunctionSpan(i));
      } else if (function.expr && HasOp<Send, Drop>(*function.expr)) {
        Error(Code::kGraphShape,
              fmt::format("the expr of '{}' sends or drops records, as only outputs do",
                          function.name),
              FunctionSpan(i));
      }
      if (function.role == Role::kInit && !is_init) {
        Error(Code::kGraphRole,
              fmt::format("'{}' is made for init, but is not the agent's init", function.name),
              FunctionSpan(i))
            .Text("'init @...' at the top of the agent names it");
      }
    }
  }

  void VerifyInit() {
    if (agent_->init) VerifyCall(*agent_->init, Role::kInit, {});
    if (agent_->route) VerifyRoute(*agent_->route);
  }

  void VerifyRoute(const Route& route) {
    VerifyCall(route.function, Role::kNative, {});
    const auto outputs =
        std::count_if(agent_->nodes.begin(), agent_->nodes.end(),
                      [](const Node& node) { return std::holds_alternative<Output>(node.op); });
    std::vector<bool> routed(static_cast<size_t>(outputs));
    for (const uint32_t output : route.outputs) {
      if (output < routed.size() && output < Route::kMost && !routed[output]) {
        routed[output] = true;
        continue;
      }
      Error(Code::kGraphReference,
            fmt::format("a route to output {}, which is not there, or twice", output),
            AgentSpan(index_));
    }
  }

  void VerifyNodes() {
    if (agent_->nodes.empty()) {
      Error(Code::kGraphShape, fmt::format("agent '{}' has no input", agent_->name),
            AgentSpan(index_));
    }
    std::unordered_map<std::string_view, size_t> names;
    for (size_t i = 0; i < agent_->nodes.size(); ++i) {
      VerifyName(i, names);
      VerifyShape(i);
      VerifyOp(i);
    }
  }

  void VerifyName(size_t index, std::unordered_map<std::string_view, size_t>& names) {
    const Node& node = agent_->nodes[index];
    if (IsOutput(node.op)) {
      if (!node.name.empty()) {
        Error(Code::kGraphShape, fmt::format("an output has a name, '{}'", node.name),
              NodeSpan(index));
      }
      return;
    }
    if (node.name.empty()) Error(Code::kGraphShape, "a node without a name", NodeSpan(index));
    const auto [first, fresh] = names.emplace(node.name, index);
    if (!fresh) {
      Error(Code::kGraphRepeated, fmt::format("two nodes are called '{}'", node.name),
            NodeSpan(index))
          .Label(NodeSpan(first->second), "the first one is here");
    }
  }

  void VerifyShape(size_t index) {
    const Node& node = agent_->nodes[index];
    const bool is_input = std::holds_alternative<Input>(node.op);
    if (is_input != (index == 0)) {
      Error(Code::kGraphShape,
            is_input ? "an agent has one input" : "the first node of an agent is its input",
            NodeSpan(index));
    }
    const size_t wanted = is_input ? 0 : 1;
    if (node.inputs.size() != wanted) {
      Error(Code::kGraphShape,
            fmt::format("a node reads {} nodes instead of {}", node.inputs.size(), wanted),
            NodeSpan(index));
      return;
    }
    for (NodeId id : node.inputs) VerifyRead(index, static_cast<size_t>(id));
  }

  void VerifyRead(size_t index, size_t read) {
    if (read >= agent_->nodes.size()) {
      Error(Code::kGraphReference, fmt::format("a node reads node {}, which does not exist", read),
            NodeSpan(index));
    } else if (read >= index) {
      auto error =
          Error(Code::kGraphShape, "a node stands before the one it reads", NodeSpan(index));
      if (read > index) error.Label(NodeSpan(read), "this has to stand before it");
    } else if (IsOutput(agent_->nodes[read].op)) {
      Error(Code::kGraphShape, "a node reads an output", NodeSpan(index))
          .Label(NodeSpan(read), "nothing comes out of this");
    }
  }

  void VerifyOp(size_t index) {
    const Where where{.node = index, .step = {}};
    std::visit(Match{
                   [&](const Input& input) { Report(MistakesOf(input), where); },
                   [&](const Map& map) { VerifyStep(map, where); },
                   [&](const Filter& filter) { VerifyStep(filter, where); },
                   [&](const TopicSend& send) { VerifyDestination(send.destination, where); },
                   [&](const GroupBy& group) { VerifyGroup(group, where); },
                   [&](const Stage& stage) { VerifySteps(stage, where); },
                   [&](const Output& output) { VerifyDestination(output.destination, where); },
                   [&](const ChannelOutput& channel) { VerifyChannel(channel, where); },
                   [&](const PythonSink& sink) { VerifySink(sink, where); },
               },
               agent_->nodes[index].op);
  }

  // A map or filter.
  template <class Step>
  void VerifyStep(const Step& step, const Where& where) {
    for (const EarlyFilter& early : step.early) {
      VerifyCall(early.function, Role::kNative, where);
      if (early.filter.empty()) {
        Error(Code::kGraphShape, "an early filter without a name", SpanOf(where));
      }
    }
    VerifyCall(step.function, Role::kOperation, where);
  }

  void VerifyGroup(const GroupBy& group, const Where& where) {
    if (group.topic.empty()) Error(Code::kGraphShape, "a group-by without a topic", SpanOf(where));
    VerifyCall(group.function, Role::kOperation, where);
  }

  void VerifyChannel(const ChannelOutput& channel, const Where& where) {
    if (channel.channel.empty()) {
      Error(Code::kGraphShape, "a channel without a name", SpanOf(where));
    }
    for (FnId id : FunctionsOf(channel)) VerifyCall(id, Role::kChannelSelector, where);
  }

  void VerifySink(const PythonSink& sink, const Where& where) {
    if (sink.name.empty()) Error(Code::kGraphShape, "a sink without a name", SpanOf(where));
    VerifyCall(sink.function, Role::kSink, where);
  }

  void VerifySteps(const Stage& stage, const Where& where) {
    if (stage.steps.empty()) Error(Code::kGraphShape, "a stage without a step", SpanOf(where));
    for (const Stage::Step& step : stage.steps) {
      const Where at{.node = where.node, .step = step.place.span};
      if (step.name.empty()) Error(Code::kGraphShape, "a step without a name", SpanOf(at));
      std::visit(Match{
                     [&](const Map& map) { VerifyStep(map, at); },
                     [&](const Filter& filter) { VerifyStep(filter, at); },
                     [&](const TopicSend& send) { VerifyDestination(send.destination, at); },
                 },
                 step.op);
    }
  }

  void VerifyDestination(const Destination& destination, const Where& where) {
    Report(MistakesOf(destination), where);
    for (FnId id : FunctionsOf(Output{destination})) VerifyCall(id, Role::kSelector, where);
  }

  void VerifyCall(FnId id, Role role, const Where& where) {
    const size_t index = static_cast<size_t>(id);
    if (index >= agent_->functions.size()) {
      Error(Code::kGraphReference,
            fmt::format("function {} is called, which does not exist", index), SpanOf(where));
      return;
    }
    const Function& function = agent_->functions[index];
    if (function.role != role) {
      Error(Code::kGraphRole,
            fmt::format("a function made as {} is used as {}: '{}'", WordsFor(function.role),
                        WordsFor(role), function.name),
            SpanOf(where))
          .Label(FunctionSpan(index), "this one");
    }
  }

  const Graph& graph_;
  SourceFiles& files_;
  Diagnostics& diagnostics_;
  const Agent* agent_ = nullptr;  // the one that is looked at, at index_
  size_t index_ = 0;
  size_t errors_ = 0;
  const SourceFile* file_ = nullptr;  // of printed_, once there is need for it
  GraphText printed_;
};

}  // namespace

bool Verify(const Graph& graph, SourceFiles& files, Diagnostics& diagnostics) {
  return Verifier(graph, files, diagnostics).Run();
}

}  // namespace kaspr::ir
