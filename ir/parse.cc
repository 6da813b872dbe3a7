#include "ir/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "ir/lexer.h"
#include "ir/names.h"

namespace kaspr::ir {
namespace {

using Kind = Token::Kind;

// A loop over lines. What a line may be depends only on the blocks that are open: the text, an
// agent, a stage in it. A mistake is reported and costs the rest of its line.
class Parser {
 public:
  Parser(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics), lexer_(file, diagnostics) {}

  std::optional<Graph> Run() && {
    const size_t errors = diagnostics_.error_count();
    while (lexer_.NextLine()) {
      Advance();
      if (agent_ && token_.Is(Kind::kWord, "agent")) CloseAgent(false);
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
  // Tokens. `token_` is the next one; false means that a mistake was reported.

  void Advance() { token_ = lexer_.Next(); }

  bool Fail(const std::string& wanted) {
    if (token_.kind == Kind::kBad) return false;  // the lexer reported it
    auto error =
        token_.kind == Kind::kLineEnd
            ? diagnostics_.Error(Code::kGraphSyntax, "the line ends too early", token_.span)
            : diagnostics_.Error(Code::kGraphSyntax,
                                 fmt::format("'{}' does not belong here", token_.span.text()),
                                 token_.span);
    error.Text("expected " + wanted);
    return false;
  }

  bool Take(Kind kind, const std::string& wanted, Token& token) {
    if (token_.kind != kind) return Fail(wanted);
    token = std::move(token_);
    Advance();
    return true;
  }

  bool TakeText(Kind kind, const std::string& wanted, std::string& text) {
    Token token;
    if (!Take(kind, wanted, token)) return false;
    text = std::move(token.text);
    return true;
  }

  bool Accept(Kind kind, std::string_view text) {
    if (!token_.Is(kind, text)) return false;
    Advance();
    return true;
  }

  bool AcceptWord(std::string_view text) { return Accept(Kind::kWord, text); }
  bool AcceptMark(std::string_view text) { return Accept(Kind::kMark, text); }

  bool Expect(Kind kind, std::string_view text) {
    return Accept(kind, text) || Fail(fmt::format("'{}'", text));
  }

  bool ExpectLineEnd() { return token_.kind == Kind::kLineEnd || Fail("the end of the line"); }

  // References.

  bool TakeNode(NodeId& id) {
    Token token;
    if (!Take(Kind::kNode, "a node, as %name", token)) return false;
    id = nodes_.Mention(std::move(token));
    return true;
  }

  bool TakeFunction(FnId& id) {
    Token token;
    if (!Take(Kind::kFunction, "a function, as @name", token)) return false;
    id = functions_.Mention(std::move(token));
    return true;
  }

  // Lines outside of agents.

  void TopLine() {
    const Span start = token_.span;
    if (AcceptWord("app")) {
      if (std::exchange(has_app_, true)) {
        diagnostics_.Error(Code::kGraphRepeated, "a text has one app", start);
      }
      if (TakeText(Kind::kString, "the name of the app in quotes", graph_.app)) ExpectLineEnd();
    } else if (AcceptWord("agent")) {
      AgentHead(start);
    } else {
      Fail("'app' or 'agent'");
    }
  }

  void AgentHead(Span start) {
    agent_ = &graph_.agents.emplace_back();
    agent_->place.span = start;
    Token name;
    if (!Take(Kind::kString, "the name of the agent in quotes", name)) return;
    agent_->name = name.text;
    agent_->place.span.end = name.span.end;
    if (Expect(Kind::kMark, "{")) ExpectLineEnd();
  }

  // Lines of an agent.

  void AgentLine() {
    const Token first = token_;
    if (AcceptMark("}")) {
      ExpectLineEnd();
      CloseAgent(true);
    } else if (AcceptWord("init")) {
      InitLine(first);
    } else if (AcceptWord("fn")) {
      FunctionLines();
    } else if (AcceptWord("output")) {
      OutputLine(first);
    } else if (token_.kind == Kind::kNode) {
      NodeLine();
    } else {
      Fail("a node, 'output', 'init', 'fn' or '}'");
      SkipProgram();
    }
  }

  void InitLine(const Token& first) {
    if (agent_->init) diagnostics_.Error(Code::kGraphRepeated, "an agent has one init", first.span);
    FnId id{};
    if (TakeFunction(id) && ExpectLineEnd()) agent_->init = id;
  }

  // A node is added even if its line is wrong: others mention it.
  void NodeLine() {
    Token name;
    Take(Kind::kNode, "a node", name);
    nodes_.Define(name, static_cast<NodeId>(agent_->nodes.size()), diagnostics_);
    Node& node = agent_->nodes.emplace_back();
    node.name = name.text;
    node.place.span = name.span;
    if (!Expect(Kind::kMark, "=")) return;
    if (AcceptWord("input")) {
      InputNode(node);
    } else if (AcceptWord("map")) {
      Map map;
      if (Operand(node) && TakeFunction(map.function) && ExpectLineEnd()) node.op = map;
    } else if (AcceptWord("filter")) {
      Filter filter;
      if (Operand(node) && TakeFunction(filter.function) && ExpectLineEnd()) node.op = filter;
    } else if (AcceptWord("send")) {
      TopicSend send;
      if (Operand(node) && SendTail(send)) node.op = std::move(send);
    } else if (AcceptWord("stage")) {
      stage_ = &node.op.emplace<Stage>();
      Operand(node) && Expect(Kind::kMark, "{") && ExpectLineEnd();
    } else {
      Fail("'input', 'map', 'filter', 'send' or 'stage'");
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
    if (!Expect(Kind::kWord, "topic")) return;
    do {
      std::string topic;
      if (!TakeText(Kind::kString, "the name of a topic in quotes", topic)) return;
      input.topics.push_back(std::move(topic));
    } while (AcceptMark(","));
    const bool good = Attributes([&](const Token& name) {
      if (name.text == "key") return TakeSerializer(input.key);
      if (name.text == "value") return TakeSerializer(input.value);
      return UnknownAttribute(name, "'key' or 'value'");
    });
    if (good) node.op = std::move(input);
  }

  void OutputLine(const Token& first) {
    Node& node = agent_->nodes.emplace_back();
    node.place.span = first.span;
    Output output;
    node.op = output;
    Destination& destination = output.destination;
    if (Operand(node) && DestinationTail(destination, {{"ack", destination.ack}})) {
      node.op = std::move(output);
    }
  }

  // An attribute that is there or not: `[ack]`.
  struct Flag {
    std::string_view name;
    bool& value;
  };

  bool SendTail(TopicSend& send) {
    return DestinationTail(send.destination,
                           {{"ack", send.destination.ack}, {"pass-through", send.pass_through}});
  }

  // `topic "side" [when: @audit.when, ack]` or `topic @audit.name`, to the end of the line.
  bool DestinationTail(Destination& destination, std::initializer_list<Flag> flags) {
    Destination::Selectors& selectors = destination.selectors;
    if (!Expect(Kind::kWord, "topic")) return false;
    if (token_.kind == Kind::kFunction) {
      TakeSelector(selectors.name);
    } else if (!TakeText(Kind::kString, "a topic in quotes, or the function that chooses it",
                         destination.topic)) {
      return false;
    }
    std::string known = "'when', 'key', 'value', 'partition', 'headers'";
    for (const Flag& flag : flags) known += fmt::format(", '{}'", flag.name);
    return Attributes(
        [&](const Token& name) {
          if (name.text == "when") return TakeSelector(selectors.predicate);
          if (name.text == "key") return TakeCoding(destination.key, selectors.key);
          if (name.text == "value") return TakeCoding(destination.value, selectors.value);
          if (name.text == "partition") return TakeSelector(selectors.partition);
          if (name.text == "headers") return TakeSelector(selectors.headers);
          return UnknownAttribute(name, known);
        },
        flags);
  }

  // `[name: ..., flag]` or nothing, up to the end of the line. `take` reads what stands behind the
  // colon.
  template <class TakeValue>
  bool Attributes(TakeValue take, std::initializer_list<Flag> flags = {}) {
    if (!AcceptMark("[")) return ExpectLineEnd();
    std::vector<std::string> seen;
    do {
      Token name;
      if (!Take(Kind::kWord, "the name of an attribute", name)) return false;
      if (std::find(seen.begin(), seen.end(), name.text) != seen.end()) {
        diagnostics_.Error(Code::kGraphRepeated,
                           fmt::format("the attribute '{}' is given twice", name.text), name.span);
        return false;
      }
      seen.push_back(name.text);
      const auto* flag = std::find_if(flags.begin(), flags.end(),
                                      [&](const Flag& known) { return known.name == name.text; });
      if (flag != flags.end()) {
        flag->value = true;
      } else if (!Expect(Kind::kMark, ":") || !take(name)) {
        return false;
      }
    } while (AcceptMark(","));
    return Expect(Kind::kMark, "]") && ExpectLineEnd();
  }

  bool UnknownAttribute(const Token& name, const std::string& known) {
    diagnostics_
        .Error(Code::kGraphSyntax, fmt::format("no attribute is called '{}'", name.text), name.span)
        .Text("expected " + known);
    return false;
  }

  bool TakeSerializer(Serializer& serializer) {
    const auto known = token_.kind == Kind::kWord ? SerializerFromName(token_.text) : std::nullopt;
    if (!known) return Fail("'raw', 'json', 'binary' or 'pickle'");
    serializer = *known;
    Advance();
    return true;
  }

  bool TakeSelector(std::optional<FnId>& selector) {
    FnId id{};
    if (!TakeFunction(id)) return false;
    selector = id;
    return true;
  }

  // A serializer, a selector, or both.
  bool TakeCoding(Serializer& serializer, std::optional<FnId>& selector) {
    if (token_.kind == Kind::kFunction) return TakeSelector(selector);
    if (!TakeSerializer(serializer)) return false;
    return token_.kind != Kind::kFunction || TakeSelector(selector);
  }

  void StepLine() {
    const Span start = token_.span;
    if (AcceptMark("}")) {
      ExpectLineEnd();
      stage_ = nullptr;
      return;
    }
    Stage::Step step;
    step.place.span = start;
    bool good = false;
    if (AcceptWord("map")) {
      good = CallTail(step, step.op.emplace<Map>().function);
    } else if (AcceptWord("filter")) {
      good = CallTail(step, step.op.emplace<Filter>().function);
    } else if (AcceptWord("send")) {
      good =
          TakeText(Kind::kString, kStepName, step.name) && SendTail(step.op.emplace<TopicSend>());
    } else {
      Fail("'map', 'filter', 'send' or '}'");
    }
    if (good) stage_->steps.push_back(std::move(step));
  }

  static constexpr const char* kStepName = "the name of the step in quotes";

  // `@clean as "clean again"`, to the end of the line.
  bool CallTail(Stage::Step& step, FnId& function) {
    const std::string name = token_.text;
    if (!TakeFunction(function)) return false;
    step.name = name;
    if (AcceptWord("as") && !TakeText(Kind::kString, kStepName, step.name)) return false;
    return ExpectLineEnd();
  }

  // `fn @name python "entrypoint" [attributes] |` and the lines of the program.
  void FunctionLines() {
    Function function;
    Token name;
    Span bar;
    if (Take(Kind::kFunction, "the function, as @name", name)) {
      functions_.Define(name, static_cast<FnId>(agent_->functions.size()), diagnostics_);
      function.name = name.text;
      bar = FunctionHead(function);
    }
    ReadProgram(function, bar);
    agent_->functions.push_back(std::move(function));
  }

  // The place of the `|`, or nowhere after a mistake.
  Span FunctionHead(Function& function) {
    if (!Expect(Kind::kWord, "python")) return {};
    if (token_.kind == Kind::kString) TakeText(Kind::kString, "", function.entrypoint);
    if (AcceptMark("[")) {
      do {
        if (!FunctionAttribute(function)) return {};
      } while (AcceptMark(","));
      if (!Expect(Kind::kMark, "]")) return {};
    }
    const Span bar = token_.span;
    if (!AcceptWord("|") && !AcceptWord("|-")) {
      Fail("'|' or '|-' before the lines of the program");
      return {};
    }
    return ExpectLineEnd() ? bar : Span{};
  }

  bool FunctionAttribute(Function& function) {
    if (AcceptWord("selector")) {
      function.role = Role::kSelector;
    } else if (AcceptWord("init")) {
      function.role = Role::kInit;
    } else if (AcceptWord("per")) {
      function.per_call = true;
      return Expect(Kind::kWord, "call");
    } else {
      return Fail("'selector', 'init' or 'per call'");
    }
    return true;
  }

  void ReadProgram(Function& function, Span bar) {
    function.map.scalar = bar;
    std::string_view line;
    while (lexer_.NextProgramLine(line)) {
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
    while (lexer_.NextProgramLine(line)) {
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
  Lexer lexer_;
  Token token_;
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
