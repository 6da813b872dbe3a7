#pragma once

// A plain interpreter of Expr: slow and obvious, an engine of its own and the oracle for the
// others.
//
//   const Evaluator evaluator(expr);
//   Status status = evaluator.Run(heap, {&value, 1}, {}, result);
//
// Any thread, several runs at a time, also one in the midst of another (a generator's). The Expr
// must outlive it. What it returns lives in the heap, in the arguments, or in the evaluator.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/expr/expr.h"
#include "value/heap.h"

namespace kaspr::ir {

class PythonCalls;

// Where a function sends records to.
class RecordSink {
 public:
  // What a record of Send::target has, in the order of Send::kSelected; Unbound: it was not asked
  // for. Another status than kOk ends the function.
  using Selected = std::span<const value::Value, std::size(Send::kSelected)>;
  virtual value::Status Take(uint32_t target, Selected selected) = 0;
  // The same, with a value that is a dict and need not be made: `texts` are value::WriteFields',
  // and one more than there are values. For machine code.
  virtual value::Status TakeFields(uint32_t target, Selected selected,
                                   std::span<const std::string_view> texts,
                                   const value::Value* values) = 0;
  // A filter dropped a value.
  virtual void Drop() = 0;

 protected:
  ~RecordSink() = default;
};

// What a function sees beside its arguments. Members that are not set bail.
struct Surroundings {
  // Of a part of context['event'].
  std::function<value::Status(std::string_view path, value::Heap& heap, value::Value& result)>
      event;
  // Takes what a generator yields; another status than kOk ends it.
  std::function<value::Status(value::Value item)> yield;
  // Null but on the lane's thread.
  PythonCalls* python = nullptr;
  RecordSink* records = nullptr;
  // A loop's turns and calls in all; then it bails, so that a forced stop or a time limit comes
  // from CPython, which has both.
  uint64_t most_turns = 10'000'000;
};

class Evaluator {
 public:
  // REQUIRES: VerifyExpr(expr) is "".
  explicit Evaluator(const Expr& expr);

  // REQUIRES: as many arguments as the main function has parameters. `result` is set with kOk.
  value::Status Run(value::Heap& heap, std::span<const value::Value> arguments,
                    const Surroundings& surroundings, value::Value& result) const;

 private:
  struct Execution;

  const Expr& expr_;
  value::Heap constants_heap_;
  // By function: its constants, which nobody changes; the most operands that something in it has.
  std::vector<std::vector<value::Value>> constants_;
  std::vector<size_t> widest_;
  size_t room_ = 0;  // how many values the functions need that run at one time
};

}  // namespace kaspr::ir
