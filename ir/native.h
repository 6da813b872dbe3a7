#pragma once

// Events that need no CPython: what an engine of functions as ir::Expr offers to the lane.

#include "ir/expr/python_calls.h"
#include "value/batch.h"
#include "value/json_read.h"

namespace kaspr::ir {

// The body of an agent's part, run before a batch comes to the lane.
class NativeBody {
 public:
  virtual ~NativeBody() = default;

  // Reads the values, and runs each event of the batch that it can run exactly: that one is
  // `native` then, with its sends in `prepared` and its values that filters dropped counted. Any
  // other is left to CPython, with its document, to be run from its untouched input: where a
  // function bails, or raises, or a send would be refused. Nothing of it can be observed before.
  // Any thread, several batches at a time, each with a reader of its own.
  virtual void Run(value::Batch& batch, value::JsonReader& reader) = 0;

  // Does it ask CPython for something? Then its events run one by one on the lane, each at its
  // turn.
  virtual bool asks_python() const = 0;
  // Of such a body: do filters stand in front of all that does? Then it pays to Run it first: what
  // they drop never gets to the lane, and what gets beyond them bails.
  virtual bool filters_first() const = 0;
  // The same of one event, whose value was read. On the lane's thread.
  virtual void RunOnLane(value::Batch& batch, value::Event& event, PythonCalls& python) = 0;
};

}  // namespace kaspr::ir
