#pragma once

// Random graphs, from a seed: well-formed ones, and ones with something broken in them.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "tests/ir/random_expr.h"

namespace kaspr::ir {

class RandomGraph {
 public:
  explicit RandomGraph(uint64_t seed) : random_(seed) {}

  Graph Make() {
    Graph graph;
    graph.app = Text();
    const size_t topics = Below(3);
    for (size_t i = 0; i < topics; ++i) graph.topics.push_back(MakeTopic(i));
    const size_t agents = Below(4);
    for (size_t i = 0; i < agents; ++i) {
      graph.agents.push_back(Chance(35) ? MakeNativeAgent(i) : MakeAgent(i));
    }
    return graph;
  }

  // One that reads and writes JSON and of which everything is translated; as in specs a chain.
  Agent MakeNativeAgent(size_t number) {
    Agent agent;
    agent.name = Name(number);
    agent.nodes.push_back({.name = "in", .op = Input{.topics = {"in"}}, .inputs = {}, .place = {}});
    for (size_t n = Below(5); n > 0; --n) AddOperation(agent);
    const auto last = static_cast<NodeId>(agent.nodes.size() - 1);
    const bool routes = Chance(30);
    for (size_t n = Below(4); n > 0; --n) {
      Output output{MakeNativeDestination(agent, routes)};
      agent.nodes.push_back({.name = "", .op = std::move(output), .inputs = {last}, .place = {}});
    }
    return agent;
  }

  // Changes something, so that the graph may no longer be well formed.
  void Break(Graph& graph) {
    if (!graph.topics.empty() && Chance(10)) return BreakTopic(graph.topics.back());
    if (graph.agents.empty()) return;
    Agent& agent = graph.agents[Below(graph.agents.size())];
    Node& node = agent.nodes[Below(agent.nodes.size())];
    switch (Below(11)) {
      case 0:
        node.name = agent.nodes[Below(agent.nodes.size())].name;
        break;
      case 1:
        node.inputs.push_back(static_cast<NodeId>(Below(agent.nodes.size() + 2)));
        break;
      case 2:
        node.inputs.clear();
        break;
      case 3:
        if (!node.inputs.empty())
          node.inputs[0] = static_cast<NodeId>(Below(agent.nodes.size() + 2));
        break;
      case 4:
        node.op = MakeOp(Below(kKinds), static_cast<uint32_t>(agent.functions.size()) + 2);
        break;
      case 5:
        if (!agent.functions.empty()) agent.functions.pop_back();
        break;
      case 6:
        agent.init = static_cast<FnId>(Below(agent.functions.size() + 2));
        break;
      case 7:
        std::swap(node, agent.nodes.front());
        break;
      case 8:
        agent.name = graph.agents.front().name;
        break;
      case 9:
        BreakPolicy(agent);
        break;
      case 10:
        BreakInput(node);
        break;
    }
  }

  size_t Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }
  bool Chance(size_t percent) { return Below(100) < percent; }

 private:
  // Anything that may stand in a YAML scalar, and then some.
  std::string Text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "b",
                                                     "key",
                                                     "in",
                                                     "stage",
                                                     "-",
                                                     ".",
                                                     "_",
                                                     "7",
                                                     " ",
                                                     "\"",
                                                     "\\",
                                                     "\n",
                                                     "\r\n",
                                                     "\t",
                                                     "\x01",
                                                     std::string(1, '\0'),
                                                     "é",
                                                     "語",
                                                     "|",
                                                     "#",
                                                     "%",
                                                     "@",
                                                     "[",
                                                     "}",
                                                     ",",
                                                     "\x7f",
                                                     "\xff"};
    std::string text;
    for (size_t n = Below(6); n > 0; --n) text += kPieces[Below(kPieces.size())];
    return text;
  }

  std::string Name(size_t number) { return Text() + std::to_string(number); }

  Serializer AnySerializer() { return static_cast<Serializer>(Below(4)); }

  void BreakTopic(DeclaredTopic& topic) {
    switch (Below(4)) {
      case 0:
        topic.name = "";
        break;
      case 1:
        topic.partitions = 0;
        break;
      case 2:
        topic.replicas = -1;
        break;
      case 3:
        topic.config.insert(topic.config.begin(), {"z", ""});
        break;
    }
  }

  void BreakPolicy(Agent& agent) {
    switch (Below(5)) {
      case 0:
        agent.on_error.then = ErrorAction::kRetry;
        break;
      case 1:
        agent.on_error.topic = Text();
        break;
      case 2:
        agent.on_error.attempts = 0;
        break;
      case 3:
        agent.on_error.policy = static_cast<ErrorAction>(Below(4));
        break;
      case 4:
        agent.timeout = std::chrono::milliseconds(-1);
        break;
    }
  }

  void BreakInput(Node& node) {
    auto* input = std::get_if<Input>(&node.op);
    if (input == nullptr) return;
    switch (Below(5)) {
      case 0:
        input->topics.push_back(Text());
        break;
      case 1:
        input->pattern = Text();
        break;
      case 2:
        input->channel = Text();
        break;
      case 3:
        input->take = Input::Take{.max = -1};
        break;
      case 4:
        input->isolated_partitions = true;
        break;
    }
  }

  std::chrono::milliseconds AnyDuration() {
    static constexpr int64_t kSome[] = {0, 1, 100, 1'000, 90'000, 3'600'000, 86'400'000};
    return std::chrono::milliseconds(kSome[Below(std::size(kSome))]);
  }

  DeclaredTopic MakeTopic(size_t number) {
    DeclaredTopic topic{.name = Name(number), .config = {}};
    if (Chance(50)) topic.partitions = static_cast<int32_t>(1 + Below(9));
    if (Chance(50)) topic.replicas = static_cast<int32_t>(1 + Below(3));
    for (const char* name : {"cleanup.policy", "odd \"name\n", "retention.ms"}) {
      if (Chance(50)) topic.config.emplace_back(name, Text() + (Chance(20) ? "=" : ""));
    }
    return topic;
  }

  OnError MakeOnError() {
    static constexpr ErrorAction kLast[] = {ErrorAction::kSkip, ErrorAction::kDeadLetter,
                                            ErrorAction::kStop};
    OnError on_error{.policy = static_cast<ErrorAction>(Below(4)), .topic = ""};
    if (on_error.policy == ErrorAction::kRetry) {
      on_error.then = kLast[Below(3)];
      on_error.attempts = static_cast<uint32_t>(1 + Below(5));
      on_error.backoff = AnyDuration();
    }
    if (on_error.UsesDeadLetters()) on_error.topic = Name(0);
    return on_error;
  }

  // What a function is for, by its number.
  static constexpr size_t kRoles = 5;
  static constexpr Role kRoleOf[kRoles] = {Role::kOperation, Role::kSelector,
                                           Role::kChannelSelector, Role::kSink, Role::kOperation};

  // A function of the role.
  FnId Call(Role role, uint32_t functions) {
    const auto offset = static_cast<uint32_t>(std::find(kRoleOf, kRoleOf + kRoles, role) - kRoleOf);
    return static_cast<FnId>(kRoles * Below((functions - offset + kRoles - 1) / kRoles) + offset);
  }

  static constexpr size_t kOutputs = 3;           // the last kinds
  static constexpr size_t kKinds = 6 + kOutputs;  // of operations

  Op MakeOp(size_t kind, uint32_t functions) {
    switch (kind) {
      case 0:
        return MakeInput();
      case 1:
        return Map{Call(Role::kOperation, functions)};
      case 2:
        return Filter{Call(Role::kOperation, functions)};
      case 3: {
        Stage stage;
        for (size_t n = 1 + Below(3); n > 0; --n) stage.steps.push_back(MakeStep(n, functions));
        return stage;
      }
      case 4:
        return TopicSend{MakeDestination(functions), Chance(50)};
      case 5:
        return GroupBy{Call(Role::kOperation, functions), Name(0)};
      case 6:
        return Output{MakeDestination(functions)};
      case 7:
        return MakeChannel(functions);
      default:
        return PythonSink{Call(Role::kSink, functions), Name(0)};
    }
  }

  enum class Use : uint8_t { kMap, kAsked, kSelected };

  FnId AddTranslated(Agent& agent, Role role, Use use) {
    const bool selector = role == Role::kSelector;
    // Sometimes one that is called already.
    if (Chance(15)) {
      for (size_t i = 0; i < agent.functions.size(); ++i) {
        const Function& there = agent.functions[i];
        if (there.role == role && !there.expr->main().generator) return static_cast<FnId>(i);
      }
    }
    Function function{.name = Name(agent.functions.size()),
                      .role = role,
                      .text = Text(),
                      .entrypoint = "f",
                      .map = {}};
    RandomExpr random(random_, false);
    if (use == Use::kMap && Chance(40)) {
      function.expr = random.MakeEnrichment();
    } else if (use == Use::kAsked && Chance(60)) {
      function.expr = random.MakeComparison();
    } else {
      const bool yields = use == Use::kMap && Chance(30);
      function.expr = Chance(80) ? random.MakeFields(selector) : random.Make(yields);
    }
    agent.functions.push_back(std::move(function));
    return static_cast<FnId>(agent.functions.size() - 1);
  }

  void AddOperation(Agent& agent) {
    const size_t kind = Below(10);
    Op op = Map{};
    if (kind < 6) {
      op = Map{AddTranslated(agent, Role::kOperation, Use::kMap)};
    } else if (kind < 9) {
      op = Filter{AddTranslated(agent, Role::kOperation, Use::kAsked)};
    } else {
      op = TopicSend{MakeNativeDestination(agent), Chance(80)};
    }
    const auto before = static_cast<NodeId>(agent.nodes.size() - 1);
    agent.nodes.push_back(
        {.name = Name(agent.nodes.size()), .op = std::move(op), .inputs = {before}, .place = {}});
  }

  // `routes`: it mostly looks at the value only.
  Destination MakeNativeDestination(Agent& agent, bool routes = false) {
    Destination destination{.topic = "out"};
    auto& [predicate, name, key, value, partition, headers] = destination.selectors;
    destination.key = Serializer::kJson;
    if (Chance(routes ? 95 : 30)) {
      predicate = AddTranslated(agent, Role::kSelector, Use::kAsked);
    }
    if (Chance(routes ? 10 : 30)) key = AddTranslated(agent, Role::kSelector, Use::kSelected);
    if (Chance(routes ? 10 : 85)) value = AddTranslated(agent, Role::kSelector, Use::kSelected);
    return destination;
  }

  Input MakeInput() {
    Input input{.topics = {}, .pattern = "", .channel = ""};
    const size_t source = Below(4);
    if (source == 0) input.channel = ChannelOf(agent_);
    if (source == 1) input.pattern = Name(0);
    if (source > 1) input.topics = {"in", Name(0)};
    if (source > 0) {
      input.key = AnySerializer();
      input.value = AnySerializer();
      input.isolated_partitions = Chance(30);
    }
    if (Chance(30)) {
      input.take = {.max = static_cast<int64_t>(1 + Below(9)), .within = AnyDuration()};
    }
    return input;
  }

  // The one that an agent may read; agents write only those of agents behind them.
  static std::string ChannelOf(size_t agent) { return "channel " + std::to_string(agent); }

  ChannelOutput MakeChannel(uint32_t functions) {
    ChannelOutput channel{.channel = ChannelOf(agent_ + 1 + Below(3))};
    if (Chance(40)) channel.predicate = Call(Role::kChannelSelector, functions);
    if (Chance(40)) channel.value = Call(Role::kChannelSelector, functions);
    return channel;
  }

  Stage::Step MakeStep(size_t number, uint32_t functions) {
    const FnId call = Call(Role::kOperation, functions);
    switch (Below(3)) {
      case 0:
        return {Name(number), Map{call}, {}};
      case 1:
        return {Name(number), Filter{call}, {}};
      default:
        return {Name(number), TopicSend{MakeDestination(functions), Chance(50)}, {}};
    }
  }

  Destination MakeDestination(uint32_t functions) {
    Destination destination;
    destination.key = AnySerializer();
    destination.value = AnySerializer();
    destination.ack = Chance(30);
    auto& [predicate, name, key, value, partition, headers] = destination.selectors;
    for (auto* selector : {&predicate, &key, &value, &partition, &headers}) {
      if (Chance(40)) *selector = Call(Role::kSelector, functions);
    }
    if (Chance(30)) {
      name = Call(Role::kSelector, functions);
    } else {
      destination.topic = Name(0);
    }
    return destination;
  }

  Agent MakeAgent(size_t number) {
    Agent agent;
    agent.name = Name(number);
    agent_ = number;
    if (Chance(40)) agent.on_error = MakeOnError();
    if (Chance(30)) agent.timeout = AnyDuration();
    const uint32_t functions = kRoles + static_cast<uint32_t>(Below(8));
    for (uint32_t i = 0; i < functions; ++i) {
      // The last of each round is what nothing calls, but for init.
      const Role role = kRoleOf[i % kRoles];
      agent.functions.push_back({.name = Name(i),
                                 .role = role,
                                 .text = Text() + Text(),
                                 .entrypoint = Text(),
                                 .per_call = Chance(30),
                                 .map = {}});
      RandomExpr random(random_, Chance(50));
      if (Chance(40)) agent.functions.back().expr = random.Make(Chance(10));
    }
    if (Chance(50)) {
      agent.init = static_cast<FnId>(kRoles - 1);
      agent.functions[kRoles - 1].role = Role::kInit;
    }
    agent.nodes.push_back({.name = "in", .op = MakeOp(0, functions), .inputs = {}, .place = {}});
    std::vector<NodeId> readable = {static_cast<NodeId>(0)};
    for (size_t i = 1, nodes = 1 + Below(9); i < nodes; ++i) {
      const size_t kind = 1 + Below(kKinds - 1);
      // Mostly chains, as in specs.
      const NodeId input = Chance(70) ? readable.back() : readable[Below(readable.size())];
      const bool output = kind >= kKinds - kOutputs;
      // What fuse-stages has to step around.
      const std::string name = output ? "" : i == 1 && Chance(10) ? "stage" : Name(i);
      if (!output) readable.push_back(static_cast<NodeId>(i));
      agent.nodes.push_back(
          {.name = name, .op = MakeOp(kind, functions), .inputs = {input}, .place = {}});
    }
    return agent;
  }

  std::mt19937_64 random_;
  size_t agent_ = 0;  // the one that is being made
};

}  // namespace kaspr::ir
