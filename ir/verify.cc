#include "ir/verify.h"

#include <fmt/format.h>

#include <unordered_map>
#include <unordered_set>

#include "base/match.h"
#include "ir/print.h"

namespace kaspr::ir {
namespace {

// A graph is well formed if
//
//  names      1 agents have different names
//             2 functions of an agent have different names, not empty
//             3 nodes of an agent have different names, not empty; outputs have none
//             4 every step of a stage has a name
//  shape      5 the first node of an agent is its input, and no other node is one
//             6 every other node reads exactly one node
//             7 a node stands behind the one it reads (so there is no cycle)
//             8 nothing reads an output
//  content    9 an input names topics, each once; what sends names a topic or a function that
//               chooses it, not both
//            10 a stage has a step
//  functions 11 every function that is named exists
//            12 maps and filters call operations, what sends calls selectors, init is an init
//            13 a function made for init is the agent's init
//
// What follows from an earlier mistake in the same node is not reported again.

const char* RoleName(Role role) {
  switch (role) {
    case Role::kOperation:
      return "an operation";
    case Role::kSelector:
      return "a selector";
    case Role::kInit:
      return "init";
  }
  return "";
}

class Verifier {
 public:
  Verifier(const Graph& graph, SourceFiles& files, Diagnostics& diagnostics)
      : graph_(graph), files_(files), diagnostics_(diagnostics) {}

  bool Run() {
    std::unordered_map<std::string_view, size_t> names;
    for (index_ = 0; index_ < graph_.agents.size(); ++index_) {
      agent_ = &graph_.agents[index_];
      const auto [first, fresh] = names.emplace(agent_->name, index_);
      if (!fresh) {
        Error(Code::kGraphRepeated, fmt::format("two agents are called '{}'", agent_->name),
              AgentSpan(index_))
            .Label(AgentSpan(first->second), "the first one is here");
      }
      VerifyFunctions();
      VerifyNodes();
      VerifyInit();
    }
    return errors_ == 0;
  }

 private:
  // Places: in the user's text, else in the printed graph.

  Span PrintedSpan(GraphText::Extent extent) const { return {file_, extent.begin, extent.end}; }

  const GraphText::AgentLines& Printed(size_t agent) {
    if (!file_) {
      printed_ = PrintLocated(graph_);
      file_ = &files_.Add("<graph>", printed_.text);
    }
    return printed_.agents[agent];
  }

  Span AgentSpan(size_t agent) {
    const Span span = graph_.agents[agent].place.span;
    return span ? span : PrintedSpan(Printed(agent).head);
  }

  Span NodeSpan(size_t node) {
    const Span span = agent_->nodes[node].place.span;
    return span ? span : PrintedSpan(Printed(index_).nodes[node]);
  }

  Span FunctionSpan(size_t function) {
    const Span span = agent_->functions[function].map.scalar;
    return span ? span : PrintedSpan(Printed(index_).functions[function]);
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
      const bool is_init = agent_->init && static_cast<size_t>(*agent_->init) == i;
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
    if (std::holds_alternative<Output>(node.op)) {
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
    } else if (std::holds_alternative<Output>(agent_->nodes[read].op)) {
      Error(Code::kGraphShape, "a node reads an output", NodeSpan(index))
          .Label(NodeSpan(read), "nothing comes out of this");
    }
  }

  void VerifyOp(size_t index) {
    const Where where{.node = index, .step = {}};
    std::visit(
        Match{
            [&](const Input& input) { VerifyTopics(input, where); },
            [&](const Map& map) { VerifyCall(map.function, Role::kOperation, where); },
            [&](const Filter& filter) { VerifyCall(filter.function, Role::kOperation, where); },
            [&](const TopicSend& send) { VerifyDestination(send.destination, where); },
            [&](const Stage& stage) { VerifySteps(stage, where); },
            [&](const Output& output) { VerifyDestination(output.destination, where); },
        },
        agent_->nodes[index].op);
  }

  void VerifyTopics(const Input& input, const Where& where) {
    if (input.topics.empty()) Error(Code::kGraphShape, "an input without a topic", SpanOf(where));
    std::unordered_set<std::string_view> seen;
    for (const std::string& topic : input.topics) {
      if (topic.empty())
        Error(Code::kGraphShape, "an input from a topic without a name", SpanOf(where));
      if (!seen.insert(topic).second) {
        Error(Code::kGraphRepeated, fmt::format("an input reads '{}' twice", topic), SpanOf(where));
      }
    }
  }

  void VerifySteps(const Stage& stage, const Where& where) {
    if (stage.steps.empty()) Error(Code::kGraphShape, "a stage without a step", SpanOf(where));
    for (const Stage::Step& step : stage.steps) {
      const Where at{.node = where.node, .step = step.place.span};
      if (step.name.empty()) Error(Code::kGraphShape, "a step without a name", SpanOf(at));
      std::visit(
          Match{
              [&](const Map& map) { VerifyCall(map.function, Role::kOperation, at); },
              [&](const Filter& filter) { VerifyCall(filter.function, Role::kOperation, at); },
              [&](const TopicSend& send) { VerifyDestination(send.destination, at); },
          },
          step.op);
    }
  }

  void VerifyDestination(const Destination& destination, const Where& where) {
    if (destination.topic.empty() && !destination.selectors.name) {
      Error(Code::kGraphShape, "something is sent, but to no topic", SpanOf(where));
    }
    if (!destination.topic.empty() && destination.selectors.name) {
      Error(Code::kGraphShape,
            fmt::format("the topic is '{}', and a function chooses one too", destination.topic),
            SpanOf(where));
    }
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
            fmt::format("a function made as {} is used as {}: '{}'", RoleName(function.role),
                        RoleName(role), function.name),
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
