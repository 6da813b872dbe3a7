#include "ir/graph.h"

#include <array>

#include "base/check.h"
#include "base/match.h"

namespace kaspr::ir {
namespace {

constexpr std::array<const char*, 3> kSerializerNames = {"raw", "json", "binary"};

// Calls `visit` with every function id of `op`, in the order in which the functions may be called.
// One walk for readers and writers: Op is `ir::Op` or `const ir::Op`.
template <class AnyOp, class Visit>
void ForEachFunction(AnyOp& op, Visit visit) {
  if (auto* map = std::get_if<Map>(&op)) visit(map->function);
  if (auto* filter = std::get_if<Filter>(&op)) visit(filter->function);
  if (auto* stage = std::get_if<Stage>(&op)) {
    for (auto& step : stage->steps) visit(step.function);
  }
  if (auto* output = std::get_if<Output>(&op)) {
    auto& [predicate, key, value, partition, headers] = output->selectors;
    for (auto* selector : {&predicate, &key, &value, &partition, &headers}) {
      if (*selector) visit(**selector);
    }
  }
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

std::vector<const Output*> OutputsOf(const Agent& agent) {
  std::vector<const Output*> outputs;
  for (const Node& node : agent.nodes) {
    if (const auto* output = std::get_if<Output>(&node.op)) outputs.push_back(output);
  }
  return outputs;
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
