#include "ir/expr/rewrite.h"

#include <algorithm>
#include <utility>

namespace kaspr::ir {

namespace {

class Renumbering {
 public:
  explicit Renumbering(ExprFunction& function)
      : function_(function), old_(std::move(function.constants)), now_(function.values) {}

  void Run() {
    function_.constants.clear();
    for (size_t i = 0; i < function_.parameters.size(); ++i) Define(static_cast<ValueId>(i));
    Walk(function_.body);
    function_.values = next_;
  }

 private:
  ValueId Define(ValueId id) {
    now_[static_cast<size_t>(id)] = next_;
    return static_cast<ValueId>(next_++);
  }

  void Walk(Region& region) {
    for (ValueId& id : region.parameters) id = Define(id);
    for (Inst& inst : region.body) {
      for (Operand& operand : inst.operands) Use(operand);
      for (Region& inside : inst.regions) Walk(inside);
      for (ValueId& id : inst.results) id = Define(id);
    }
  }

  void Use(Operand& operand) {
    if (!operand.constant) {
      operand.index = now_[operand.index];
      return;
    }
    function_.constants.push_back(old_[operand.index]);
    operand.index = static_cast<uint32_t>(function_.constants.size() - 1);
  }

  ExprFunction& function_;
  const std::vector<Literal> old_;
  std::vector<uint32_t> now_;
  uint32_t next_ = 0;
};

class FlowWalk {
 public:
  explicit FlowWalk(const ExprFunction& function) { Walk(function.body, {}); }

  std::vector<Flow> flows;

 private:
  // Where what leaves a region goes.
  struct Around {
    const std::vector<ValueId>* gives = nullptr;
    const std::vector<ValueId>* breaks = nullptr;
    const Inst* loop = nullptr;  // what continues
  };

  // All but the first `skipped` of each.
  void Hand(const std::vector<Operand>& from, size_t skipped_from, const std::vector<ValueId>& to,
            size_t skipped_to) {
    for (size_t i = skipped_from; i < from.size(); ++i) {
      flows.push_back({from[i], to[i - skipped_from + skipped_to]});
    }
  }

  // What the next turn carries; a `for` that has no more hands the same to its second region.
  void Carry(const Inst& loop, const std::vector<Operand>& from, size_t skipped) {
    const bool turns = std::holds_alternative<For>(loop.op);
    Hand(from, skipped, loop.regions[0].parameters, turns ? 1 : 0);
    if (turns) Hand(from, skipped, loop.regions[1].parameters, 0);
  }

  void Walk(const Region& region, const Around& around) {
    for (const Inst& inst : region.body) Visit(inst, around);
  }

  void Visit(const Inst& inst, const Around& around) {
    if (std::holds_alternative<Give>(inst.op)) Hand(inst.operands, 0, *around.gives, 0);
    if (std::holds_alternative<Break>(inst.op)) Hand(inst.operands, 0, *around.breaks, 0);
    if (std::holds_alternative<Continue>(inst.op)) Carry(*around.loop, inst.operands, 0);
    const bool turns = std::holds_alternative<For>(inst.op);
    const bool loops = turns || std::holds_alternative<Loop>(inst.op);
    if (loops) Carry(inst, inst.operands, turns ? 1 : 0);
    for (const Region& region : inst.regions) {
      Around inside = around;
      inside.gives = &inst.results;
      if (loops && &region == &inst.regions.front()) {
        inside.breaks = &inst.results;
        inside.loop = &inst;
      }
      Walk(region, inside);
    }
  }
};

}  // namespace

std::vector<Flow> FlowsOf(const ExprFunction& function) {
  return std::move(FlowWalk(function).flows);
}

void Renumber(ExprFunction& function) {
  Renumbering(function).Run();
}

const value::Primitive* PrimitiveOf(const Inst& inst) {
  const auto* apply = std::get_if<Apply>(&inst.op);
  return apply != nullptr ? apply->primitive : nullptr;
}

const Literal* LiteralOf(const ExprFunction& function, const Operand& operand) {
  return operand.constant ? &function.constants[operand.index] : nullptr;
}

const std::string* KeyOf(const ExprFunction& function, const Operand& operand) {
  const Literal* literal = LiteralOf(function, operand);
  return literal != nullptr && literal->tag == value::Tag::kStr ? &literal->text : nullptr;
}

bool IsPlain(const Literal& literal) {
  switch (literal.tag) {
    case value::Tag::kNone:
    case value::Tag::kBool:
    case value::Tag::kInt:
    case value::Tag::kBigInt:
    case value::Tag::kFloat:
    case value::Tag::kStr:
    case value::Tag::kBytes:
      return true;
    case value::Tag::kTuple:
      return std::all_of(literal.items.begin(), literal.items.end(), IsPlain);
    case value::Tag::kUnbound:
    case value::Tag::kList:
    case value::Tag::kDict:
    case value::Tag::kSet:
    case value::Tag::kRange:
    case value::Tag::kObject:
      break;
  }
  return false;
}

}  // namespace kaspr::ir
