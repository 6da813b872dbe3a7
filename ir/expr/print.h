#pragma once

// Expr -> IR text (the form stands at the top of expr.h).
//
//   fn @price(value) {
//     %0, %1 = for %2 in value with %3 = 0, %4 = - {     # -: unbound
//       ...
//       continue %5, %6
//     } else {
//       give %3, %4
//     }
//     %7 = try {
//       ...
//     } except KeyError, TypeError {
//       ...
//     }
//     %9 = event "message.topic"
//     %10 = call @helper %7
//     raise ValueError
//
// Parameters stand by name, other values as %N, in the order of their definition. Constants are
// written as in Python, but for 0inf, -0inf, 0nan, {:} of no pairs, and bytes, 0b"..".

#include <string>
#include <string_view>

#include "ir/expr/expr.h"

namespace kaspr::ir {

struct ExprPrintOptions {
  bool places = false;      // ` at LINE:COLUMN` of the block behind each line, which parses
  std::string_view indent;  // before each line
  bool effects = false;     // behind the head of the first function, as a comment
};

std::string Print(const Expr& expr, const ExprPrintOptions& options = {});

}  // namespace kaspr::ir
