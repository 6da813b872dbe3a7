#include "driver/calls.h"

#include <set>

#include "base/match.h"
#include "jit/native_part.h"

namespace kaspr::driver {
namespace {

class Collector {
 public:
  explicit Collector(AgentCalls& to) : agent_(to.agent), engines_(to.engines), calls_(to.calls) {}

  void AddNode(const ir::Node& node) {
    const auto* stage = std::get_if<ir::Stage>(&node.op);
    if (stage == nullptr) return Add(node.name, node.op);
    for (const ir::Stage::Step& step : stage->steps) {
      Add(step.name, std::visit([](const auto& one) { return ir::Op(one); }, step.op));
    }
  }

 private:
  void Add(const std::string& name, const ir::Op& op) {
    std::visit(Match{
                   [](const ir::Input&) {},
                   [&](const ir::Map& map) { Add("map", name, name, map.function); },
                   [&](const ir::Filter& filter) { Add("filter", name, name, filter.function); },
                   [&](const ir::TopicSend&) {
                     Add("send", name, name, std::nullopt);
                     AddSelectors(name, op);
                   },
                   [&](const ir::GroupBy& group) { Add("group-by", name, name, group.function); },
                   [](const ir::Stage&) {},  // its steps are added
                   [&](const ir::Output&) { AddSelectors("", op); },
                   [&](const ir::ChannelOutput&) { AddSelectors("", op); },
                   [&](const ir::PythonSink& sink) { Add("sink", sink.name, "", sink.function); },
               },
               op);
  }

  void AddSelectors(const std::string& operation, const ir::Op& op) {
    for (const ir::FnId id : ir::FunctionsOf(op)) {
      Add("", agent_.function(id).name, operation, id);
    }
  }

  void Add(const char* kind, const std::string& name, const std::string& operation,
           std::optional<ir::FnId> function) {
    const std::vector<ir::FnId> called =
        function ? std::vector{*function} : std::vector<ir::FnId>{};
    calls_.push_back({kind, name, operation, function, ir::EngineOf(engines_, called)});
  }

  const ir::Agent& agent_;
  const ir::Engines& engines_;
  std::vector<Call>& calls_;
};

}  // namespace

AgentCalls::AgentCalls(const ir::Agent& from) : agent(from), engines(jit::EnginesOf(from)) {
  Collector collector(*this);
  for (const ir::Node& node : agent.nodes) collector.AddNode(node);
}

std::vector<Call> FirstCalls(const std::vector<Call>& calls) {
  std::set<ir::FnId> seen;
  std::vector<Call> first;
  for (const Call& call : calls) {
    if (call.function && seen.insert(*call.function).second) first.push_back(call);
  }
  return first;
}

}  // namespace kaspr::driver
