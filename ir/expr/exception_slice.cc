#include "ir/expr/exception_slice.h"

#include <algorithm>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ir/expr/effects.h"
#include "ir/expr/rewrite.h"
#include "ir/expr/types.h"
#include "value/primitives.h"

namespace kaspr::ir {

namespace {

// Which operations stay: those that may raise, what they are made of, and the regions around.
class Need {
 public:
  explicit Need(const Expr& expr)
      : main_(expr.main()), types_(main_), callees_(EffectsOfEach(expr)), values_(main_.values) {
    for (const ExprFunction& function : std::span(expr.functions).subspan(1)) {
      ForEachInst(function.body, [&](const Inst& inst) {
        callees_may_not_end_ |= std::holds_alternative<Loop>(inst.op);
      });
    }
    Collect(main_.body, nullptr);
    AddRoots(main_.body);
    while (!waiting_.empty()) {
      const Inst* inst = waiting_.back();
      waiting_.pop_back();
      AddOperandsOf(*inst);
    }
  }

  bool Has(const Inst& inst) const { return insts_.at(&inst).needed; }
  bool Has(ValueId value) const { return values_[static_cast<size_t>(value)].needed; }

  // Of one that stays: the operand that must take keys, if that is all that can be wrong with it.
  // A dict that nobody looks at need not be filled, nor need the argument be changed.
  const Operand* OnlyChecks(const Inst& inst) const {
    const value::Primitive* primitive = PrimitiveOf(inst);
    if (primitive == nullptr || inst.operands.size() < 2) return nullptr;
    const Operand& into = inst.operands[0];
    if (primitive->name == "setitem" && IsPart(into) && KeyOf(main_, inst.operands[1]) != nullptr) {
      return &into;
    }
    const bool fills =
        primitive->name == "dict-update" && !into.constant && !values_[into.index].needed;
    return fills ? &inst.operands[1] : nullptr;
  }

 private:
  struct OfInst {
    const Inst* around = nullptr;
    bool needed = false;
  };
  struct OfValue {
    const Inst* maker = nullptr;        // null: a parameter of the function
    std::vector<const Inst*> changers;  // of the container that it is
    bool needed = false;
  };

  OfValue& InfoOf(ValueId id) { return values_[static_cast<size_t>(id)]; }

  void Collect(const Region& region, const Inst* around) {
    for (const ValueId id : region.parameters) InfoOf(id).maker = around;
    for (const Inst& inst : region.body) {
      insts_[&inst].around = around;
      for (const ValueId id : inst.results) InfoOf(id).maker = &inst;
      const value::Primitive* primitive = PrimitiveOf(inst);
      if (primitive != nullptr && primitive->mutates() && !inst.operands[0].constant) {
        values_[inst.operands[0].index].changers.push_back(&inst);
      }
      for (const Region& inside : inst.regions) Collect(inside, &inst);
    }
  }

  // The argument, or something in it by constant keys.
  bool IsPart(const Operand& operand) const {
    const Operand* part = &operand;
    while (!part->constant && part->index > 0) {
      const Inst* maker = values_[part->index].maker;
      const value::Primitive* primitive = maker != nullptr ? PrimitiveOf(*maker) : nullptr;
      if (primitive == nullptr || primitive->name != "getitem") return false;
      if (KeyOf(main_, maker->operands[1]) == nullptr) return false;
      part = &maker->operands[0];
    }
    return !part->constant;
  }

  void AddRoots(const Region& region) {
    ForEachInst(region, [&](const Inst& inst) {
      if (IsRoot(inst)) Add(inst);
    });
  }

  bool IsRoot(const Inst& inst) const {
    if (std::holds_alternative<Apply>(inst.op)) return !types_.NeverRaises(inst);
    if (const auto* call = std::get_if<Call>(&inst.op)) {
      const Effects& callee = callees_[call->function];
      return callee.raises != 0 || !callee.writes.empty() || callees_may_not_end_;
    }
    if (std::holds_alternative<AskPython>(inst.op)) return true;
    // A loop may never end; what leaves decides what runs at all.
    return std::holds_alternative<For>(inst.op) || std::holds_alternative<Loop>(inst.op) ||
           (IsLeaving(inst.op) && !std::holds_alternative<Give>(inst.op));
  }

  void Add(const Inst& inst) {
    for (const Inst* next = &inst; next != nullptr; next = insts_.at(next).around) {
      OfInst& info = insts_.at(next);
      if (std::exchange(info.needed, true)) return;
      waiting_.push_back(next);
    }
  }

  void AddOperandsOf(const Inst& inst) {
    if (std::holds_alternative<Return>(inst.op) || std::holds_alternative<Give>(inst.op)) return;
    if (const Operand* checked = OnlyChecks(inst)) return AddOperand(*checked);
    for (const Operand& operand : inst.operands) AddOperand(operand);
    if (!std::holds_alternative<For>(inst.op)) return;
    const Inst& last = inst.regions[1].body.back();  // what it gives when there are no more
    for (const Operand& operand : last.operands) AddOperand(operand);
  }

  void AddOperand(const Operand& operand) {
    if (operand.constant) return;
    OfValue& info = values_[operand.index];
    if (std::exchange(info.needed, true)) return;
    for (const Inst* changer : info.changers) {
      Add(*changer);
      waiting_.push_back(changer);  // it may have been a check until now
    }
    if (info.maker == nullptr) return;
    Add(*info.maker);
    AddGiven(*info.maker, static_cast<ValueId>(operand.index));
  }

  void AddGiven(const Inst& maker, ValueId id) {
    if (!std::holds_alternative<If>(maker.op) && !std::holds_alternative<Try>(maker.op)) return;
    const auto place = std::find(maker.results.begin(), maker.results.end(), id);
    for (const Region& region : maker.regions) {
      const Inst& last = region.body.back();
      if (!std::holds_alternative<Give>(last.op)) continue;
      AddOperand(last.operands[static_cast<size_t>(place - maker.results.begin())]);
    }
  }

  const ExprFunction& main_;
  const ValueTypes types_;
  const std::vector<Effects> callees_;  // by function
  bool callees_may_not_end_ = false;
  std::unordered_map<const Inst*, OfInst> insts_;
  std::vector<OfValue> values_;
  std::vector<const Inst*> waiting_;
};

// Leaves of a function what is needed.
class Cutter {
 public:
  Cutter(ExprFunction& function, const Need& need) : need_(need), rewriting_(function) {}

  // `whole`: the same region of the function as it was.
  void Cut(Region& region, const Region& whole, const Inst* around) {
    std::vector<Inst> kept;
    for (size_t i = 0; i < whole.body.size(); ++i) {
      if (!IsLeaving(whole.body[i].op) && !need_.Has(whole.body[i])) continue;
      kept.push_back(std::move(region.body[i]));
      CutInst(kept.back(), whole.body[i], around);
    }
    region.body = std::move(kept);
  }

 private:
  void CutInst(Inst& inst, const Inst& whole, const Inst* around) {
    if (const Operand* checked = need_.OnlyChecks(whole)) {
      inst.op = Apply{value::FindPrimitive("mapping")};
      inst.operands = {*checked};
    }
    for (size_t i = 0; i < inst.operands.size(); ++i) {
      if (!IsNeeded(whole, i, around)) {
        inst.operands[i] = rewriting_.Constant({.tag = value::Tag::kNone});
      }
    }
    for (size_t i = 0; i < inst.regions.size(); ++i) {
      Cut(inst.regions[i], whole.regions[i], &whole);
    }
  }

  // Nobody needs what is returned, nor all that is given.
  bool IsNeeded(const Inst& inst, size_t operand, const Inst* around) const {
    if (std::holds_alternative<Return>(inst.op)) return false;
    const bool given =
        std::holds_alternative<Give>(inst.op) && !std::holds_alternative<For>(around->op);
    return !given || need_.Has(around->results[operand]);
  }

  const Need& need_;
  Rewriting rewriting_;
};

}  // namespace

Expr ExceptionSlice(const Expr& expr) {
  const Need need(expr);
  Expr slice = expr;
  Cutter(slice.functions.front(), need)
      .Cut(slice.functions.front().body, expr.main().body, nullptr);
  Renumber(slice.functions.front());
  return slice;
}

}  // namespace kaspr::ir
