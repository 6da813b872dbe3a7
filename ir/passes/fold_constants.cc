#include "ir/passes/fold_constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ir/expr/evaluate.h"
#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {
namespace {

using value::Primitive;
using value::Status;
using value::Tag;
using value::Value;

constexpr size_t kLongest = 4096;         // bytes of a text, as CPython's own folding has it
constexpr size_t kMostItems = 256;        // of a tuple, with what is in it
constexpr size_t kMostMemory = 1 << 20;   // an operation that takes more is the last one
constexpr int64_t kLargestCount = 10000;  // a text may be repeated, or filled up to

// What a value is as a constant; nullopt: nothing that is one, or too large. `room`: of items.
std::optional<Literal> LiteralFrom(Value value, size_t& room) {
  if (room == 0) return std::nullopt;
  --room;
  Literal literal{.tag = value.tag, .text = {}, .items = {}};
  switch (value.tag) {
    case Tag::kNone:
      return literal;
    case Tag::kBool:
    case Tag::kInt:
      literal.integer = value.integer;
      return literal;
    case Tag::kFloat:
      literal.number = value.number;
      return literal;
    case Tag::kBigInt:
    case Tag::kStr:
    case Tag::kBytes:
      if (value.size > kLongest) return std::nullopt;
      literal.text = value.bytes();
      return literal;
    case Tag::kTuple:
      for (uint32_t i = 0; i < value.size; ++i) {
        std::optional<Literal> item = LiteralFrom(value.items[i], room);
        if (!item) return std::nullopt;
        literal.items.push_back(std::move(*item));
      }
      return literal;
    case Tag::kUnbound:
    case Tag::kList:
    case Tag::kDict:
    case Tag::kSet:
    case Tag::kRange:
    case Tag::kObject:
      break;
  }
  return std::nullopt;
}

// Which values may be unbound: what nothing was bound to may flow into them.
std::vector<bool> MaybeUnbound(const ExprFunction& function) {
  std::vector<bool> maybe(function.values, false);
  const std::vector<Flow> flows = FlowsOf(function);
  for (bool changed = true; changed;) {
    changed = false;
    for (const Flow& flow : flows) {
      const Literal* literal = LiteralOf(function, flow.from);
      const bool from = literal != nullptr ? literal->tag == Tag::kUnbound : maybe[flow.from.index];
      const auto to = static_cast<size_t>(flow.to);
      changed |= from && !maybe[to];
      maybe[to] = maybe[to] || from;
    }
  }
  return maybe;
}

struct Tally {
  size_t operations = 0, branches = 0;
  std::vector<std::string> kept;  // what was not folded, and why
};

// One function, once from front to back.
class Folder {
 public:
  Folder(ExprFunction& function, Tally& tally)
      : function_(function),
        rewriting_(function),
        unbound_(MaybeUnbound(function)),
        tally_(tally) {}

  bool Run() {
    Walk(function_.body);
    if (changed_) Renumber(function_);
    return changed_;
  }

 private:
  void Walk(Region& region) {
    std::vector<Inst> old = std::move(region.body);
    region.body.clear();
    for (Inst& inst : old) {
      for (Operand& operand : inst.operands) operand = rewriting_.Now(operand);
      if (Region* taken = Taken(inst)) {
        changed_ = true;
        if (!Inline(inst, *taken, region.body)) return;
        continue;
      }
      for (Region& inside : inst.regions) Walk(inside);
      if (Folded(inst)) continue;
      region.body.push_back(std::move(inst));
      // What it takes may be what left it: nothing gets behind it any more.
      if (Ends(region.body.back())) return;
    }
  }

  // The only region of it that runs, if one can tell.
  Region* Taken(Inst& inst) {
    if (std::holds_alternative<If>(inst.op)) {
      const Literal* condition = LiteralOf(function_, inst.operands[0]);
      if (condition == nullptr || condition->tag == Tag::kUnbound) return nullptr;
      const std::optional<Literal> truth =
          Evaluate({.op = Apply{value::FindPrimitive("bool")}, .operands = inst.operands});
      if (!truth) return nullptr;
      ++tally_.branches;
      return &inst.regions[truth->integer != 0 ? 0 : 1];
    }
    const bool nothing = std::holds_alternative<Try>(inst.op) && IsLeavingOnly(inst.regions[0]);
    return nothing ? &inst.regions[0] : nullptr;
  }

  static bool IsLeavingOnly(const Region& region) {
    const ExprOp& first = region.body.front().op;
    return IsLeaving(first) && !std::holds_alternative<Raise>(first);
  }

  // Puts the region in the place of what it stands in; false: nothing gets behind it.
  bool Inline(const Inst& inst, Region& taken, std::vector<Inst>& body) {
    Walk(taken);
    const bool gives = std::holds_alternative<Give>(taken.body.back().op);
    const std::vector<Operand> given = gives ? taken.body.back().operands : std::vector<Operand>();
    if (gives) taken.body.pop_back();
    std::move(taken.body.begin(), taken.body.end(), std::back_inserter(body));
    for (size_t i = 0; i < given.size(); ++i) {
      const Literal* literal = LiteralOf(function_, given[i]);
      if (literal == nullptr || literal->tag == Tag::kUnbound || IsPlain(*literal)) {
        rewriting_.Replace(inst.results[i], given[i]);
      } else {  // one list for all uses: each constant is another one
        body.push_back({.op = Apply{value::FindPrimitive("bound")},
                        .operands = {given[i]},
                        .results = {inst.results[i]},
                        .regions = {}});
      }
    }
    return gives;
  }

  // Does a constant or another value stand for what it gives now?
  bool Folded(const Inst& inst) {
    const auto* apply = std::get_if<Apply>(&inst.op);
    if (apply == nullptr) return false;
    if (apply->primitive->name == "bound") {
      const Operand& what = inst.operands[0];
      if (!what.constant && !unbound_[what.index]) return Put(inst, what);
    }
    if (!IsFoldable(*apply->primitive, inst)) return false;
    std::optional<Literal> literal = Evaluate(inst);
    if (!literal) return false;
    ++tally_.operations;
    return Put(inst, rewriting_.Constant(std::move(*literal)));
  }

  bool Put(const Inst& inst, Operand by) {
    rewriting_.Replace(inst.results[0], by);
    return changed_ = true;
  }

  bool IsFoldable(const Primitive& primitive, const Inst& inst) const {
    // What looks at how often something was changed, and sums, which this Python may have otherwise
    // than the heap here.
    static constexpr std::string_view kNever[] = {"changes", "unchanged", "sum", "sum-start"};
    if (std::ranges::find(kNever, primitive.name) != std::end(kNever)) return false;
    const bool constant =
        std::ranges::all_of(inst.operands, [](const Operand& operand) { return operand.constant; });
    if (!constant) return false;
    switch (primitive.effect) {
      case value::Effect::kPure:
      case value::Effect::kMakes:
        return true;
      case value::Effect::kChanges:  // of what cannot be changed it makes something new
        return IsPlain(*LiteralOf(function_, inst.operands[0]));
      case value::Effect::kClock:
        return false;
    }
    return false;
  }

  // May it make something large of something small?
  bool Grows(const Inst& inst) const {
    bool text = false, large = false;
    for (const Operand& operand : inst.operands) {
      const Literal& literal = *LiteralOf(function_, operand);
      text = text || !literal.text.empty() || !literal.items.empty();
      large = large || literal.integer > kLargestCount;
    }
    return text && large;
  }

  // What the operation gives; nullopt: nothing that a constant can be, or no value at all.
  std::optional<Literal> Evaluate(const Inst& inst) {
    if (Grows(inst) || exhausted_) return Keep(inst, "its result may be large");
    Expr expr;
    ExprFunction& alone = expr.functions.emplace_back();
    Inst& only = alone.body.body.emplace_back(inst);
    for (Operand& operand : only.operands) {
      alone.constants.push_back(*LiteralOf(function_, operand));
      operand.index = static_cast<uint32_t>(alone.constants.size() - 1);
    }
    only.results = {ValueId{0}};
    alone.body.body.push_back({.op = Return{}, .operands = {{.constant = false, .index = 0}}});
    alone.values = 1;
    value::Heap heap;
    Value result;
    const Evaluator evaluator(expr);  // has its constants
    const Status status = evaluator.Run(heap, {}, {}, result);
    exhausted_ = heap.allocated() > kMostMemory;
    if (status == Status::kBail) return std::nullopt;
    if (status != Status::kOk) {
      return Keep(inst, fmt::format("it raises {}", value::StatusName(status)));
    }
    size_t room = kMostItems;
    return LiteralFrom(result, room);
  }

  std::optional<Literal> Keep(const Inst& inst, const std::string& why) {
    tally_.kept.push_back(
        fmt::format("'{}' of constants: {}", std::get<Apply>(inst.op).primitive->name, why));
    return std::nullopt;
  }

  ExprFunction& function_;
  Rewriting rewriting_;
  const std::vector<bool> unbound_;  // by value: may it be?
  Tally& tally_;
  bool exhausted_ = false;
  bool changed_ = false;
};

bool Fold(Expr& expr, Tally& all) {
  bool changed = false;
  for (ExprFunction& body : expr.functions) {
    Tally tally;
    while (tally.kept.clear(), Folder(body, tally).Run()) changed = true;
    all.operations += tally.operations;
    all.branches += tally.branches;
    std::ranges::move(tally.kept, std::back_inserter(all.kept));
  }
  return changed;
}

bool FoldConstantsOf(Function& function, const std::string& agent, PassContext& context) {
  Tally all;
  const bool changed = Fold(*function.expr, all);
  const auto say = [&](std::string text) {
    context.remarks.push_back({"fold-constants", agent, std::move(text)});
  };
  if (all.operations > 0) {
    say(fmt::format("'{}' does {} {} less: it needs nothing but constants", function.name,
                    all.operations, all.operations == 1 ? "operation" : "operations"));
  }
  if (all.branches > 0) {
    say(fmt::format("'{}' asks {} {} less: a constant is the answer", function.name, all.branches,
                    all.branches == 1 ? "question" : "questions"));
  }
  for (const std::string& what : all.kept) say(fmt::format("'{}' keeps {}", function.name, what));
  return changed;
}

}  // namespace

bool FoldConstants(Graph& graph, PassContext& context) {
  return RewriteFunctions(graph, context, FoldConstantsOf);
}

bool FoldConstants(Expr& expr) {
  Tally unheard;
  return Fold(expr, unheard);
}

}  // namespace kaspr::ir
