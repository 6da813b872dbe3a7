#pragma once

// Functions that passes make (Role::kNative).

#include <string>

#include "ir/graph.h"

namespace kaspr::ir {

// Adds one of that name, or "name-2" and so on where that is taken.
FnId AddNative(Agent& agent, const std::string& name, Expr expr);

}  // namespace kaspr::ir
