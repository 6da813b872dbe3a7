#pragma once

// Which values of a function are dicts, where: those that are made as one, and those of which an
// operation that only dicts have gave something before.
//
//   %0 = getitem value "amount"        behind it `value` is a dict: a list would have raised
//
// What a region finds out is known in it only.

#include <functional>
#include <vector>

#include "ir/expr/expr.h"

namespace kaspr::ir {

// Is asked about each operation, in the order of the text. `dicts`, by value: it is one when the
// operation begins. False: the operation will be gone, and tells nothing.
using DictVisit = std::function<bool(const Inst& inst, const std::vector<bool>& dicts)>;

// `argument`: the first parameter is known to be one.
void VisitWithDicts(const ExprFunction& function, bool argument, const DictVisit& visit);

}  // namespace kaspr::ir
