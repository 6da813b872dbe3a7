#pragma once

// A Python block at run time: a program, and the function that it defines.
//
// Its globals are a copy of what init left behind, plus `context`. An operation's block runs for
// every call if that could be observed (Function::per_call); all others run once and keep their
// globals: an operation's at the start, a selector's when it is first called (D2, D4). Blocks are
// owned by the step or output that calls them, so that two steps never share globals; nor do two
// calls of an operation, of which one waits while the other runs. On the lane's thread.

#include <coroutine>
#include <optional>
#include <vector>

#include "python/driver.h"
#include "python/event.h"
#include "python/object.h"
#include "python/state.h"
#include "python/traceback.h"

namespace kaspr::python {

// What an agent's init left behind.
struct InitScope {
  Ref globals;  // with a `context` that has "app" only
  Ref app;      // context["app"]
};

class Block {
 public:
  // `agent` and `scope` must outlive it. The function must have been checked: its text compiles.
  // `operation` is who is said to have failed when it raises.
  Block(Interpreter::State& state, const ir::Agent& agent, const ir::Function& function,
        const InitScope& scope, std::string operation);

  const ir::Function& function() const { return function_; }
  const Activity& activity() const { return activity_; }
  // Can its code look at `context`?
  bool sees_context() const { return sees_context_; }

  // A borrowed reference to the globals that its function sees, or will at its next call; null:
  // nobody knows before that call.
  PyObject* globals() const;

  // Runs a block that runs once, before any event. False: an exception is set.
  bool RunOnce();

  // A block that has run.
  struct Instance {
    Ref globals, callable;
  };

  // `co_await block.Call(value, event)`: calls its function, and awaits an awaitable result. Null:
  // an exception is set.
  class Calling {
   public:
    Calling(Block& block, PyObject* value, CurrentEvent& event)
        : block_(block), value_(value), event_(event) {}
    // Calls it, once. False: it waits, and whoever can awaits this then.
    bool await_ready() { return !waiting_ && Begin(); }
    void await_suspend(std::coroutine_handle<> caller) { waiting_->await_suspend(caller); }
    Ref await_resume() {
      if (waiting_ || instance_.callable) Settle();
      if (result_ && event_.driver().FailIfLate()) result_ = {};
      return std::move(result_);
    }

   private:
    bool Begin();
    bool BeginPrepared();
    bool Run(PyObject* callable, Ref context);
    void Settle();

    Block& block_;
    PyObject* const value_;  // borrowed
    CurrentEvent& event_;
    Instance instance_;  // null of a shared one, unless it waits
    Ref result_;
    std::optional<Driver::Awaiting> waiting_;
  };
  Calling Call(PyObject* value, CurrentEvent& event) { return {*this, value, event}; }
  // The same of a function that is known to wait for nothing.
  Ref CallNow(PyObject* value, CurrentEvent& event);

 private:
  // Do all calls use what it has?
  bool IsShared() const {
    return function_.role != ir::Role::kOperation && !function_.per_call && !instances_.empty();
  }
  bool SetContext(const Ref& context, const Instance& instance);
  bool Take(const Ref& context, Instance& instance);
  void Give(Instance instance);
  bool Load(const Ref& context, Instance& instance);

  // A borrowed reference to what a call calls, if that is all there is to it: all calls share it,
  // and none sees `context`. Null: there is more. It stands first, where calls find it at once.
  PyObject* ready_ = nullptr;
  Interpreter::State& state_;
  const ir::Function& function_;
  const InitScope& scope_;
  Activity activity_;
  Ref code_;
  bool sees_context_ = false;  // its code can look at `context`
  // Of a block that has run and keeps its globals: of an operation those that no call uses, of
  // others the one that all calls share.
  std::vector<Instance> instances_;
};

// Compiles a block. Null: an exception is set.
Ref CompileBlock(const ir::Agent& agent, const ir::Function& function);

// The function that a block which has just run means (D1), a borrowed reference: the entrypoint,
// else what `globals` has over `before`. Null: an exception is set.
PyObject* ChooseFunction(const ir::Function& function, PyObject* globals, PyObject* before,
                         PyObject* code);

}  // namespace kaspr::python
