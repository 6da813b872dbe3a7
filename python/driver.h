#pragma once

// A task of the lane's asyncio loop whose body is C++: what runs user code.
//
//   Driver driver(state, [&](Driver& self) -> Task<bool> {
//     while (...) co_await self.Pause();                 // until somebody calls Notify
//     Ref result = co_await driver.Wait(awaitable);      // `await awaitable`
//     co_return true;
//   });
//   driver.Start();
//
// User code is called from the body, so it runs inside a running loop and inside a task, as in the
// reference: it may make tasks of its own. While one driver waits, the loop runs the others. What
// runs too long, or still runs at a forced stop, gets an exception: between two instructions of
// Python where it computes, in its `await` where it waits; whoever swallows it gets it again.
// Lane's thread only, but for what says otherwise.

#include <atomic>
#include <chrono>
#include <coroutine>
#include <functional>
#include <optional>

#include "python/object.h"
#include "python/state.h"
#include "python/task.h"

namespace kaspr::python {

class Driver {
 public:
  using Clock = std::chrono::steady_clock;
  using Body = std::function<Task<bool>(Driver&)>;

  Driver(Interpreter::State& state, Body body);
  // Ends the body where it waits: whatever it holds is let go of, but no user code runs.
  ~Driver();
  Driver(const Driver&) = delete;

  // Makes the task, which begins at the loop's next turn.
  void Start();

  // What `await object` gives; null: an exception is set. `object` is awaitable. When it goes on
  // after it waited, `globals["context"]` is `context` again, if there is one.
  class Awaiting {
   public:
    Awaiting(Driver& driver, Ref object, Ref globals = {}, Ref context = {});
    bool await_ready();
    void await_suspend(std::coroutine_handle<> caller);
    Ref await_resume() { return std::move(result_); }

   private:
    friend class Driver;
    bool Send(PyObject* value);  // true: it has ended
    bool Throw();                // the exception that is set; true: it has ended
    bool Insist();
    bool Unwanted() const;

    Driver& driver_;
    bool pause_ = false;  // what is awaited is ours: it does not have to be ended
    Ref iterator_, globals_, context_, result_;
  };
  Awaiting Wait(Ref object) { return Awaiting(*this, std::move(object)); }

  // Lets the loop run what else is ready.
  struct Turn {
    Driver& driver;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> caller);
    void await_resume() {}
  };
  Turn TakeTurns() { return {*this}; }

  // Waits for Notify, or until a time; may also end for no reason.
  Task<bool> Pause(std::optional<Clock::time_point> until = std::nullopt);
  void Notify();

  // Has user code cancelled the task since? That is for the event that it was about: what is left
  // of it must not hit the next one.
  bool cancelled() const { return cancelled_; }
  Task<bool> ForgetCancel();

  // Marks the beginning and end of what may be cut short for taking longer than `limit` (0: never),
  // and for a forced stop.
  void Begin(std::chrono::milliseconds limit);
  bool End();          // did it take longer?
  bool FailIfLate() {  // has it by now? Then an exception is set
    return deadline_ != 0 && FailIfOverdue();
  }
  bool cut() const { return cut_; }            // it was cut short
  bool interrupted() const;                    // a forced stop wants everything to end
  bool Overdue(Clock::time_point now) const;   // any thread
  bool IsHeldUp(Clock::time_point now) const;  // it waits, and the loop does not come to cut it
  Clock::time_point deadline() const;          // any thread
  // Ends what waits in an `await`: it is overdue, or there is a forced stop.
  void CutAwait();
  // CPython's next check of running code: sets an exception if that should end. False: it should.
  bool Check();
  // Sets the exception that says why something is cut short.
  void SetReason();

  Interpreter::State& state() { return state_; }

  // Of its Python object: one step, with what is sent in or, null, the exception that is set. True:
  // `yielded` is for the loop; false: the body has ended.
  bool Step(PyObject* sent, Ref& yielded);
  bool runs() const { return state_.running == this; }
  void NoteCancel() { cancelled_ = true; }

 private:
  void Resume();
  bool FailIfOverdue();

  Interpreter::State& state_;
  Body body_;
  Task<bool> task_;
  Ref object_;  // what the asyncio task awaits
  Ref asyncio_task_;
  Ref pause_;  // the future of Pause
  bool notified_ = false;
  bool started_ = false;
  bool cancelled_ = false;
  bool in_user_code_ = false;  // between Begin and End
  bool cut_ = false;
  Clock::time_point grace_ends_{};
  std::atomic<Clock::rep> deadline_{0};  // since the clock's epoch; 0: none

  Awaiting* waiting_ = nullptr;
  std::coroutine_handle<> resume_;
  Ref yielded_;
};

// The type of the Python objects that asyncio tasks await. Null: an exception is set.
Ref MakeDriverType();

}  // namespace kaspr::python
