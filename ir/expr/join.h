#pragma once

// Several functions of one value as one.

#include <span>
#include <string>

#include "ir/expr/expr.h"

namespace kaspr::ir {

// Does what all of them do with its argument, one after the other, and returns what the last one
// returns. Those that return at their end only are part of it, it calls the others. REQUIRES: each
// main function has one parameter and is no generator, and there is one.
Expr JoinAll(std::string name, std::span<const Expr> functions);

}  // namespace kaspr::ir
