#pragma once

// A plain interpreter of Expr: slow and obvious, an engine of its own and the oracle for the
// others.
//
//   Evaluator evaluator(expr);
//   Status status = evaluator.Run(heap, {&value, 1}, {}, result);
//
// One thread at a time; the Expr must outlive it. What it returns lives in the heap, in the
// arguments, or in the evaluator.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/expr/expr.h"
#include "value/heap.h"

namespace kaspr::ir {

// What a function sees beside its arguments. Members that are not set bail.
struct Surroundings {
  // Of a part of context['event'].
  std::function<value::Status(std::string_view path, value::Heap& heap, value::Value& result)>
      event;
  // Takes what a generator yields; another status than kOk ends it.
  std::function<value::Status(value::Value item)> yield;
};

class Evaluator {
 public:
  // A loop's turns and calls in all; then it bails, so that a forced stop or a time limit comes
  // from CPython, which has both.
  static constexpr uint64_t kMostTurns = 10'000'000;

  // REQUIRES: VerifyExpr(expr) is "".
  explicit Evaluator(const Expr& expr);

  // REQUIRES: as many arguments as the main function has parameters. `result` is set with kOk.
  value::Status Run(value::Heap& heap, std::span<const value::Value> arguments,
                    const Surroundings& surroundings, value::Value& result);

 private:
  struct Frame;
  enum class Flow : uint8_t { kGive, kBreak, kContinue, kReturn, kStop };

  value::Status CallFunction(uint32_t index, std::span<const value::Value> arguments,
                             value::Value& result);
  Flow RunRegion(Frame& frame, const Region& region);
  bool RunInst(Frame& frame, const Inst& inst, Flow& flow);
  Flow RunLoop(Frame& frame, const Inst& inst);
  Flow RunFor(Frame& frame, const Inst& inst);
  Flow RunTry(Frame& frame, const Inst& inst);
  value::Status RunSimple(Frame& frame, const Inst& inst, value::Value& result);

  const Expr& expr_;
  value::Heap constants_heap_;
  std::vector<std::vector<value::Value>> constants_;  // by function
  value::Heap* heap_ = nullptr;
  const Surroundings* surroundings_ = nullptr;
  uint64_t turns_ = 0;
};

}  // namespace kaspr::ir
