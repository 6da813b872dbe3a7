#include "frontend/build_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/check.h"
#include "base/match.h"
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
  explicit AgentBuilder(const AgentSpec& spec) : spec_(spec) {}

  ir::Agent Build();

 private:
  ir::FnId AddFunction(const std::string& name, ir::Role role, const PythonBlock& block);
  std::optional<ir::FnId> AddSelector(const std::string& owner, std::string_view role,
                                      const MaybeBlock& block);
  ir::NodeId AddNode(const std::string& name, ir::Op op, std::optional<ir::NodeId> input,
                     Place place);
  void AddInput();
  void AddOperations();
  void AddPipeline();
  void AddOutput(const OutputTopic& topic, ir::NodeId input);
  ir::Destination MakeDestination(const std::string& owner, const OutputTopic& topic);
  ir::TopicSend MakeSend(const std::string& operation, const OutputTopic& topic);
  void AddRefused(const std::string& name, ir::Role role, const PythonBlock& block);
  void AddRefused(const Output& output);

  const AgentSpec& spec_;
  ir::Agent agent_;
  UniqueNames nodes_, functions_, destinations_;
  // By the operation's name: what it is in the graph, once for each use in the pipeline.
  std::unordered_map<std::string, std::pair<const Operation*, ir::Op>> operations_;
};

ir::Agent AgentBuilder::Build() {
  agent_.name = spec_.metadata.name.value;
  agent_.place = spec_.metadata.name.place;
  AddInput();
  if (spec_.processors.init && IsWritten(*spec_.processors.init)) {
    agent_.init = AddFunction("init", ir::Role::kInit, *spec_.processors.init);
  }
  AddOperations();
  AddPipeline();
  if (spec_.output.topics) {
    const auto last = static_cast<ir::NodeId>(agent_.nodes.size() - 1);
    for (const OutputTopic& topic : spec_.output.topics->value) AddOutput(topic, last);
  }
  AddRefused(spec_.output);
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

std::optional<ir::FnId> AgentBuilder::AddSelector(const std::string& owner, std::string_view role,
                                                  const MaybeBlock& block) {
  if (!block || !IsWritten(*block)) return std::nullopt;
  return AddFunction(fmt::format("{}.{}", owner, role), ir::Role::kSelector, *block);
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
  Place place = agent_.place;  // of an input that is refused, or missing
  if (spec_.input.topic) {
    const InputTopic& topic = spec_.input.topic->value;
    for (const Field<std::string>& name : topic.names) input.topics.push_back(name.value);
    if (!topic.names.empty()) place = topic.names.front().place;
    input.key = SerializerOf(topic.key_serializer, ir::Serializer::kRaw);
    input.value = SerializerOf(topic.value_serializer, ir::Serializer::kJson);
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
    std::visit(
        Match{[&](const MapOp& map) { add(ir::Map{}, map.block); },
              [&](const FilterOp& filter) { add(ir::Filter{}, filter.block); },
              [&](const TopicSendOp& send) {
                operations_[name] = {&operation, MakeSend(name, send.topic)};
              },
              [&](const GroupByOp& group) { AddRefused(name, ir::Role::kOperation, group.block); }},
        operation.op);
  }
}

// The blocks of what RefuseUnsupported refuses: no node calls them, but they are checked.
void AgentBuilder::AddRefused(const std::string& name, ir::Role role, const PythonBlock& block) {
  if (IsWritten(block)) AddFunction(name, role, block);
}

void AgentBuilder::AddRefused(const Output& output) {
  if (output.channels) {
    for (const OutputChannel& channel : output.channels->value) {
      AddSelector(channel.name.value, "when", channel.predicate);
      AddSelector(channel.name.value, "value", channel.value_selector);
    }
  }
  if (output.sinks) {
    for (const OutputSink& sink : output.sinks->value) {
      AddRefused(sink.name.value, ir::Role::kSelector, sink.block);
    }
  }
}

void AgentBuilder::AddPipeline() {
  ir::NodeId last{0};
  for (const Field<std::string>& entry : spec_.processors.pipeline) {
    const auto found = operations_.find(entry.value);
    if (found == operations_.end()) continue;
    const auto& [operation, op] = found->second;
    last = AddNode(nodes_.Take(entry.value), op, last, operation->name.place);
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

void AgentBuilder::AddOutput(const OutputTopic& topic, ir::NodeId input) {
  const std::string owner = destinations_.Take(topic.name ? topic.name->value : "output");
  const Place place = topic.name ? topic.name->place : topic.place;
  AddNode("", ir::Output{MakeDestination(owner, topic)}, input, place);
}

void WarnOfLoop(const AgentSpec& agent, const OutputTopic& written, Diagnostics& diagnostics) {
  if (!written.name) return;
  const std::vector<Field<std::string>>& inputs = agent.input.topic->value.names;
  const auto read = std::find_if(
      inputs.begin(), inputs.end(),
      [&](const Field<std::string>& input) { return input.value == written.name->value; });
  if (read == inputs.end()) return;
  diagnostics
      .Warning(Code::kReadsOwnOutput,
               fmt::format("the agent reads what it writes here: '{}'", written.name->value),
               written.name->place.span)
      .Text("each record it sends comes back to it")
      .Label(read->place.span, "read here");
}

void WarnOfLoops(const AgentSpec& agent, Diagnostics& diagnostics) {
  if (!agent.input.topic) return;
  for (const Operation& operation : agent.processors.operations) {
    const auto* send = std::get_if<TopicSendOp>(&operation.op);
    const auto& pipeline = agent.processors.pipeline;
    const bool runs = std::any_of(pipeline.begin(), pipeline.end(), [&](const auto& entry) {
      return entry.value == operation.name.value;
    });
    if (send != nullptr && runs) WarnOfLoop(agent, send->topic, diagnostics);
  }
  if (!agent.output.topics) return;
  for (const OutputTopic& topic : agent.output.topics->value) {
    WarnOfLoop(agent, topic, diagnostics);
  }
}

// Finds what the app is called: the label of its documents, else its KasprApp, else its first
// agent.
class AppName {
 public:
  explicit AppName(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void See(const Metadata& metadata) {
    if (const Field<std::string>* app = metadata.app()) Agree(label_, *app);
  }
  void See(const Resource& resource) {
    See(resource.metadata);
    if (resource.kind.value == "KasprApp") Agree(app_, resource.metadata.name);
  }
  std::string Of(const AppSpec& spec) const {
    if (label_) return label_->value;
    if (app_) return app_->value;
    return spec.agents.empty() ? "" : spec.agents.front().metadata.name.value;
  }

 private:
  void Agree(const Field<std::string>*& first, const Field<std::string>& name) {
    if (!first) first = &name;
    if (first->value == name.value) return;
    diagnostics_
        .Error(Code::kDifferentApps, fmt::format("a document of another app: '{}'", name.value),
               name.place.span)
        .Text("all files of a run are one app")
        .Label(first->place.span, "the first one is here");
  }

  Diagnostics& diagnostics_;
  const Field<std::string>* label_ = nullptr;
  const Field<std::string>* app_ = nullptr;
};

}  // namespace

ir::Graph BuildGraph(const AppSpec& spec, Diagnostics& diagnostics) {
  const bool whole = !diagnostics.has_errors();  // what else is wrong is to be mended first
  AppName app(diagnostics);
  for (const Resource& resource : spec.resources) {
    app.See(resource);
    if (whole) RefuseUnsupported(resource, diagnostics);
  }
  ir::Graph graph;
  for (const AgentSpec& agent : spec.agents) {
    app.See(agent.metadata);
    if (whole) RefuseUnsupported(agent, diagnostics);
    WarnOfLoops(agent, diagnostics);
    graph.agents.push_back(AgentBuilder(agent).Build());
  }
  graph.app = app.Of(spec);
  return graph;
}

}  // namespace kaspr::frontend
