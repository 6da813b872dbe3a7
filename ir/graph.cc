#include "ir/graph.h"

#include <array>

#include "base/check.h"
#include "base/match.h"

namespace kaspr::ir {
namespace {

constexpr std::array<const char*, 4> kSerializerNames = {"raw", "json", "binary", "pickle"};

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
  if (auto* map = std::get_if<Map>(&op)) visit(map->function);
  if (auto* filter = std::get_if<Filter>(&op)) visit(filter->function);
  if (auto* send = std::get_if<TopicSend>(&op)) ForEachSelector(send->destination, visit);
}

// Calls `visit` with every function id of `op`, in the order in which the functions may be called.
template <class AnyOp, class Visit>
void ForEachFunction(AnyOp& op, Visit visit) {
  ForEachFunctionOfOperation(op, visit);
  if (auto* stage = std::get_if<Stage>(&op)) {
    for (auto& step : stage->steps) ForEachFunctionOfOperation(step.op, visit);
  }
  if (auto* output = std::get_if<Output>(&op)) ForEachSelector(output->destination, visit);
}

}  // namespace

const char* SerializerName(Serializer serializer) {
  return kSerializerNames[static_cast<size_t>(serializer)];
}

std::optional<Serializer> SerializerFromName(std::string_view name) {
  for (size_t i = 0; i < kSerializerNames.size(); ++i) {
    if (name == kSerializerNames[i]) return static_cast<Serializer>(i);
  }
  return std::nullopt;
}

std::vector<const Destination*> DestinationsOf(const Op& op) {
  std::vector<const Destination*> destinations;
  if (const auto* send = std::get_if<TopicSend>(&op)) destinations.push_back(&send->destination);
  if (const auto* output = std::get_if<Output>(&op)) destinations.push_back(&output->destination);
  if (const auto* stage = std::get_if<Stage>(&op)) {
    for (const Stage::Step& step : stage->steps) {
      const auto* send = std::get_if<TopicSend>(&step.op);
      if (send != nullptr) destinations.push_back(&send->destination);
    }
  }
  return destinations;
}

std::vector<const Destination*> DestinationsOf(const Agent& agent) {
  std::vector<const Destination*> destinations;
  for (const Node& node : agent.nodes) {
    for (const Destination* destination : DestinationsOf(node.op)) {
      destinations.push_back(destination);
    }
  }
  return destinations;
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
