#include "ir/passes/fuse_stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/match.h"

namespace kaspr::ir {
namespace {

// What a node does as steps of a stage; none if it cannot be part of one.
std::vector<Stage::Step> StepsOf(const Node& node) {
  using Steps = std::vector<Stage::Step>;
  return std::visit(Match{
                        [](const Input&) { return Steps{}; },
                        [&](const Map& map) {
                          return Steps{{node.name, map, node.place}};
                        },
                        [&](const Filter& filter) {
                          return Steps{{node.name, filter, node.place}};
                        },
                        [&](const TopicSend& send) {
                          return Steps{{node.name, send, node.place}};
                        },
                        [](const GroupBy&) { return Steps{}; },  // what follows runs elsewhere
                        [](const Stage& stage) { return stage.steps; },
                        [](const Output&) { return Steps{}; },
                        [](const ChannelOutput&) { return Steps{}; },
                        [](const PythonSink&) { return Steps{}; },
                    },
                    node.op);
}

// "stage", or "stage-2" and so on where that is taken.
std::string FreshName(const std::vector<Node>& nodes) {
  std::string name = "stage";
  const auto taken = [&](const Node& node) { return node.name == name; };
  for (size_t n = 2; std::ranges::any_of(nodes, taken); ++n) name = fmt::format("stage-{}", n);
  return name;
}

// One agent's nodes, rebuilt from left to right.
class Fuser {
 public:
  Fuser(Agent& agent, PassContext& context)
      : agent_(agent), context_(context), users_(UserCounts(agent)) {}

  bool Run() {
    size_t begin = 0;
    while (begin < agent_.nodes.size()) {
      size_t end = begin + 1;
      while (end < agent_.nodes.size() && Joins(end)) ++end;
      ExplainStart(begin);
      ends_.push_back(end);
      begin = end;
    }
    if (ends_.size() == agent_.nodes.size()) return false;
    Rebuild();
    return true;
  }

 private:
  const Node& ReadBy(const Node& node) const { return agent_.node(node.inputs.front()); }

  bool Joins(size_t index) const {
    const Node& node = agent_.nodes[index];
    return !StepsOf(node).empty() && !StepsOf(agent_.nodes[index - 1]).empty() &&
           node.inputs.front() == static_cast<NodeId>(index - 1) && users_[index - 1] == 1;
  }

  // Says why a chain begins here and not earlier.
  void ExplainStart(size_t index) {
    const Node& node = agent_.nodes[index];
    if (StepsOf(node).empty() || StepsOf(ReadBy(node)).empty()) return;
    const uint32_t users = users_[static_cast<size_t>(node.inputs.front())];
    Say(fmt::format("'{}' does not join '{}': {}", node.name, ReadBy(node).name,
                    users > 1 ? "others read that as well" : "others run between the two"));
  }

  void Rebuild() {
    std::vector<Node> old = std::move(agent_.nodes);
    agent_.nodes.clear();
    std::vector<NodeId> rename(old.size());
    size_t begin = 0;
    for (size_t end : ends_) {
      for (NodeId& input : old[begin].inputs) input = rename[static_cast<size_t>(input)];
      const auto chain = std::span(old).subspan(begin, end - begin);
      // All of a chain but its last node has no user outside.
      std::fill(rename.begin() + begin, rename.begin() + end,
                static_cast<NodeId>(agent_.nodes.size()));
      agent_.nodes.push_back(chain.size() == 1 ? std::move(old[begin]) : Fuse(chain));
      begin = end;
    }
    NameStages();
  }

  Node Fuse(std::span<const Node> chain) {
    Stage stage;
    for (const Node& node : chain)
      std::ranges::copy(StepsOf(node), std::back_inserter(stage.steps));
    Say(fmt::format("{} operations run as one stage", stage.steps.size()));
    return {"", std::move(stage), chain.front().inputs, chain.front().place};
  }

  // After all nodes are there: the names of fused ones are free again.
  void NameStages() {
    for (Node& node : agent_.nodes) {
      if (node.name.empty() && std::holds_alternative<Stage>(node.op)) {
        node.name = FreshName(agent_.nodes);
      }
    }
  }

  void Say(std::string text) {
    context_.remarks.push_back({"fuse-stages", agent_.name, std::move(text)});
  }

  Agent& agent_;
  PassContext& context_;
  const std::vector<uint32_t> users_;
  std::vector<size_t> ends_;  // of the chains
};

}  // namespace

bool FuseStages(Graph& graph, PassContext& context) {
  bool changed = false;
  for (Agent& agent : graph.agents) changed |= Fuser(agent, context).Run();
  return changed;
}

}  // namespace kaspr::ir
