#include "ir/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "ir/expr/parse.h"
#include "ir/names.h"
#include "ir/parse_parts.h"
#include "ir/token_reader.h"

namespace kaspr::ir {
namespace {

using Kind = Token::Kind;

// A loop over lines. What a line may be depends only on the blocks that are open: the text, an
// agent, a stage in it. A mistake is reported and costs the rest of its line.
class Parser {
 public:
  Parser(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics), in_(file, diagnostics) {}

  std::optional<Graph> Run() && {
    const size_t errors = diagnostics_.error_count();
    while (in_.NextLine()) {
      if (agent_ && in_.token().Is(Kind::kWord, "agent")) CloseAgent(false);
      if (stage_) {
        StepLine();
      } else if (agent_) {
        AgentLine();
      } else {
        TopLine();
      }
    }
    Finish();
    if (diagnostics_.error_count() > errors) return std::nullopt;
    return std::move(graph_);
  }

 private:
  // References.

  bool TakeNode(NodeId& id) {
    Token token;
    if (!in_.Take(Kind::kNode, "a node, as %name", token)) return false;
    id = nodes_.Mention(std::move(token));
    return true;
  }

  bool TakeFunction(FnId& id) {
    Token token;
    if (!in_.Take(Kind::kFunction, "a function, as @name", token)) return false;
    id = functions_.Mention(std::move(token));
    return true;
  }

  // Lines outside of agents.

  void TopLine() {
    const Span start = in_.token().span;
    if (in_.AcceptWord("app")) {
      if (std::exchange(has_app_, true)) {
        diagnostics_.Error(Code::kGraphRepeated, "a text has one app", start);
      }
      if (in_.TakeText(Kind::kString, "the name of the app in quotes", graph_.app))
        in_.ExpectLineEnd();
    } else if (in_.AcceptWord("topic")) {
      DeclaredTopic topic;
      topic.place.span = start;
      const bool good = TakeDeclaredTopic(in_, topic) && in_.ExpectLineEnd();
      if (good) graph_.topics.push_back(std::move(topic));
    } else if (in_.AcceptWord("agent")) {
      AgentHead(start);
    } else {
      in_.Fail("'app', 'topic' or 'agent'");
    }
  }

  void AgentHead(Span start) {
    agent_ = &graph_.agents.emplace_back();
    agent_->place.span = start;
    Token name;
    if (!in_.Take(Kind::kString, "the name of the agent in quotes", name)) return;
    agent_->name = name.text;
    agent_->place.span.end = name.span.end;
    if (TakeAgentAttributes(in_, *agent_) && in_.Expect(Kind::kMark, "{")) in_.ExpectLineEnd();
  }

  // Lines of an agent.

  void AgentLine() {
    const Token first = in_.token();
    if (in_.AcceptMark("}")) {
      in_.ExpectLineEnd();
      CloseAgent(true);
    } else if (in_.AcceptWord("init")) {
      InitLine(first);
    } else if (in_.AcceptWord("route")) {
      RouteLine(first);
    } else if (in_.AcceptWord("fn")) {
      FunctionLines();
    } else if (in_.AcceptWord("expr")) {
      if (!ExprLines()) SkipExpr(first);
    } else if (in_.AcceptWord("output")) {
      OutputLine(first);
    } else if (in_.AcceptWord("channel")) {
      ChannelLine(first);
    } else if (in_.AcceptWord("sink")) {
      SinkLine(first);
    } else if (in_.token().kind == Kind::kNode) {
      NodeLine();
    } else {
      in_.Fail("a node, 'output', 'channel', 'sink', 'init', 'route', 'fn', 'expr' or '}'");
      SkipProgram();
    }
  }

  // `expr @price {`, functions, `}`; behind the fn of that name.
  bool ExprLines() {
    Token name;
    if (!in_.Take(Kind::kFunction, "a function, as @name", name)) return false;
    const auto function =
        std::find_if(agent_->functions.begin(), agent_->functions.end(),
                     [&](const Function& known) { return known.name == name.text; });
    if (function == agent_->functions.end() || function->expr) {
      diagnostics_.Error(Code::kGraphReference,
                         fmt::format("no function '{}' above that has no expr", name.text),
                         name.span);
      return false;
    }
    return in_.Expect(Kind::kMark, "{") && in_.ExpectLineEnd() && in_.NextLine() &&
           in_.Expect(Kind::kWord, "fn") &&
           ParseExpr(in_, diagnostics_, function->expr.emplace()) && in_.Expect(Kind::kMark, "}") &&
           in_.ExpectLineEnd();
  }

  // A mistake costs the rest of the expr: up to a `}` that stands no deeper than it.
  void SkipExpr(const Token& first) {
    const uint32_t column = file_.PositionOf(first.span.begin).column;
    while (in_.NextLine()) {
      const Token& token = in_.token();
      if (token.Is(Kind::kMark, "}") && file_.PositionOf(token.span.begin).column <= column) return;
    }
  }

  void InitLine(const Token& first) {
    if (agent_->init) diagnostics_.Error(Code::kGraphRepeated, "an agent has one init", first.span);
    FnId id{};
    if (TakeFunction(id) && in_.ExpectLineEnd()) agent_->init = id;
  }

  // `route @route 0 2`
  void RouteLine(const Token& first) {
    if (agent_->route) {
      diagnostics_.Error(Code::kGraphRepeated, "an agent has one route", first.span);
    }
    Route route;
    if (!TakeFunction(route.function)) return;
    do {
      int64_t output = 0;
      if (!in_.TakeNumber(0, UINT32_MAX, output)) return;
      route.outputs.push_back(static_cast<uint32_t>(output));
    } while (in_.token().kind != Kind::kLineEnd);
    agent_->route = std::move(route);
  }

  // A node is added even if its line is wrong: others mention it.
  void NodeLine() {
    Token name;
    in_.Take(Kind::kNode, "a node", name);
    nodes_.Define(name, static_cast<NodeId>(agent_->nodes.size()), diagnostics_);
    Node& node = agent_->nodes.emplace_back();
    node.name = name.text;
    node.place.span = name.span;
    if (!in_.Expect(Kind::kMark, "=")) return;
    if (in_.AcceptWord("input")) {
      InputNode(node);
    } else if (in_.AcceptWord("map")) {
      Map map;
      if (Operand(node) && TakeFunction(map.function) && EarlyTail(map.early)) node.op = map;
    } else if (in_.AcceptWord("filter")) {
      Filter filter;
      if (Operand(node) && TakeFunction(filter.function) && EarlyTail(filter.early)) {
        node.op = filter;
      }
    } else if (in_.AcceptWord("send")) {
      TopicSend send;
      if (Operand(node) && SendTail(send)) node.op = std::move(send);
    } else if (in_.AcceptWord("group-by")) {
      GroupBy group;
      if (Operand(node) && GroupTail(group)) node.op = std::move(group);
    } else if (in_.AcceptWord("stage")) {
      stage_ = &node.op.emplace<Stage>();
      Operand(node) && in_.Expect(Kind::kMark, "{") && in_.ExpectLineEnd();
    } else {
      in_.Fail("'input', 'map', 'filter', 'send', 'group-by' or 'stage'");
    }
  }

  bool Operand(Node& node) {
    NodeId id{};
    if (!TakeNode(id)) return false;
    node.inputs.push_back(id);
    return true;
  }

  void InputNode(Node& node) {
    Input input;
    if (TakeInput(in_, input) && in_.ExpectLineEnd()) node.op = std::move(input);
  }

  // `@by-customer topic "shop-orders-by-customer-repartition"`, to the end of the line.
  bool GroupTail(GroupBy& group) {
    return TakeFunction(group.function) && in_.Expect(Kind::kWord, "topic") &&
           in_.TakeText(Kind::kString, "the name of a topic in quotes", group.topic) &&
           in_.ExpectLineEnd();
  }

  // An output is added even if its line is wrong, as a node is.
  Node& AddOutput(const Token& first, Op op) {
    Node& node = agent_->nodes.emplace_back();
    node.place.span = first.span;
    node.op = std::move(op);
    return node;
  }

  void ChannelLine(const Token& first) {
    ChannelOutput channel;
    Node& node = AddOutput(first, channel);
    const bool good =
        Operand(node) &&
        in_.TakeText(Kind::kString, "the name of a channel in quotes", channel.channel) &&
        in_.Attributes([&](const Token& name) {
          if (name.text == "when") return TakeSelector(channel.predicate);
          if (name.text == "value") return TakeSelector(channel.value);
          return in_.UnknownAttribute(name, "'when' or 'value'");
        }) &&
        in_.ExpectLineEnd();
    if (good) node.op = std::move(channel);
  }

  // `sink %in @remember as "remember"`
  void SinkLine(const Token& first) {
    PythonSink sink;
    Node& node = AddOutput(first, Output{});  // a wrong line has no function to be resolved
    if (Operand(node) && CallTail(sink.name, sink.function) && in_.ExpectLineEnd()) {
      node.op = std::move(sink);
    }
  }

  void OutputLine(const Token& first) {
    Output output;
    Node& node = AddOutput(first, output);
    Destination& destination = output.destination;
    if (Operand(node) && DestinationTail(destination, {{"ack", destination.ack}})) {
      node.op = std::move(output);
    }
  }

  bool SendTail(TopicSend& send) {
    return DestinationTail(send.destination,
                           {{"ack", send.destination.ack}, {"pass-through", send.pass_through}});
  }

  // `topic "side" [when: @audit.when, ack]` or `topic @audit.name`, to the end of the line.
  bool DestinationTail(Destination& destination, std::initializer_list<TokenReader::Flag> flags) {
    Destination::Selectors& selectors = destination.selectors;
    if (!in_.Expect(Kind::kWord, "topic")) return false;
    if (in_.token().kind == Kind::kFunction) {
      TakeSelector(selectors.name);
    } else if (!in_.TakeText(Kind::kString, "a topic in quotes, or the function that chooses it",
                             destination.topic)) {
      return false;
    }
    std::string known = "'when', 'key', 'value', 'partition', 'headers'";
    for (const TokenReader::Flag& flag : flags) known += fmt::format(", '{}'", flag.name);
    const auto take = [&](const Token& name) {
      if (name.text == "when") return TakeSelector(selectors.predicate);
      if (name.text == "key") return TakeCoding(destination.key, selectors.key);
      if (name.text == "value") return TakeCoding(destination.value, selectors.value);
      if (name.text == "partition") return TakeSelector(selectors.partition);
      if (name.text == "headers") return TakeSelector(selectors.headers);
      return in_.UnknownAttribute(name, known);
    };
    return in_.Attributes(take, flags) && in_.ExpectLineEnd();
  }

  bool TakeSelector(std::optional<FnId>& selector) {
    FnId id{};
    if (!TakeFunction(id)) return false;
    selector = id;
    return true;
  }

  // A serializer, a selector, or both.
  bool TakeCoding(Serializer& serializer, std::optional<FnId>& selector) {
    if (in_.token().kind == Kind::kFunction) return TakeSelector(selector);
    if (!in_.TakeSerializer(serializer)) return false;
    return in_.token().kind != Kind::kFunction || TakeSelector(selector);
  }

  void StepLine() {
    const Span start = in_.token().span;
    if (in_.AcceptMark("}")) {
      in_.ExpectLineEnd();
      stage_ = nullptr;
      return;
    }
    Stage::Step step;
    step.place.span = start;
    bool good = false;
    if (in_.AcceptWord("map")) {
      Map& map = step.op.emplace<Map>();
      good = CallTail(step.name, map.function) && EarlyTail(map.early);
    } else if (in_.AcceptWord("filter")) {
      Filter& filter = step.op.emplace<Filter>();
      good = CallTail(step.name, filter.function) && EarlyTail(filter.early);
    } else if (in_.AcceptWord("send")) {
      good = in_.TakeText(Kind::kString, kStepName, step.name) &&
             SendTail(step.op.emplace<TopicSend>());
    } else {
      in_.Fail("'map', 'filter', 'send' or '}'");
    }
    if (good) stage_->steps.push_back(std::move(step));
  }

  static constexpr const char* kStepName = "its name in quotes";

  // `[early: @paid.early "paid" @big.early "big"]`, or nothing, to the end of the line.
  bool EarlyTail(std::vector<EarlyFilter>& early) {
    const auto take = [&](const Token& name) {
      if (name.text != "early") return in_.UnknownAttribute(name, "'early'");
      do {
        EarlyFilter one;
        if (!TakeFunction(one.function) || !in_.TakeText(Kind::kString, kStepName, one.filter)) {
          return false;
        }
        early.push_back(std::move(one));
      } while (in_.token().kind == Kind::kFunction);
      return true;
    };
    return in_.Attributes(take) && in_.ExpectLineEnd();
  }

  // `@clean as "clean again"`
  bool CallTail(std::string& name, FnId& function) {
    const std::string called = in_.token().text;
    if (!TakeFunction(function)) return false;
    name = called;
    return !in_.AcceptWord("as") || in_.TakeText(Kind::kString, kStepName, name);
  }

  // `fn @name native`, or `fn @name python "entrypoint" [attributes] |` and the lines of the
  // program.
  void FunctionLines() {
    Function function;
    Token name;
    Span bar;
    if (in_.Take(Kind::kFunction, "the function, as @name", name)) {
      functions_.Define(name, static_cast<FnId>(agent_->functions.size()), diagnostics_);
      function.name = name.text;
      if (in_.AcceptWord("native")) {
        function.role = Role::kNative;
        in_.ExpectLineEnd();
      } else {
        bar = FunctionHead(function);
      }
    }
    if (function.role != Role::kNative) ReadProgram(function, bar);
    agent_->functions.push_back(std::move(function));
  }

  // The place of the `|`, or nowhere after a mistake.
  Span FunctionHead(Function& function) {
    if (!in_.AcceptWord("python")) {
      in_.Fail("'python' or 'native'");
      return {};
    }
    if (in_.token().kind == Kind::kString) in_.TakeText(Kind::kString, "", function.entrypoint);
    if (in_.AcceptMark("[")) {
      do {
        if (!FunctionAttribute(function)) return {};
      } while (in_.AcceptMark(","));
      if (!in_.Expect(Kind::kMark, "]")) return {};
    }
    const Span bar = in_.token().span;
    if (!in_.AcceptWord("|") && !in_.AcceptWord("|-")) {
      in_.Fail("'|' or '|-' before the lines of the program");
      return {};
    }
    return in_.ExpectLineEnd() ? bar : Span{};
  }

  bool FunctionAttribute(Function& function) {
    if (in_.AcceptWord("selector")) {
      function.role = Role::kSelector;
    } else if (in_.AcceptWord("channel")) {
      function.role = Role::kChannelSelector;
      return in_.Expect(Kind::kWord, "selector");
    } else if (in_.AcceptWord("sink")) {
      function.role = Role::kSink;
    } else if (in_.AcceptWord("init")) {
      function.role = Role::kInit;
    } else if (in_.AcceptWord("per")) {
      function.per_call = true;
      return in_.Expect(Kind::kWord, "call");
    } else {
      return in_.Fail("'selector', 'channel selector', 'sink', 'init' or 'per call'");
    }
    return true;
  }

  void ReadProgram(Function& function, Span bar) {
    function.map.scalar = bar;
    std::string_view line;
    while (in_.NextProgramLine(line)) {
      const size_t in_file = static_cast<size_t>(line.data() - file_.text().data());
      function.map.segments.push_back(
          {static_cast<uint32_t>(function.text.size()), static_cast<uint32_t>(in_file)});
      function.text += line;
      function.text += '\n';
    }
    if (bar && bar.text() == "|-" && !function.text.empty()) function.text.pop_back();
  }

  // The program of a line that is wrong.
  void SkipProgram() {
    std::string_view line;
    while (in_.NextProgramLine(line)) {
    }
  }

  // Ends.

  void CloseAgent(bool properly) {
    if (!properly) {
      diagnostics_.Error(Code::kGraphSyntax, "an agent that is not closed", agent_->place.span)
          .Text("'}' is missing at its end");
    }
    const std::vector<NodeId> nodes = nodes_.Resolve(diagnostics_);
    const std::vector<FnId> functions = functions_.Resolve(diagnostics_);
    for (Node& node : agent_->nodes) {
      for (NodeId& input : node.inputs) input = nodes[static_cast<size_t>(input)];
      RemapFunctions(node.op, functions);
    }
    if (agent_->init) agent_->init = functions[static_cast<size_t>(*agent_->init)];
    if (agent_->route) {
      FnId& route = agent_->route->function;
      route = functions[static_cast<size_t>(route)];
    }
    nodes_ = Names<NodeId>("node");
    functions_ = Names<FnId>("function");
    agent_ = nullptr;
    stage_ = nullptr;
  }

  void Finish() {
    if (agent_) CloseAgent(false);
    if (!has_app_) {
      const Span start{&file_, 0, 0};
      diagnostics_.Error(Code::kGraphSyntax, "a text without an app", start)
          .Text("a graph begins with 'app' and its name in quotes");
    }
  }

  const SourceFile& file_;
  Diagnostics& diagnostics_;
  TokenReader in_;
  Graph graph_;
  bool has_app_ = false;
  Agent* agent_ = nullptr;  // open
  Stage* stage_ = nullptr;  // open; no node is added meanwhile
  Names<NodeId> nodes_{"node"};
  Names<FnId> functions_{"function"};
};

}  // namespace

std::optional<Graph> Parse(const SourceFile& file, Diagnostics& diagnostics) {
  return Parser(file, diagnostics).Run();
}

}  // namespace kaspr::ir
