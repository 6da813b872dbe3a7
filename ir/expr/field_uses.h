#pragma once

// What a function does with the fields of one dict: its argument, or one that it makes.
//
//   %0 = getitem value "amount"        reads .amount
//   %1 = setitem value "net" %0        writes .net
//   return value                       and gives it back
//
// Fields are keys that are text, of the dict itself; what is in them counts as read with them.

#include <optional>
#include <set>
#include <string>

#include "ir/expr/expr.h"

namespace kaspr::ir {

struct FieldUses {
  std::set<std::string> reads;   // or whether it is there, or it is taken out
  std::set<std::string> writes;  // by setitem, dict-put, and the display that makes the dict
  bool escapes = false;          // all of it may be read, now or by others
  bool returned = false;         // by some return
  bool always_returned = false;  // by all, and there is one
};

FieldUses FieldUsesOf(const ExprFunction& function, ValueId dict);

// The dict that every return gives, if it is one display of the function.
std::optional<ValueId> DictMadeAndReturned(const ExprFunction& function);

// Does the operation write this field of the dict, and nothing else?
bool WritesField(const ExprFunction& function, const Inst& inst, ValueId dict,
                 const std::string& field);

}  // namespace kaspr::ir
