#include "ir/expr/join.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/expr/rewrite.h"

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

class Joiner {
 public:
  explicit Joiner(std::string name) {
    expr_.functions.push_back({.name = std::move(name), .parameters = {"value"}, .values = 1});
  }

  // The result of the function stands in `result_`.
  void Add(const Expr& from) {
    const bool inside = ReturnsAtItsEnd(from.main());
    // Where what it calls will stand, less where it stands now.
    const auto offset = static_cast<uint32_t>(expr_.functions.size() - (inside ? 1 : 0));
    if (inside) {
      AddInside(from.main(), offset);
    } else {
      AddCall(offset);
      AddFunction(from.main(), offset);
    }
    for (size_t i = 1; i < from.functions.size(); ++i) AddFunction(from.functions[i], offset);
  }

  Expr Finish() {
    main().body.body.push_back({.op = Return{}, .operands = {result_}});
    Renumber(main());  // without the constants that were returned to nobody
    return std::move(expr_);
  }

 private:
  ExprFunction& main() { return expr_.functions.front(); }

  static bool ReturnsAtItsEnd(const ExprFunction& function) {
    size_t returns = 0;
    ForEachInst(function.body,
                [&](const Inst& inst) { returns += std::holds_alternative<Return>(inst.op); });
    return returns == 1 && std::holds_alternative<Return>(function.body.body.back().op);
  }

  void AddFunction(ExprFunction function, uint32_t offset) {
    function.name = FreshName(expr_, function.name);
    MoveCalls(function.body, offset);
    expr_.functions.push_back(std::move(function));
  }

  static void MoveCalls(Region& region, uint32_t offset) {
    ForEachInst(region, [&](Inst& inst) {
      if (auto* call = std::get_if<Call>(&inst.op)) call->function += offset;
    });
  }

  void AddCall(uint32_t function) {
    result_ = {.constant = false, .index = main().values};
    main().body.body.push_back({.op = Call{function},
                                .operands = {{.constant = false, .index = 0}},
                                .results = {static_cast<ValueId>(main().values++)}});
  }

  // Its operations as they are, for its argument is this one's, and its values follow those here.
  void AddInside(const ExprFunction& function, uint32_t offset) {
    Region body = function.body;
    MoveCalls(body, offset);
    Move(body, main().values - 1, static_cast<uint32_t>(main().constants.size()));
    result_ = body.body.back().operands.front();
    body.body.pop_back();
    std::vector<Inst>& to = main().body.body;
    to.insert(to.end(), std::make_move_iterator(body.body.begin()),
              std::make_move_iterator(body.body.end()));
    main().values += function.values - 1;
    main().constants.insert(main().constants.end(), function.constants.begin(),
                            function.constants.end());
  }

  static void Move(Region& region, uint32_t values, uint32_t constants) {
    const auto moved = [&](ValueId id) {
      const auto number = static_cast<uint32_t>(id);
      return static_cast<ValueId>(number == 0 ? 0 : number + values);
    };
    for (ValueId& id : region.parameters) id = moved(id);
    for (Inst& inst : region.body) {
      for (Operand& operand : inst.operands) {
        operand.index = operand.constant
                            ? operand.index + constants
                            : static_cast<uint32_t>(moved(static_cast<ValueId>(operand.index)));
      }
      for (ValueId& id : inst.results) id = moved(id);
      for (Region& inside : inst.regions) Move(inside, values, constants);
    }
  }

  Expr expr_;
  Operand result_;
};

}  // namespace

Expr JoinAll(std::string name, std::span<const Expr> functions) {
  Joiner joiner(std::move(name));
  for (const Expr& function : functions) joiner.Add(function);
  return joiner.Finish();
}

}  // namespace kaspr::ir
