#pragma once

// Which types the values of a function may have, and which operations fail on none of them.

#include <vector>

#include "ir/expr/expr.h"
#include "value/primitives.h"

namespace kaspr::ir {

constexpr value::Types kAnyType = static_cast<value::Types>(~0U);

class ValueTypes {
 public:
  // REQUIRES: the function is one of a verified Expr, and outlives this.
  explicit ValueTypes(const ExprFunction& function);

  value::Types Of(const Operand& operand) const;

  // Can CPython do nothing but go on behind it, whatever the operands are that these types allow?
  // Native code may bail all the same. REQUIRES: it is an Apply.
  bool NeverRaises(const Inst& inst) const;

 private:
  void Walk(const Region& region);
  value::Types ResultOf(const Inst& inst) const;
  // All that the regions of an `if` or `try` give as their result of that number.
  value::Types Given(const Inst& inst, size_t index) const;
  bool Is(const Inst& inst, size_t operand, value::Types types) const;
  bool FormatNeverRaises(const Inst& inst) const;

  const ExprFunction& function_;
  std::vector<value::Types> types_;  // by value
};

}  // namespace kaspr::ir
