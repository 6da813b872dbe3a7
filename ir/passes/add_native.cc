#include "ir/passes/add_native.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kaspr::ir {

FnId AddNative(Agent& agent, const std::string& name, Expr expr) {
  std::string fresh = name;
  const auto taken = [&](const Function& function) { return function.name == fresh; };
  for (size_t n = 2; std::ranges::any_of(agent.functions, taken); ++n) {
    fresh = fmt::format("{}-{}", name, n);
  }
  agent.functions.push_back({.name = std::move(fresh),
                             .role = Role::kNative,
                             .text = {},
                             .entrypoint = {},
                             .map = {},
                             .expr = std::move(expr),
                             .untranslated = {}});
  return static_cast<FnId>(agent.functions.size() - 1);
}

}  // namespace kaspr::ir
