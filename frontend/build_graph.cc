#include "frontend/build_graph.h"

#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "base/check.h"
#include "base/match.h"
#include "frontend/app.h"
#include "frontend/check_app.h"
#include "frontend/declare_topics.h"
#include "frontend/refuse.h"

namespace kaspr::frontend {
namespace {

// Names in the order asked for; the second "price" becomes "price.2".
class UniqueNames {
 public:
  std::string Take(const std::string& name) {
    std::string unique = name;
    for (size_t n = 2; !taken_.insert(unique).second; ++n) unique = fmt::format("{}.{}", name, n);
    return unique;
  }

 private:
  std::set<std::string> taken_;
};

ir::ErrorAction ActionOf(ErrorAction action) {
  switch (action) {
    case ErrorAction::kSkip:
      return ir::ErrorAction::kSkip;
    case ErrorAction::kDeadLetter:
      return ir::ErrorAction::kDeadLetter;
    case ErrorAction::kRetry:
      return ir::ErrorAction::kRetry;
    case ErrorAction::kStop:
      return ir::ErrorAction::kStop;
  }
  KASPR_UNREACHABLE("error action");
}

// What the policy does not use is left out: it was warned of.
ir::OnError OnErrorOf(const OnError& spec) {
  ir::OnError on_error;
  if (spec.policy) on_error.policy = ActionOf(spec.policy->value);
  if (on_error.policy == ir::ErrorAction::kRetry) {
    if (spec.then) on_error.then = ActionOf(spec.then->value);
    if (spec.attempts) on_error.attempts = static_cast<uint32_t>(spec.attempts->value);
    if (spec.backoff) on_error.backoff = spec.backoff->value;
  }
  if (on_error.UsesDeadLetters() && spec.topic) on_error.topic = spec.topic->value;
  return on_error;
}

ir::Serializer SerializerOf(const Maybe<Codec>& codec, ir::Serializer otherwise) {
  if (!codec) return otherwise;
  switch (codec->value) {
    case Codec::kRaw:
      return ir::Serializer::kRaw;
    case Codec::kJson:
      return ir::Serializer::kJson;
    case Codec::kBinary:
      return ir::Serializer::kBinary;
    case Codec::kPickle:
      return ir::Serializer::kPickle;
  }
  KASPR_UNREACHABLE("codec");
}

// Without its program a block was reported, and has nothing to look at.
bool IsWritten(const PythonBlock& block) {
  return static_cast<bool>(block.map.scalar);
}

class AgentBuilder {
 public:
  AgentBuilder(const AgentSpec& spec, const std::string& app) : spec_(spec), app_(app) {}

  ir::Agent Build();

 private:
  ir::FnId AddFunction(const std::string& name, ir::Role role, const PythonBlock& block);
  std::optional<ir::FnId> AddSelector(const std::string& owner, std::string_view part,
                                      const MaybeBlock& block, ir::Role role = ir::Role::kSelector);
  ir::NodeId AddNode(const std::string& name, ir::Op op, std::optional<ir::NodeId> input,
                     Place place);
  void AddInput();
  void AddOperations();
  void AddPipeline();
  void AddOutputs(ir::NodeId last);
  void AddOutput(const OutputTopic& topic, ir::NodeId input);
  void AddOutput(const OutputChannel& channel, ir::NodeId input);
  void AddOutput(const OutputSink& sink, ir::NodeId input);
  ir::Destination MakeDestination(const std::string& owner, const OutputTopic& topic);
  ir::TopicSend MakeSend(const std::string& operation, const OutputTopic& topic);

  const AgentSpec& spec_;
  const std::string& app_;
  ir::Agent agent_;
  UniqueNames nodes_, functions_, destinations_;
  // By the operation's name: what it is in the graph, once for each use in the pipeline.
  std::unordered_map<std::string, std::pair<const Operation*, ir::Op>> operations_;
};

ir::Agent AgentBuilder::Build() {
  agent_.name = spec_.metadata.name.value;
  agent_.place = spec_.metadata.name.place;
  if (spec_.kasprc.on_error) agent_.on_error = OnErrorOf(spec_.kasprc.on_error->value);
  if (spec_.kasprc.timeout) agent_.timeout = spec_.kasprc.timeout->value;
  AddInput();
  if (spec_.processors.init && IsWritten(*spec_.processors.init)) {
    agent_.init = AddFunction("init", ir::Role::kInit, *spec_.processors.init);
  }
  AddOperations();
  AddPipeline();
  AddOutputs(static_cast<ir::NodeId>(agent_.nodes.size() - 1));
  return std::move(agent_);
}

ir::FnId AgentBuilder::AddFunction(const std::string& name, ir::Role role,
                                   const PythonBlock& block) {
  ir::Function function;
  function.name = functions_.Take(name);
  function.role = role;
  function.text = block.text;
  function.map = block.map;
  if (block.entrypoint) {
    function.entrypoint = block.entrypoint->value;
    function.entrypoint_place = block.entrypoint->place;
  }
  agent_.functions.push_back(std::move(function));
  return static_cast<ir::FnId>(agent_.functions.size() - 1);
}

std::optional<ir::FnId> AgentBuilder::AddSelector(const std::string& owner, std::string_view part,
                                                  const MaybeBlock& block, ir::Role role) {
  if (!block || !IsWritten(*block)) return std::nullopt;
  return AddFunction(fmt::format("{}.{}", owner, part), role, *block);
}

ir::NodeId AgentBuilder::AddNode(const std::string& name, ir::Op op,
                                 std::optional<ir::NodeId> input, Place place) {
  ir::Node node;
  node.name = name;
  node.op = std::move(op);
  if (input) node.inputs.push_back(*input);
  node.place = place;
  agent_.nodes.push_back(std::move(node));
  return static_cast<ir::NodeId>(agent_.nodes.size() - 1);
}

void AgentBuilder::AddInput() {
  ir::Input input;
  Place place = agent_.place;  // of an input that is missing
  const bool isolated = spec_.isolated_partitions && spec_.isolated_partitions->value;
  if (spec_.input.topic) {
    const InputTopic& topic = spec_.input.topic->value;
    for (const Field<std::string>& name : topic.names) input.topics.push_back(name.value);
    if (!topic.names.empty()) place = topic.names.front().place;
    if (topic.pattern) {
      input.pattern = topic.pattern->value;
      place = topic.pattern->place;
    }
    input.key = SerializerOf(topic.key_serializer, ir::Serializer::kRaw);
    input.value = SerializerOf(topic.value_serializer, ir::Serializer::kJson);
    input.isolated_partitions = isolated;
  } else if (spec_.input.channel) {
    input.channel = spec_.input.channel->value;
    place = spec_.input.channel->place;
  }
  if (const Maybe<Take>& take = spec_.input.take) {
    input.take = {.max = take->value.max.value, .within = take->value.within.value};
  }
  AddNode(nodes_.Take("in"), std::move(input), std::nullopt, place);
}

void AgentBuilder::AddOperations() {
  for (const Operation& operation : spec_.processors.operations) {
    // A function of tables takes more than a value, which the graph cannot say yet.
    if (operation.tables && !operation.tables->value.empty()) continue;
    const std::string& name = operation.name.value;
    const auto add = [&](auto op, const PythonBlock& block) {
      if (!IsWritten(block)) return;
      op.function = AddFunction(name, ir::Role::kOperation, block);
      operations_[name] = {&operation, op};
    };
    std::visit(Match{[&](const MapOp& map) { add(ir::Map{}, map.block); },
                     [&](const FilterOp& filter) { add(ir::Filter{}, filter.block); },
                     [&](const TopicSendOp& send) {
                       operations_[name] = {&operation, MakeSend(name, send.topic)};
                     },
                     [&](const GroupByOp& group) { add(ir::GroupBy{}, group.block); }},
               operation.op);
  }
}

void AgentBuilder::AddPipeline() {
  ir::NodeId last{0};
  for (const Field<std::string>& entry : spec_.processors.pipeline) {
    const auto found = operations_.find(entry.value);
    if (found == operations_.end()) continue;
    auto [operation, op] = found->second;
    const std::string name = nodes_.Take(entry.value);
    // Each use of an operation has its topic: what is sent there must come back behind it.
    if (auto* group = std::get_if<ir::GroupBy>(&op)) {
      group->topic = fmt::format("{}-{}-{}-repartition", app_, agent_.name, name);
    }
    last = AddNode(name, std::move(op), last, operation->name.place);
  }
}

// Selectors in the call order of D18.
ir::Destination AgentBuilder::MakeDestination(const std::string& owner, const OutputTopic& topic) {
  ir::Destination destination;
  if (topic.name) destination.topic = topic.name->value;
  destination.key = SerializerOf(topic.key_serializer, ir::Serializer::kRaw);
  destination.value = SerializerOf(topic.value_serializer, ir::Serializer::kJson);
  destination.ack = topic.ack && topic.ack->value;
  destination.selectors.predicate = AddSelector(owner, "when", topic.predicate);
  destination.selectors.name = AddSelector(owner, "name", topic.name_selector);
  destination.selectors.key = AddSelector(owner, "key", topic.key_selector);
  destination.selectors.value = AddSelector(owner, "value", topic.value_selector);
  destination.selectors.partition = AddSelector(owner, "partition", topic.partition_selector);
  destination.selectors.headers = AddSelector(owner, "headers", topic.headers_selector);
  return destination;
}

ir::TopicSend AgentBuilder::MakeSend(const std::string& operation, const OutputTopic& topic) {
  return {.destination = MakeDestination(destinations_.Take(operation), topic),
          .pass_through = topic.pass_through && topic.pass_through->value};
}

void AgentBuilder::AddOutputs(ir::NodeId last) {
  const auto add = [&](const auto& list) {
    if (!list) return;
    for (const auto& output : list->value) AddOutput(output, last);
  };
  add(spec_.output.topics);
  add(spec_.output.channels);
  add(spec_.output.sinks);
}

void AgentBuilder::AddOutput(const OutputTopic& topic, ir::NodeId input) {
  const std::string owner = destinations_.Take(topic.name ? topic.name->value : "output");
  const Place place = topic.name ? topic.name->place : topic.place;
  AddNode("", ir::Output{MakeDestination(owner, topic)}, input, place);
}

void AgentBuilder::AddOutput(const OutputChannel& channel, ir::NodeId input) {
  constexpr ir::Role kRole = ir::Role::kChannelSelector;
  const std::string owner = destinations_.Take(channel.name.value);
  ir::ChannelOutput output{.channel = channel.name.value};
  output.predicate = AddSelector(owner, "when", channel.predicate, kRole);
  output.value = AddSelector(owner, "value", channel.value_selector, kRole);
  AddNode("", std::move(output), input, channel.name.place);
}

void AgentBuilder::AddOutput(const OutputSink& sink, ir::NodeId input) {
  if (!IsWritten(sink.block)) return;
  const std::string& name = sink.name.value;
  const ir::FnId function = AddFunction(name, ir::Role::kSink, sink.block);
  AddNode("", ir::PythonSink{.function = function, .name = name}, input, sink.name.place);
}

}  // namespace

ir::Graph BuildGraph(const AppSpec& spec, Diagnostics& diagnostics, const std::string& app) {
  const bool whole = !diagnostics.has_errors();  // what else is wrong is to be mended first
  ir::Graph graph;
  graph.app = AppName(spec, diagnostics);
  if (!app.empty()) graph.app = app;
  if (whole) {
    RefuseUnsupported(spec, diagnostics);
    graph.topics = DeclareTopics(spec, diagnostics);
  }
  for (const AgentSpec& agent : spec.agents) {
    WarnOfLoops(agent, diagnostics);
    graph.agents.push_back(AgentBuilder(agent, graph.app).Build());
  }
  CheckInternalTopics(graph, diagnostics);
  if (whole) CheckChannels(graph, diagnostics);
  return graph;
}

}  // namespace kaspr::frontend
