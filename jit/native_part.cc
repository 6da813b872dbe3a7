#include "jit/native_part.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <type_traits>

#include "base/check.h"
#include "base/match.h"
#include "ir/expr/effects.h"

namespace kaspr::jit {

namespace {

bool IsWritable(ir::Serializer serializer) {
  return serializer == ir::Serializer::kRaw || serializer == ir::Serializer::kJson;
}

class Maker {
 public:
  explicit Maker(const ir::Agent& agent) : agent_(agent), targets_(ir::TargetsOf(agent)) {}

  NativePart Make(std::span<const ir::Node> nodes) {
    why_.clear();
    names_.clear();
    part_ = {};
    for (const ir::Target& target : targets_) part_.destinations.push_back(target.destination);
    for (const ir::Node& node : nodes) {
      AddNode(node);
      if (!why_.empty()) break;
    }
    part_.why = why_;
    if (!why_.empty()) CutBehindFilters();
    FindEarlyFilters();
    part_.filters_first = FiltersFirst();
    part_.asks_python = why_.empty() && std::ranges::any_of(part_.functions, [](const auto& one) {
                          return ir::AsksPython(*one->expr);
                        });
    return std::move(part_);
  }

 private:
  bool FiltersFirst() const {
    for (const NativeStep& step : part_.steps) {
      if (step.function == nullptr || ir::AsksPython(*step.function->expr)) break;
      if (step.kind == NativeStep::Kind::kFilter) return true;
    }
    return false;
  }

  // Leaves the steps up to the last filter that neither a send nor a generator stands in front of,
  // nor what asks CPython for something.
  void CutBehindFilters() {
    size_t kept = 0;
    for (size_t i = 0; i < part_.steps.size(); ++i) {
      const NativeStep& step = part_.steps[i];
      const bool filters = step.kind == NativeStep::Kind::kFilter;
      const bool maps = step.kind == NativeStep::Kind::kMap && !step.function->generator();
      if ((!filters && !maps) || ir::AsksPython(*step.function->expr)) break;
      if (filters) kept = i + 1;
    }
    part_.steps.resize(kept);
    part_.outputs.clear();
    for (const NativeStep& step : part_.steps) {
      const ir::Effects effects = ir::EffectsOf(*step.function->expr);
      const bool same = step.kind == NativeStep::Kind::kFilter ||
                        effects.result == ir::Effects::Result::kArgument;
      part_.keeps_values = part_.keeps_values && same && effects.writes.empty();
    }
  }

  void AddNode(const ir::Node& node) {
    std::visit(Match{
                   [&](const ir::Input& input) { AddInput(input); },
                   [&](const ir::Map& map) { AddCall(node.name, map); },
                   [&](const ir::Filter& filter) { AddCall(node.name, filter); },
                   [&](const ir::TopicSend& send) { AddSend(node.name, send); },
                   [&](const ir::GroupBy&) { why_ = "a groupBy writes to its topic on the lane"; },
                   [&](const ir::Stage& stage) {
                     for (const ir::Stage::Step& step : stage.steps) {
                       if (why_.empty()) AddStep(step);
                     }
                   },
                   [&](const ir::Output& output) { AddOutput(output); },
                   [&](const ir::ChannelOutput&) { why_ = "a channel gets Python's objects"; },
                   [&](const ir::PythonSink&) { why_ = "a sink is called in Python"; },
               },
               node.op);
  }

  void AddOutput(const ir::Output& output) {
    part_.outputs.push_back(SendOf(output.destination));
    if (!agent_.route) return;
    part_.route = Add(agent_.function(agent_.route->function));
    part_.routed.assign(agent_.route->outputs.begin(), agent_.route->outputs.end());
  }

  void AddStep(const ir::Stage::Step& step) {
    std::visit(Match{
                   [&](const ir::Map& map) { AddCall(step.name, map); },
                   [&](const ir::Filter& filter) { AddCall(step.name, filter); },
                   [&](const ir::TopicSend& send) { AddSend(step.name, send); },
               },
               step.op);
  }

  void AddInput(const ir::Input& input) {
    part_.key = input.key;
    if (!input.channel.empty()) why_ = "a channel brings Python's objects";
    if (input.take) why_ = "'take' makes lists on the lane";
    if (input.value != ir::Serializer::kJson) why_ = "its values are not JSON";
    if (!IsWritable(input.key)) why_ = "its keys are neither raw nor JSON";
  }

  // A map or filter.
  template <class Step>
  void AddCall(const std::string& name, const Step& step) {
    constexpr bool kFilters = std::is_same_v<Step, ir::Filter>;
    NativeStep native{.kind = kFilters ? NativeStep::Kind::kFilter : NativeStep::Kind::kMap,
                      .function = kFilters ? Plain(step.function) : Translated(step.function),
                      .early = {},
                      .send = {}};
    if (native.function == nullptr) return;
    for (const ir::EarlyFilter& early : step.early) {
      native.early.push_back(
          {.function = Add(agent_.function(early.function)), .name = early.filter});
    }
    AddStep(name, std::move(native));
  }

  void AddStep(const std::string& name, NativeStep step) {
    names_.push_back(name);
    part_.steps.push_back(std::move(step));
  }

  // Filters that are asked early stand further on: they are there when all steps are.
  void FindEarlyFilters() {
    for (NativeStep& step : part_.steps) {
      for (NativeEarly& early : step.early) {
        const auto named = std::find(names_.begin(), names_.end(), early.name);
        early.filter = static_cast<size_t>(named - names_.begin());
        KASPR_CHECK(early.filter < part_.steps.size(), "an early filter that is not there");
      }
    }
  }

  void AddSend(const std::string& name, const ir::TopicSend& send) {
    AddStep(name, {.kind = NativeStep::Kind::kSend,
                   .early = {},
                   .send = SendOf(send.destination),
                   .pass_through = send.pass_through});
  }

  NativeSend SendOf(const ir::Destination& destination) {
    if (destination.ack) why_ = "'ack' waits on the lane";
    if (!IsWritable(destination.key) || !IsWritable(destination.value)) {
      why_ = "a serializer that is neither JSON nor raw";
    }
    const auto target = std::find_if(
        targets_.begin(), targets_.end(),
        [&](const ir::Target& candidate) { return candidate.destination == &destination; });
    const auto plain = [&](const std::optional<ir::FnId>& id) { return id ? Plain(*id) : nullptr; };
    const ir::Destination::Selectors& selectors = destination.selectors;
    return {.destination = &destination,
            .output = static_cast<uint32_t>(target - targets_.begin()),
            .predicate = plain(selectors.predicate),
            .name = plain(selectors.name),
            .key = plain(selectors.key),
            .value = plain(selectors.value),
            .partition = plain(selectors.partition),
            .headers = plain(selectors.headers)};
  }

  const NativeFunction* Add(const ir::Function& function) {
    for (const std::unique_ptr<NativeFunction>& known : part_.functions) {
      if (known->blocks[0] == &function) return known.get();
    }
    part_.functions.push_back(std::make_unique<NativeFunction>());
    NativeFunction& native = *part_.functions.back();
    native.name = function.name;
    native.expr = &*function.expr;
    native.blocks = {&function};
    return part_.functions.back().get();
  }

  const NativeFunction* Translated(ir::FnId id) {
    const ir::Function& function = agent_.function(id);
    if (function.expr && function.expr->main().parameters.size() == 1) return Add(function);
    why_ = fmt::format("'{}' runs in Python", function.name);
    return nullptr;
  }

  // The same, and it yields nothing.
  const NativeFunction* Plain(ir::FnId id) {
    const NativeFunction* function = Translated(id);
    if (function == nullptr || !function->generator()) return function;
    why_ =
        fmt::format("'{}' yields, which makes a generator of its answer", agent_.function(id).name);
    return nullptr;
  }

  const ir::Agent& agent_;
  const std::vector<ir::Target> targets_;
  NativePart part_;
  std::vector<std::string_view> names_;  // of the steps
  std::string why_;
};

}  // namespace

std::vector<NativePart> NativePartsOf(const ir::Agent& agent) {
  std::vector<NativePart> parts;
  Maker maker(agent);
  const std::span<const ir::Node> nodes = agent.nodes;
  size_t begin = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!std::holds_alternative<ir::GroupBy>(nodes[i].op) && i + 1 < nodes.size()) continue;
    parts.push_back(maker.Make(nodes.subspan(begin, i + 1 - begin)));
    begin = i + 1;
  }
  return parts;
}

namespace {

// What any assembler takes for a name.
std::string SymbolName(const std::string& name, std::set<std::string>& taken) {
  std::string symbol;
  for (const char c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    symbol += plain || c == '.' || c == '-' ? c : '_';
  }
  while (!taken.insert(symbol).second) symbol += "_";
  return symbol;
}

}  // namespace

std::vector<CodeFunction> CodeFunctionsOf(std::span<const NativePart> parts) {
  std::vector<CodeFunction> functions;
  std::set<const ir::Expr*> seen;
  std::set<std::string> taken;
  for (const NativePart& part : parts) {
    for (const std::unique_ptr<NativeFunction>& native : part.functions) {
      if (!seen.insert(native->expr).second) continue;
      const auto place = [blocks = native->blocks](uint32_t block, uint32_t line, uint32_t column) {
        const ir::Function& function = *blocks[block];
        const uint32_t at = BlockOffset(function.text, line, column - 1);
        return function.map.exact() ? function.map.Locate(at, at + 1) : Span();
      };
      std::vector<std::string> names;
      for (const ir::Function* block : native->blocks) names.push_back(block->name);
      functions.push_back({.expr = native->expr,
                           .source = {.name = SymbolName(native->name, taken),
                                      .made_of = fmt::format("{}", fmt::join(names, ", ")),
                                      .place = place}});
    }
  }
  return functions;
}

namespace {

// The functions that a node calls, step by step; in the last one those of what is no step.
std::vector<std::vector<ir::FnId>> CallsOf(const ir::Node& node) {
  std::vector<std::vector<ir::FnId>> calls;
  const auto* stage = std::get_if<ir::Stage>(&node.op);
  if (stage == nullptr) return {ir::FunctionsOf(node.op)};
  for (const ir::Stage::Step& step : stage->steps) {
    calls.push_back(
        ir::FunctionsOf(std::visit([](const auto& op) { return ir::Op(op); }, step.op)));
  }
  return calls;
}

}  // namespace

ir::Engines EnginesOf(const ir::Agent& agent) {
  ir::Engines engines;
  const std::vector<NativePart> parts = NativePartsOf(agent);
  for (const NativePart& part : parts) engines.parts.push_back(part.why);
  engines.functions.resize(agent.functions.size());
  std::vector<bool> called(agent.functions.size());
  size_t part = 0, step = 0;
  for (const ir::Node& node : agent.nodes) {
    if (std::holds_alternative<ir::Input>(node.op)) continue;
    for (const std::vector<ir::FnId>& calls : CallsOf(node)) {
      const bool native = parts[part].why.empty() || step < parts[part].steps.size();
      for (const ir::FnId id : calls) {
        const auto index = static_cast<size_t>(id);
        ir::Engines::OfFunction& runs = engines.functions[index];
        // The first one that runs it in Python says why.
        if (!called[index] || runs.engine == ir::Engine::kLlvm) {
          runs.engine = native ? ir::Engine::kLlvm : ir::Engine::kPython;
          runs.why = native ? "" : parts[part].why;
          runs.asks.clear();
          if (native) runs.asks = ir::AskedOfPython(*agent.function(id).expr);
        }
        called[index] = true;
      }
      ++step;
    }
    if (std::holds_alternative<ir::GroupBy>(node.op)) ++part, step = 0;
  }
  for (size_t i = 0; i < agent.functions.size(); ++i) {
    const ir::Function& function = agent.functions[i];
    if (!function.expr) engines.functions[i].why = function.untranslated.why;
    if (function.expr && !called[i]) engines.functions[i].why = "nothing calls it";
  }
  return engines;
}

}  // namespace kaspr::jit
