#include "ir/expr/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {

namespace {

constexpr size_t kLargest = 4'000;  // operations: a main function of more calls what comes then

// "clean", or "clean-2" and so on where that is taken.
std::string FreshName(const Expr& expr, const std::string& wanted) {
  std::string name = wanted;
  const auto taken = [&](const ExprFunction& function) { return function.name == name; };
  for (size_t n = 2; std::any_of(expr.functions.begin(), expr.functions.end(), taken); ++n) {
    name = fmt::format("{}-{}", wanted, n);
  }
  return name;
}

bool ReturnsAtItsEnd(const ExprFunction& function) {
  size_t returns = 0;
  ForEachInst(function.body,
              [&](const Inst& inst) { returns += std::holds_alternative<Return>(inst.op); });
  return returns == 1 && std::holds_alternative<Return>(function.body.body.back().op);
}

void MoveCalls(Region& region, uint32_t offset) {
  ForEachInst(region, [&](Inst& inst) {
    if (auto* call = std::get_if<Call>(&inst.op)) call->function += offset;
  });
}

// Where the values and constants of a function that is imported are.
struct Moving {
  Operand argument;
  uint32_t values = 0, constants = 0;  // added to each number
  uint32_t block = 0;

  ValueId Of(ValueId id) const { return static_cast<ValueId>(static_cast<uint32_t>(id) + values); }

  void Run(Region& region) const {
    for (ValueId& id : region.parameters) id = Of(id);
    for (Inst& inst : region.body) {
      inst.block = block;
      for (Operand& operand : inst.operands) {
        if (!operand.constant && operand.index == 0) {
          operand = argument;
        } else {
          operand.index += operand.constant ? constants : values;
        }
      }
      for (ValueId& id : inst.results) id = Of(id);
      for (Region& inside : inst.regions) Run(inside);
    }
  }
};

}  // namespace

Joining::Joining(ExprFunction main) {
  expr_.functions.push_back(std::move(main));
}

Operand Joining::Include(const Expr& from, Operand argument, uint32_t block,
                         std::vector<Inst>& body) {
  argument = Once(argument, body);
  if (size_ > kLargest || !ReturnsAtItsEnd(from.main())) {
    return Add({.op = Call{AddMain(from, block)}, .operands = {argument}, .block = block}, body);
  }
  std::vector<Inst> added = Import(from, argument, block).body;
  const Operand result = added.back().operands.front();
  added.pop_back();
  std::ranges::move(added, std::back_inserter(body));
  return result;
}

Region Joining::Import(const Expr& from, Operand argument, uint32_t block) {
  Region body = from.main().body;
  MoveCalls(body, AddHelpers(from, block));
  const Moving moving{.argument = argument,
                      .values = main().values - 1,
                      .constants = static_cast<uint32_t>(main().constants.size()),
                      .block = block};
  moving.Run(body);
  main().values += from.main().values - 1;
  std::ranges::copy(from.main().constants, std::back_inserter(main().constants));
  ForEachInst(body, [&](const Inst&) { ++size_; });
  return body;
}

// A constant list is another one wherever it stands: the argument is one for all its uses.
Operand Joining::Once(Operand argument, std::vector<Inst>& body) {
  const Literal* literal = LiteralOf(main(), argument);
  if (literal == nullptr || IsPlain(*literal)) return argument;
  return Add({.op = Apply{value::FindPrimitive("bound")}, .operands = {argument}}, body);
}

Operand Joining::Constant(Literal literal) {
  main().constants.push_back(std::move(literal));
  return {.constant = true, .index = static_cast<uint32_t>(main().constants.size() - 1)};
}

Operand Joining::Add(Inst inst, std::vector<Inst>& body) {
  const uint32_t result = main().values++;
  inst.results = {static_cast<ValueId>(result)};
  body.push_back(std::move(inst));
  return {.constant = false, .index = result};
}

Expr Joining::Finish() && {
  Renumber(main());  // without the constants that were returned to nobody
  return std::move(expr_);
}

void Joining::AddFunction(ExprFunction function, uint32_t offset, uint32_t block) {
  function.name = FreshName(expr_, function.name);
  MoveCalls(function.body, offset);
  ForEachInst(function.body, [&](Inst& inst) { inst.block = block; });
  expr_.functions.push_back(std::move(function));
}

uint32_t Joining::AddHelpers(const Expr& from, uint32_t block) {
  const auto [known, is_new] =
      helpers_.emplace(&from, static_cast<uint32_t>(expr_.functions.size() - 1));
  if (!is_new) return known->second;
  for (size_t i = 1; i < from.functions.size(); ++i) {
    AddFunction(from.functions[i], known->second, block);
  }
  return known->second;
}

// In front of what it calls.
uint32_t Joining::AddMain(const Expr& from, uint32_t block) {
  const auto [known, is_new] = mains_.emplace(&from, static_cast<uint32_t>(expr_.functions.size()));
  if (!is_new) return known->second;
  const uint32_t offset = known->second;
  for (const ExprFunction& function : from.functions) AddFunction(function, offset, block);
  return offset;
}

Expr JoinAll(std::string name, std::span<const Expr> functions) {
  Joining joining({.name = std::move(name), .parameters = {"value"}, .values = 1});
  std::vector<Inst> body;
  Operand result;
  for (const Expr& function : functions) result = joining.Include(function, {}, 0, body);
  body.push_back({.op = Return{}, .operands = {result}});
  joining.main().body.body = std::move(body);
  return std::move(joining).Finish();
}

}  // namespace kaspr::ir
