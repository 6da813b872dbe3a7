#pragma once

// Several functions of one value as one.

#include <span>
#include <string>

#include "ir/expr/expr.h"

namespace kaspr::ir {

// Calls them all with its argument, in order, and returns what the last one gives. REQUIRES: each
// main function has one parameter and is no generator, and there is one.
Expr CallAll(std::string name, std::span<const Expr> functions);

}  // namespace kaspr::ir
