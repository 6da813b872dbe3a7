#include "ir/passes/drop_dead_code.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ir/expr/dicts.h"
#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {
namespace {

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Does it change nothing, and never raise in CPython, whatever its operands are? `dicts`: those of
// which it is known.
bool IsHarmless(const ExprFunction& function, const Inst& inst, const std::vector<bool>& dicts) {
  const auto* apply = std::get_if<Apply>(&inst.op);
  if (apply == nullptr) return false;
  const std::string_view name = apply->primitive->name;
  const auto plain = [&](size_t i) {
    const Literal* literal = LiteralOf(function, inst.operands[i]);
    return literal != nullptr && IsPlain(*literal);
  };
  const auto dict = [&](size_t i) {
    return !inst.operands[i].constant && dicts[inst.operands[i].index];
  };
  if (IsOneOf(name, {"not", "bool", "is", "isinstance", "type-name", "list", "tuple", "changes"})) {
    return true;
  }
  if (name == "dict" || name == "set") {  // what they are given as keys can be hashed
    for (size_t i = 0; i < inst.operands.size(); i += name == "dict" ? 2 : 1) {
      if (!plain(i)) return false;
    }
    return true;
  }
  // No comparison with a number or text goes deep.
  if (name == "eq" || name == "ne") return plain(0) || plain(1);
  if (name == "in") {
    const Literal* place = LiteralOf(function, inst.operands[1]);
    const bool listed =
        place != nullptr && (place->tag == value::Tag::kTuple || place->tag == value::Tag::kList);
    return listed ? std::ranges::all_of(place->items, IsPlain) : plain(0) && dict(1);
  }
  if (name == ".get") return dict(0) && plain(1);
  return IsOneOf(name, {".keys", ".values", ".items", ".copy"}) && dict(0);
}

// What goes, of one function.
struct Tally {
  size_t operations = 0, values = 0;
};

// One function, once. A value is live if something that stays uses it; what `if`, `try` and loops
// hand on is live where it arrives, so that a value which a loop only carries round is not.
class Sweeper {
 public:
  Sweeper(ExprFunction& function, Tally& tally)
      : function_(function),
        tally_(tally),
        live_(function.values, false),
        made_by_(function.values, nullptr),
        sources_(function.values),
        together_(function.values) {}

  bool Run() {
    FindHarmless();
    for (const Flow& flow : FlowsOf(function_)) {
      sources_[static_cast<size_t>(flow.to)].push_back(flow.from);
    }
    ForEachInst(function_.body, [&](const Inst& inst) { Note(inst); });
    Mark();
    Sweep(function_.body, nullptr, nullptr);
    if (changed_) Renumber(function_);
    return changed_;
  }

 private:
  void FindHarmless() {
    VisitWithDicts(function_, false, [&](const Inst& inst, const std::vector<bool>& dicts) {
      if (IsHarmless(function_, inst, dicts)) {
        made_by_[static_cast<size_t>(inst.results[0])] = &inst;
      }
      return true;
    });
  }

  bool IsHarmlessHere(const Inst& inst) const {
    return !inst.results.empty() && made_by_[static_cast<size_t>(inst.results[0])] == &inst;
  }

  static bool IsLoop(const Inst& inst) { return std::holds_alternative<Loop>(inst.op); }
  static bool IsFor(const Inst& inst) { return std::holds_alternative<For>(inst.op); }

  // What the operation uses by itself, and which values stand and fall together.
  void Note(const Inst& inst) {
    if (IsHarmlessHere(inst)) return;
    const bool hands = std::holds_alternative<Give>(inst.op) ||
                       std::holds_alternative<Break>(inst.op) ||
                       std::holds_alternative<Continue>(inst.op) || IsLoop(inst);
    const size_t used = hands ? 0 : IsFor(inst) ? 1 : inst.operands.size();
    for (size_t i = 0; i < used; ++i) Live(inst.operands[i]);
    if (!IsLoop(inst) && !IsFor(inst)) return;
    for (size_t i = 0; i < inst.results.size(); ++i) {
      const std::vector<ValueId> slot = SlotOf(inst, i);
      for (const ValueId id : slot) together_[static_cast<size_t>(id)] = slot;
    }
  }

  // What carries the loop's value with this number.
  static std::vector<ValueId> SlotOf(const Inst& inst, size_t i) {
    std::vector<ValueId> slot = {inst.results[i]};
    if (IsLoop(inst)) slot.push_back(inst.regions[0].parameters[i]);
    if (IsFor(inst)) {
      slot.push_back(inst.regions[0].parameters[i + 1]);
      slot.push_back(inst.regions[1].parameters[i]);
    }
    return slot;
  }

  void Live(const Operand& operand) {
    if (!operand.constant) Live(static_cast<ValueId>(operand.index));
  }
  void Live(ValueId id) {
    if (live_[static_cast<size_t>(id)]) return;
    live_[static_cast<size_t>(id)] = true;
    found_.push_back(id);
  }

  void Mark() {
    while (!found_.empty()) {
      const auto id = static_cast<size_t>(found_.back());
      found_.pop_back();
      if (made_by_[id] != nullptr) {
        for (const Operand& operand : made_by_[id]->operands) Live(operand);
      }
      for (const Operand& from : sources_[id]) Live(from);
      for (const ValueId other : together_[id]) Live(other);
    }
  }

  // By result: does it stay? Those of a loop stand for its parameters, too.
  std::vector<bool> KeptOf(const Inst& inst) const {
    std::vector<bool> kept;
    for (const ValueId id : inst.results) kept.push_back(live_[static_cast<size_t>(id)]);
    return kept;
  }

  // Takes those out that are not kept, behind the first `skipped`.
  template <class T>
  static void Keep(std::vector<T>& items, const std::vector<bool>& kept, size_t skipped) {
    size_t next = skipped;
    for (size_t i = skipped; i < items.size(); ++i) {
      if (kept[i - skipped]) items[next++] = items[i];
    }
    items.resize(next);
  }

  // `gives`, `loop`: what stays of the values that leave this region, and the loop around.
  void Sweep(Region& region, const std::vector<bool>* gives, const std::vector<bool>* loop) {
    std::vector<Inst> old = std::move(region.body);
    region.body.clear();
    for (Inst& inst : old) {
      if (IsHarmlessHere(inst) && !live_[static_cast<size_t>(inst.results[0])]) {
        ++tally_.operations;
        changed_ = true;
        continue;
      }
      if (std::holds_alternative<Give>(inst.op)) Keep(inst.operands, *gives, 0);
      if (std::holds_alternative<Break>(inst.op) || std::holds_alternative<Continue>(inst.op)) {
        Keep(inst.operands, *loop, 0);
      }
      if (!inst.regions.empty()) SweepRegions(inst, loop);
      if (DoesNothing(inst)) {
        ++tally_.operations;
        changed_ = true;
        continue;
      }
      region.body.push_back(std::move(inst));
    }
  }

  void SweepRegions(Inst& inst, const std::vector<bool>* loop) {
    const std::vector<bool> kept = KeptOf(inst);
    const auto gone = static_cast<size_t>(std::ranges::count(kept, false));
    tally_.values += gone;
    changed_ = changed_ || gone > 0;
    for (size_t i = 0; i < inst.regions.size(); ++i) {
      const bool turns = (IsLoop(inst) || IsFor(inst)) && i == 0;
      if (IsLoop(inst) || IsFor(inst)) {
        Keep(inst.regions[i].parameters, kept, IsFor(inst) && i == 0 ? 1 : 0);
      }
      Sweep(inst.regions[i], &kept, turns ? &kept : loop);
    }
    if (IsLoop(inst) || IsFor(inst)) Keep(inst.operands, kept, IsFor(inst) ? 1 : 0);
    Keep(inst.results, kept, 0);
  }

  // An `if` or `try` of which no region does anything.
  static bool DoesNothing(const Inst& inst) {
    const auto gives = [](const Region& region) {
      return std::holds_alternative<Give>(region.body.front().op);
    };
    if (!inst.results.empty()) return false;
    if (std::holds_alternative<If>(inst.op)) return std::ranges::all_of(inst.regions, gives);
    return std::holds_alternative<Try>(inst.op) && gives(inst.regions[0]);
  }

  ExprFunction& function_;
  Tally& tally_;
  std::vector<bool> live_;                      // by value
  std::vector<const Inst*> made_by_;            // what is harmless; null: something else
  std::vector<std::vector<Operand>> sources_;   // what flows into it
  std::vector<std::vector<ValueId>> together_;  // what a loop carries in one place
  std::vector<ValueId> found_;                  // live, and their own operands not yet
  bool changed_ = false;
};

// The helpers that nothing calls any more, by name.
std::vector<std::string> DropUncalled(Expr& expr) {
  std::vector<bool> called(expr.functions.size(), false);
  called[0] = true;
  for (size_t i = 0; i < expr.functions.size(); ++i) {
    if (!called[i]) continue;
    ForEachInst(expr.functions[i].body, [&](const Inst& inst) {
      if (const auto* call = std::get_if<Call>(&inst.op)) called[call->function] = true;
    });
  }
  std::vector<std::string> dropped;
  std::vector<ExprFunction> kept;
  std::vector<uint32_t> rename(called.size());
  for (size_t i = 0; i < called.size(); ++i) {
    rename[i] = static_cast<uint32_t>(kept.size());
    if (called[i]) kept.push_back(std::move(expr.functions[i]));
    if (!called[i]) dropped.push_back(expr.functions[i].name);
  }
  expr.functions = std::move(kept);
  for (ExprFunction& function : expr.functions) {
    ForEachInst(function.body, [&](Inst& inst) {
      if (auto* call = std::get_if<Call>(&inst.op)) call->function = rename[call->function];
    });
  }
  return dropped;
}

bool Sweep(Expr& expr, Tally& tally) {
  bool changed = false;
  for (ExprFunction& body : expr.functions) {
    while (Sweeper(body, tally).Run()) changed = true;
  }
  return changed;
}

bool DropDeadCodeOf(Function& function, const std::string& agent, PassContext& context) {
  Tally tally;
  bool changed = Sweep(*function.expr, tally);
  const auto say = [&](std::string text) {
    context.remarks.push_back({"drop-dead-code", agent, std::move(text)});
  };
  if (tally.operations > 0) {
    say(fmt::format("'{}' does {} {} less: nothing uses what {}", function.name, tally.operations,
                    tally.operations == 1 ? "operation" : "operations",
                    tally.operations == 1 ? "it gives" : "they give"));
  }
  if (tally.values > 0) {
    say(fmt::format("'{}' hands on {} {} less: nothing uses {}", function.name, tally.values,
                    tally.values == 1 ? "value" : "values", tally.values == 1 ? "it" : "them"));
  }
  for (const std::string& name : DropUncalled(*function.expr)) {
    say(fmt::format("'{}' has no '{}': nothing calls it", function.name, name));
    changed = true;
  }
  return changed;
}

}  // namespace

bool DropDeadCode(Graph& graph, PassContext& context) {
  return RewriteFunctions(graph, context, DropDeadCodeOf);
}

bool DropDeadCode(Expr& expr) {
  Tally unheard;
  const bool changed = Sweep(expr, unheard);
  return !DropUncalled(expr).empty() || changed;
}

}  // namespace kaspr::ir
