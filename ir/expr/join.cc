#include "ir/expr/join.h"

#include <algorithm>

#include <fmt/format.h>

namespace kaspr::ir {

namespace {

// "clean", or "clean-2" and so on where that is taken.
std::string FreshName(const Expr& expr, const std::string& wanted) {
  std::string name = wanted;
  const auto taken = [&](const ExprFunction& function) { return function.name == name; };
  for (size_t n = 2; std::any_of(expr.functions.begin(), expr.functions.end(), taken); ++n) {
    name = fmt::format("{}-{}", wanted, n);
  }
  return name;
}

// Appends the functions of `from`, which call one another where they stand now.
void AppendFunctions(Expr& expr, const Expr& from) {
  const auto offset = static_cast<uint32_t>(expr.functions.size());
  for (ExprFunction function : from.functions) {
    function.name = FreshName(expr, function.name);
    ForEachInst(function.body, [&](Inst& inst) {
      if (auto* call = std::get_if<Call>(&inst.op)) call->function += offset;
    });
    expr.functions.push_back(std::move(function));
  }
}

}  // namespace

Expr CallAll(std::string name, std::span<const Expr> functions) {
  const Operand argument{.constant = false, .index = 0};
  Expr expr;
  expr.functions.push_back({.name = std::move(name), .parameters = {"value"}, .values = 1});
  Operand result;
  for (const Expr& function : functions) {
    Inst call{.op = Call{static_cast<uint32_t>(expr.functions.size())}, .operands = {argument}};
    ExprFunction& main = expr.functions.front();
    result = {.constant = false, .index = main.values};
    call.results = {static_cast<ValueId>(main.values++)};
    main.body.body.push_back(std::move(call));
    AppendFunctions(expr, function);
  }
  expr.functions.front().body.body.push_back({.op = Return{}, .operands = {result}});
  return expr;
}

}  // namespace kaspr::ir
