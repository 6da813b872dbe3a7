#include "ir/expr/verify.h"

#include <fmt/format.h>

#include <vector>

#include "base/match.h"
#include "value/primitives.h"

namespace kaspr::ir {
namespace {

// An Expr is well formed if
//
//  functions 1 there is one, and all have different names
//            2 one calls only those behind it, with as many operands as they have parameters, and
//              no generator
//  values    3 they are defined in the order of their numbers, parameters first, and all are
//            4 an operand is a constant, or a value defined in front of it in its region or in one
//              around that
//  regions   5 the last operation of a region ends it, no other one does
//            6 break and continue stand in a loop, give in an if, a try, or behind a for; each with
//              as many operands as that gives or carries; return with one
//            7 every operation has the operands, results and regions that its kind has
//  content   8 only a generator yields, and it returns None

class Verifier {
 public:
  explicit Verifier(const Expr& expr) : expr_(expr) {}

  std::string Run() {
    if (expr_.functions.empty()) return "no function";
    for (index_ = 0; index_ < expr_.functions.size() && error_.empty(); ++index_) {
      function_ = &expr_.functions[index_];
      for (size_t i = 0; i < index_; ++i) {
        if (expr_.functions[i].name == function_->name) Fail("two functions have this name");
      }
      seen_.assign(function_->values, false);
      next_ = 0;
      for (size_t i = 0; i < function_->parameters.size(); ++i) {
        Define(static_cast<ValueId>(i));
      }
      constants_ = 0;
      VerifyRegion(function_->body, nullptr);
      if (next_ != function_->values) Fail("it does not define all of its values");
    }
    return error_.empty() ? "" : fmt::format("@{}: {}", function_->name, error_);
  }

 private:
  void Fail(std::string what) {
    if (error_.empty()) error_ = std::move(what);
  }

  void Define(ValueId id) {
    if (static_cast<uint32_t>(id) != next_ || next_ >= function_->values) {
      return Fail(fmt::format("value {} is defined out of turn", static_cast<uint32_t>(id)));
    }
    seen_[next_++] = true;
  }

  void VerifyRegion(const Region& region, const Inst* around) {
    const uint32_t first = next_;
    for (const ValueId id : region.parameters) Define(id);
    for (const Inst& inst : region.body) {
      if (!error_.empty()) return;
      const bool last = &inst == &region.body.back();
      if (Ends(inst) != last) {
        Fail(last ? "a region that goes on behind its end" : "an operation that nothing gets to");
      }
      VerifyOperands(inst);
      VerifyInst(inst, around);
      for (size_t i = 0; i < inst.regions.size(); ++i) {
        const bool turns = std::holds_alternative<Loop>(inst.op) ||
                           (std::holds_alternative<For>(inst.op) && i == 0);
        if (turns) loops_.push_back(&inst);
        VerifyRegion(inst.regions[i], &inst);
        if (turns) loops_.pop_back();
      }
      for (const ValueId id : inst.results) Define(id);
    }
    if (region.body.empty()) Fail("a region without an end");
    for (uint32_t id = first; id < next_; ++id) seen_[id] = false;  // out of sight from here on
  }

  void VerifyOperands(const Inst& inst) {
    for (const Operand& operand : inst.operands) {
      if (operand.constant) {
        if (operand.index != constants_++ || operand.index >= function_->constants.size()) {
          Fail("constants out of order");
        }
      } else if (operand.index >= seen_.size() || !seen_[operand.index]) {
        Fail(fmt::format("value {} is used where it is not defined", operand.index));
      }
    }
  }

  void Expect(const Inst& inst, size_t operands, size_t results, size_t regions) {
    if (inst.operands.size() != operands || inst.results.size() != results ||
        inst.regions.size() != regions) {
      Fail("an operation with a wrong number of operands, results or regions");
    }
  }

  void ExpectParameters(const Region& region, size_t count) {
    if (region.parameters.size() != count) Fail("a region with a wrong number of parameters");
  }

  void VerifyInst(const Inst& inst, const Inst* around) {
    const size_t results = inst.results.size();
    std::visit(Match{
                   [&](const Apply& apply) {
                     Expect(inst, inst.operands.size(), 1, 0);
                     if (inst.operands.size() < apply.primitive->fewest ||
                         inst.operands.size() > apply.primitive->most) {
                       Fail(fmt::format("'{}' with {} operands", apply.primitive->name,
                                        inst.operands.size()));
                     }
                   },
                   [&](const Call& call) { VerifyCall(inst, call); },
                   [&](const EventField&) { Expect(inst, 0, 1, 0); },
                   [&](const AskPython& ask) { VerifyAsk(inst, ask.kind); },
                   [&](const If&) {
                     Expect(inst, 1, results, 2);
                     for (const Region& region : inst.regions) ExpectParameters(region, 0);
                   },
                   [&](const Loop&) {
                     Expect(inst, results, results, 1);
                     if (error_.empty()) ExpectParameters(inst.regions[0], results);
                   },
                   [&](const For&) {
                     Expect(inst, results + 1, results, 2);
                     if (!error_.empty()) return;
                     ExpectParameters(inst.regions[0], results + 1);
                     ExpectParameters(inst.regions[1], results);
                   },
                   [&](const Try& attempt) {
                     Expect(inst, 0, results, attempt.handlers.size() + 1);
                     for (const Region& region : inst.regions) ExpectParameters(region, 0);
                   },
                   [&](const Give&) {
                     const bool fits = around != nullptr &&
                                       !std::holds_alternative<Loop>(around->op) &&
                                       inst.operands.size() == around->results.size();
                     if (!fits) Fail("a 'give' that does not fit what it stands in");
                   },
                   [&](const Break&) { VerifyJump(inst); },
                   [&](const Continue&) { VerifyJump(inst); },
                   [&](const Return&) { Expect(inst, 1, 0, 0); },
                   [&](const Raise&) { Expect(inst, 0, 0, 0); },
                   [&](const Yield&) {
                     Expect(inst, 1, 0, 0);
                     if (!function_->generator)
                       Fail("a 'yield' in a function that is no generator");
                   },
                   [&](const Send&) { Expect(inst, std::size(Send::kSelected), 0, 0); },
                   [&](const Drop&) { Expect(inst, 0, 0, 0); },
               },
               inst.op);
  }

  void VerifyAsk(const Inst& inst, AskPython::Kind kind) {
    using Kind = AskPython::Kind;
    const size_t count = inst.operands.size();
    Expect(inst, kind == Kind::kGlobal ? 0 : kind == Kind::kCall ? count : 1, 1, 0);
    if (kind == Kind::kCall && count == 0) Fail("a 'py-call' without a receiver");
  }

  void VerifyCall(const Inst& inst, const Call& call) {
    if (call.function <= index_ || call.function >= expr_.functions.size()) {
      return Fail("a call of a function that does not stand behind it");
    }
    const ExprFunction& callee = expr_.functions[call.function];
    Expect(inst, callee.parameters.size(), 1, 0);
    if (callee.generator) Fail("a call of a generator");
  }

  void VerifyJump(const Inst& inst) {
    if (loops_.empty() || inst.operands.size() != loops_.back()->results.size()) {
      Fail("a 'break' or 'continue' that does not fit its loop");
    }
  }

  const Expr& expr_;
  const ExprFunction* function_ = nullptr;
  size_t index_ = 0;
  std::vector<bool> seen_;  // by value: may it be used here?
  uint32_t next_ = 0, constants_ = 0;
  std::vector<const Inst*> loops_;  // around, innermost last
  std::string error_;
};

}  // namespace

std::string VerifyExpr(const Expr& expr) {
  return Verifier(expr).Run();
}

}  // namespace kaspr::ir
