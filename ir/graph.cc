#include "ir/graph.h"

#include <array>

#include "base/check.h"
#include "base/match.h"

namespace kaspr::ir {
namespace {

constexpr std::array<const char*, 4> kSerializerNames = {"raw", "json", "binary", "pickle"};
constexpr std::array<const char*, 6> kRoleNames = {"operation", "selector", "channel selector",
                                                   "sink",      "init",     "native function"};
constexpr std::array<const char*, 4> kErrorActionNames = {"skip", "dead-letter", "retry", "stop"};

// The enumerator whose name it is.
template <class Enum, size_t N>
std::optional<Enum> FromName(const std::array<const char*, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (name == names[i]) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

// The walks below serve readers and writers: what they are given may be const.

template <class AnyDestination, class Visit>
void ForEachSelector(AnyDestination& destination, Visit visit) {
  auto& [predicate, name, key, value, partition, headers] = destination.selectors;
  for (auto* selector : {&predicate, &name, &key, &value, &partition, &headers}) {
    if (*selector) visit(**selector);
  }
}

// Of an operation as a node or as a step.
template <class AnyOp, class Visit>
void ForEachFunctionOfOperation(AnyOp& op, Visit visit) {
  const auto visit_step = [&](auto& step) {
    for (auto& early : step.early) visit(early.function);
    visit(step.function);
  };
  if (auto* map = std::get_if<Map>(&op)) visit_step(*map);
  if (auto* filter = std::get_if<Filter>(&op)) visit_step(*filter);
  if (auto* send = std::get_if<TopicSend>(&op)) ForEachSelector(send->destination, visit);
}

// Calls `visit` with every function id of `op`, in the order in which the functions may be called.
template <class AnyOp, class Visit>
void ForEachFunction(AnyOp& op, Visit visit) {
  ForEachFunctionOfOperation(op, visit);
  if (auto* stage = std::get_if<Stage>(&op)) {
    for (auto& step : stage->steps) ForEachFunctionOfOperation(step.op, visit);
  }
  if (auto* group = std::get_if<GroupBy>(&op)) visit(group->function);
  if (auto* output = std::get_if<Output>(&op)) ForEachSelector(output->destination, visit);
  if (auto* channel = std::get_if<ChannelOutput>(&op)) {
    if (channel->predicate) visit(*channel->predicate);
    if (channel->value) visit(*channel->value);
  }
  if (auto* sink = std::get_if<PythonSink>(&op)) visit(sink->function);
}

}  // namespace

const char* RoleName(Role role) {
  return kRoleNames[static_cast<size_t>(role)];
}

const char* SerializerName(Serializer serializer) {
  return kSerializerNames[static_cast<size_t>(serializer)];
}

std::optional<Serializer> SerializerFromName(std::string_view name) {
  return FromName<Serializer>(kSerializerNames, name);
}

const char* ErrorActionName(ErrorAction action) {
  return kErrorActionNames[static_cast<size_t>(action)];
}

std::optional<ErrorAction> ErrorActionFromName(std::string_view name) {
  return FromName<ErrorAction>(kErrorActionNames, name);
}

bool IsOutput(const Op& op) {
  return std::holds_alternative<Output>(op) || std::holds_alternative<ChannelOutput>(op) ||
         std::holds_alternative<PythonSink>(op);
}

std::vector<Target> TargetsOf(const Op& op) {
  std::vector<Target> targets;
  const auto add = [&](const Destination& destination) {
    targets.push_back({.name = destination.topic, .destination = &destination});
  };
  if (const auto* send = std::get_if<TopicSend>(&op)) add(send->destination);
  if (const auto* output = std::get_if<Output>(&op)) add(output->destination);
  if (const auto* stage = std::get_if<Stage>(&op)) {
    for (const Stage::Step& step : stage->steps) {
      if (const auto* send = std::get_if<TopicSend>(&step.op)) add(send->destination);
    }
  }
  if (const auto* group = std::get_if<GroupBy>(&op)) {
    targets.push_back({.name = group->topic, .group = group});
  }
  if (const auto* channel = std::get_if<ChannelOutput>(&op)) {
    targets.push_back(
        {.kind = Target::Kind::kChannel, .name = channel->channel, .channel = channel});
  }
  return targets;
}

std::vector<Target> TargetsOf(const Agent& agent) {
  std::vector<Target> targets;
  for (const Node& node : agent.nodes) {
    for (Target& target : TargetsOf(node.op)) targets.push_back(std::move(target));
  }
  if (agent.on_error.UsesDeadLetters()) targets.push_back({.name = agent.on_error.topic});
  return targets;
}

std::vector<uint32_t> UserCounts(const Agent& agent) {
  std::vector<uint32_t> users(agent.nodes.size(), 0);
  for (const Node& node : agent.nodes) {
    for (NodeId input : node.inputs) ++users[static_cast<size_t>(input)];
  }
  return users;
}

std::vector<FnId> FunctionsOf(const Op& op) {
  std::vector<FnId> functions;
  ForEachFunction(op, [&](FnId id) { functions.push_back(id); });
  return functions;
}

void RemapFunctions(Op& op, const std::vector<FnId>& rename) {
  ForEachFunction(op, [&](FnId& id) {
    KASPR_CHECK(static_cast<size_t>(id) < rename.size(), "function id out of range");
    id = rename[static_cast<size_t>(id)];
  });
}

}  // namespace kaspr::ir
