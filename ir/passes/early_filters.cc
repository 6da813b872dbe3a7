#include "ir/passes/early_filters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

#include "ir/expr/effects.h"
#include "ir/expr/exception_slice.h"
#include "ir/expr/join.h"
#include "ir/passes/add_native.h"

namespace kaspr::ir {

namespace {

size_t CountOperations(const Expr& expr) {
  size_t count = 0;
  for (const ExprFunction& function : expr.functions) {
    ForEachInst(function.body, [&](const Inst& inst) { count += !IsLeaving(inst.op); });
  }
  return count;
}

std::string PathsText(const std::set<FieldPath>& paths) {
  return fmt::format("{}", fmt::join(PathTexts(paths), " "));
}

// The part of both in which they meet, for messages.
std::string CommonText(const std::set<FieldPath>& reads, const std::set<FieldPath>& changes) {
  std::set<FieldPath> common;
  for (const FieldPath& change : changes) {
    for (const FieldPath& read : reads) {
      if (Overlaps(read, change)) common.insert(std::max(read, change));
    }
  }
  return PathsText(common);
}

class Asker {
 public:
  Asker(Agent& agent, Between between, std::string_view pass, PassContext& context)
      : agent_(agent),
        between_(between),
        pass_(pass),
        context_(context),
        users_(UserCounts(agent)) {}

  bool Run() {
    bool changed = false;
    for (size_t i = 1; i < agent_.nodes.size(); ++i) {
      if (std::holds_alternative<Filter>(agent_.nodes[i].op)) changed |= AskEarly(i);
    }
    return changed;
  }

 private:
  // A filter, and the operations in front of it that it may be asked before.
  struct Chance {
    std::set<FieldPath> reads;  // of the filter, and of the slices
    std::vector<Expr> slices;   // in the order of the operations
    size_t first = 0;           // the first operation
    size_t spared = 0;          // operations of the IR that need not run, and
    size_t asked = 0;           // those of the slices, which do
  };

  bool AskEarly(size_t filter) {
    const Node& node = agent_.nodes[filter];
    const Function& function = agent_.function(std::get<Filter>(node.op).function);
    const std::vector<size_t> front = InFront(filter);
    if (front.empty() || IsAskedEarly(node.name)) return false;
    std::string why = WhyNotAsked(function);
    if (!why.empty()) return Decline(node, front, why);
    const Effects effects = EffectsOf(*function.expr);
    Chance chance{.reads = effects.reads, .slices = {}};
    // Whether a dict is true, whoever changes what is in it may change.
    if (effects.result != Effects::Result::kOther) chance.reads.insert(FieldPath{});
    std::optional<Chance> best;
    for (const size_t before : front) {
      why = Pass(before, chance);
      if (!why.empty()) break;
      if (IsSpared(before)) best = chance;
    }
    if (!best) return Decline(node, front, why);
    if (4 * best->asked > 3 * best->spared) {
      return Decline(node, front,
                     fmt::format("of {} operations {} decide whether it would fail", best->spared,
                                 best->asked));
    }
    Insert(node.name, function, std::move(*best));
    return true;
  }

  bool IsAskedEarly(const std::string& filter) const {
    const auto asks = [&](const auto* step) {
      return step != nullptr &&
             std::ranges::find(step->early, filter, &EarlyFilter::filter) != step->early.end();
    };
    return std::ranges::any_of(agent_.nodes, [&](const Node& node) {
      return asks(std::get_if<Map>(&node.op)) || asks(std::get_if<Filter>(&node.op));
    });
  }

  bool IsSpared(size_t node) const {
    return between_ == Between::kFilters || std::holds_alternative<Map>(agent_.nodes[node].op);
  }

  // The maps and filters in front of it, the nearest one first, as far as nobody else sees what
  // goes on between; up to the last one that is worth it.
  std::vector<size_t> InFront(size_t filter) const {
    std::vector<size_t> front;
    size_t worth = 0;
    for (size_t node = filter;;) {
      const auto before = static_cast<size_t>(agent_.nodes[node].inputs.front());
      const Op& op = agent_.nodes[before].op;
      const bool filters = between_ == Between::kFilters;
      if (!std::holds_alternative<Filter>(op) && (filters || !std::holds_alternative<Map>(op))) {
        break;
      }
      if (users_[before] != 1 || before + 1 != node) break;
      front.push_back(before);
      if (IsSpared(before)) worth = front.size();
      node = before;
    }
    front.resize(worth);
    return front;
  }

  static std::string WhyNotAsked(const Function& function) {
    if (!function.expr) return "it runs in Python";
    if (function.expr->main().parameters.size() != 1) return "it has more than one parameter";
    if (function.expr->main().generator) return "it yields";
    if (AsksPython(*function.expr)) return "it calls Python";
    const Effects effects = EffectsOf(*function.expr);
    if (!effects.writes.empty()) return "it changes the value";
    return "";
  }

  // "" if the filter may be asked before that one too, which `chance` then says.
  std::string Pass(size_t index, Chance& chance) const {
    const Node& node = agent_.nodes[index];
    const auto* map = std::get_if<Map>(&node.op);
    const Function& function =
        agent_.function(map != nullptr ? map->function : std::get<Filter>(node.op).function);
    if (!function.expr) return fmt::format("'{}' runs in Python", node.name);
    if (function.expr->main().parameters.size() != 1) return "it is not called with the value only";
    if (function.expr->main().generator) return fmt::format("'{}' yields", node.name);
    if (AsksPython(*function.expr)) return fmt::format("'{}' calls Python", node.name);
    const Effects effects = EffectsOf(*function.expr);
    const std::set<FieldPath>& changes = map != nullptr ? effects.changes : effects.writes;
    if (map != nullptr && effects.result == Effects::Result::kOther) {
      return fmt::format("'{}' gives neither its argument nor a copy of it", node.name);
    }
    if (Overlap(chance.reads, changes)) {
      return fmt::format("'{}' may change {}", node.name, CommonText(chance.reads, changes));
    }
    if (!effects.writes.empty() && YieldsBefore(index)) {
      return fmt::format("'{}' may change {}, and what yields the value may look at that later",
                         node.name, PathsText(effects.writes));
    }
    Expr slice = ExceptionSlice(*function.expr);
    const Effects asked = EffectsOf(slice);
    if (!asked.writes.empty()) {
      return fmt::format("'{}' may change {} where it may fail", node.name,
                         PathsText(asked.writes));
    }
    if (Overlap(asked.reads, changes)) {
      return fmt::format("what '{}' raises depends on {}, which it may change", node.name,
                         CommonText(asked.reads, changes));
    }
    chance.reads.insert(asked.reads.begin(), asked.reads.end());
    chance.asked += CountOperations(slice);
    chance.spared += IsSpared(index) ? CountOperations(*function.expr) : 0;
    chance.slices.insert(chance.slices.begin(), std::move(slice));
    chance.first = index;
    return "";
  }

  // A generator sees what becomes of a value that it yields, even if that is dropped.
  bool YieldsBefore(size_t node) const {
    while (!agent_.nodes[node].inputs.empty()) {
      node = static_cast<size_t>(agent_.nodes[node].inputs.front());
      const auto* map = std::get_if<Map>(&agent_.nodes[node].op);
      if (map == nullptr) continue;
      const Function& function = agent_.function(map->function);
      if (!function.expr || function.expr->main().generator) return true;
    }
    return false;
  }

  void Insert(const std::string& name, const Function& filter, Chance chance) {
    std::vector<Expr> calls = std::move(chance.slices);
    calls.push_back(*filter.expr);
    const FnId id = AddNative(agent_, name + ".early", JoinAll("early", calls));
    Say(fmt::format("'{}' is asked before '{}'", name, agent_.nodes[chance.first].name));
    Op& op = agent_.nodes[chance.first].op;
    auto* map = std::get_if<Map>(&op);
    (map != nullptr ? map->early : std::get<Filter>(op).early).push_back({id, name});
  }

  bool Decline(const Node& node, const std::vector<size_t>& front, std::string_view why) {
    Say(fmt::format("'{}' stays behind '{}': {}", node.name, agent_.nodes[front.front()].name,
                    why));
    return false;
  }

  void Say(std::string text) { context_.remarks.push_back({pass_, agent_.name, std::move(text)}); }

  Agent& agent_;
  const Between between_;
  const std::string_view pass_;
  PassContext& context_;
  const std::vector<uint32_t> users_;
};

}  // namespace

bool AskFiltersEarly(Agent& agent, Between between, std::string_view pass, PassContext& context) {
  return Asker(agent, between, pass, context).Run();
}

}  // namespace kaspr::ir
