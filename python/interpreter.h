#pragma once

// The embedded CPython and the one thread that owns it: the Python lane.
//
// The thread starts the interpreter, keeps the GIL, and works off a queue; nobody else ever touches
// a Python object. There is at most one Interpreter in a process, as CPython demands, and it can be
// started once.
//
// User code that prints writes to stderr: stdout is data.

#include <functional>
#include <memory>

#include "ir/kernel.h"

namespace kaspr::python {

class Interpreter final : public ir::Lane {
 public:
  Interpreter();
  ~Interpreter() override;  // REQUIRES: nothing is queued or running

  // Runs `task` on the lane's thread and waits for it.
  void Call(const std::function<void()>& task);

  void Interrupt() override;

  struct State;  // of the lane's thread: Python objects; see state.h
  State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace kaspr::python
