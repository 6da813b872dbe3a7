#pragma once

// CPython, as native code asks it for what only it has (ir::AskPython): `python` implements it, the
// evaluator and machine code call it. On the lane's thread.

#include <span>
#include <string_view>

#include "ir/expr/expr.h"
#include "value/heap.h"

namespace kaspr::ir {

class PythonCalls {
 public:
  virtual ~PythonCalls() = default;

  // Objects among the values are borrowed, and live until the event is over. Whatever is asked for
  // changes nothing, so the event may run again from the start. An exception is the class that
  // CPython raised, if native code has it; else, and for all that is not known to change nothing,
  // it bails.
  virtual value::Status Ask(AskPython::Kind kind, std::string_view name,
                            std::span<const value::Value> operands, value::Heap& heap,
                            value::Value& result) noexcept = 0;
};

}  // namespace kaspr::ir
