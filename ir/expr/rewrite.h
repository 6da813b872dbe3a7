#pragma once

// What passes that rewrite functions share. They take operations out, put constants or other values
// in the place of values, and leave it to Renumber that what remains is well formed again.
//
//   Rewriting rewriting(function);
//   rewriting.Replace(result, rewriting.Constant(literal));
//   for (Operand& operand : inst.operands) operand = rewriting.Now(operand);
//   ...
//   Renumber(function);
//
// Functions change their own function only; any thread.

#include <vector>

#include "ir/expr/expr.h"

namespace kaspr::ir {

// What stands for each value of a function while it is rewritten: itself, unless it was replaced.
class Rewriting {
 public:
  explicit Rewriting(ExprFunction& function) : function_(function), now_(function.values) {
    for (uint32_t id = 0; id < function.values; ++id) now_[id] = {.constant = false, .index = id};
  }

  // REQUIRES: `by` is what Now or Constant gave; uses of `id` that were asked for already stay.
  void Replace(ValueId id, Operand by) { now_[static_cast<size_t>(id)] = by; }
  Operand Now(Operand operand) const { return operand.constant ? operand : now_[operand.index]; }
  Operand Constant(Literal literal) {
    function_.constants.push_back(std::move(literal));
    return {.constant = true, .index = static_cast<uint32_t>(function_.constants.size() - 1)};
  }

 private:
  ExprFunction& function_;
  std::vector<Operand> now_;
};

// Numbers values in the order of their definition and constants in that of their use: without those
// that are gone, and once for each use.
void Renumber(ExprFunction& function);

// What the operation applies; null: it is another one.
const value::Primitive* PrimitiveOf(const Inst& inst);

// The literal of a constant operand; null: it is a value.
const Literal* LiteralOf(const ExprFunction& function, const Operand& operand);
// The same if it is a str, else null: the key of most reads and writes.
const std::string* KeyOf(const ExprFunction& function, const Operand& operand);

// Can nobody change what it is, or tell two of it apart by identity? Not of lists, dicts and sets.
bool IsPlain(const Literal& literal);

// An operand that becomes a value elsewhere: what regions give and loops carry.
//
//   %3 = for %1 in value with %2 = 0 { continue %4 } else %5 { give %5 }
//   0 -> %2, 0 -> %5, %5 -> %3, %4 -> %2, %4 -> %5
struct Flow {
  Operand from;
  ValueId to{};
};
std::vector<Flow> FlowsOf(const ExprFunction& function);

}  // namespace kaspr::ir
