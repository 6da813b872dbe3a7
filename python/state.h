#pragma once

// What the lane's thread owns: its queue, the Python objects that every kernel needs, its drivers,
// and whether user code may be cut short just now.
//
// What must end gets an exception that CPython raises in the running code at its next check: a
// KeyboardInterrupt at a forced stop, a TimeoutError where a record takes too long. It is raised
// only while a driver runs, and again every few milliseconds if the code swallows it.

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "python/codec.h"
#include "python/interpreter.h"
#include "python/object.h"
#include "python/pure.h"

namespace kaspr::python {

class Driver;

struct Interpreter::State {
  pthread_t thread{};
  std::mutex mutex;
  std::condition_variable changed;          // of `ready`
  std::deque<std::function<void()>> queue;  // guarded by mutex
  bool ready = false;                       // guarded by mutex
  bool stop = false;                        // guarded by mutex
  bool waking = false;                      // guarded by mutex: `wake` was written to
  int wake = -1;                            // an eventfd: there is something in the queue

  std::atomic<bool> interrupted = false;
  std::thread nudge;  // of an interrupt

  // Those that have a deadline are watched. Guarded by drivers_mutex, changed by the lane's thread.
  std::mutex drivers_mutex;
  std::condition_variable drivers_changed;
  std::vector<Driver*> drivers;
  bool watching = false;  // until it is cleared
  std::thread watchdog;

  // Of the lane's thread.
  Driver* running = nullptr;
  std::chrono::steady_clock::time_point task_ended{};  // when a task was last told to end
  bool looping = false;  // the loop runs, or will when the task that runs now is over
  std::unique_ptr<Codec> codec;
  Ref context_module;  // context.py
  Ref lane_module;     // lane.py, once a loop is wanted
  Ref driver_type;
  std::unique_ptr<Pure> pure;  // once there is a kernel
  Ref check_agent;             // of check.py, once an app was checked
  Ref translate_agent;         // of translate.py, likewise
  Ref primitives;              // its second argument
  Ref context_name;            // the interned strings "context", "__builtins__", "gi_code"
  Ref builtins_name, code_name;
  Ref builtins;

  // Makes the loop, if there is none. Lane's thread.
  void OpenLoop();
  // Queues a task for the lane's thread. Any thread.
  void Post(std::function<void()> task);
  // CPython looks at once whether running code should end. Any thread.
  void AskForCheck();
  void AddDriver(Driver* driver);
  void RemoveDriver(Driver* driver);
  void Notify(Driver* driver);  // if it is still there. Lane's thread
  // Sees to it that drivers are looked after when their deadlines pass.
  void Watch();
};

// Marks a stretch of user code of the lane's thread.
class UserCode {
 public:
  UserCode(Interpreter::State& state, Driver& driver)
      : state_(state), before_(std::exchange(state.running, &driver)) {}
  ~UserCode() { state_.running = before_; }
  UserCode(const UserCode&) = delete;

 private:
  Interpreter::State& state_;
  Driver* const before_;  // user code may run the loop, by force
};

// Runs an embedded Python file as a module. It is ours, so it cannot fail.
Ref LoadModule(const char* name, std::string_view source);

// True if `await object` is possible.
bool IsAwaitable(const Interpreter::State& state, PyObject* object);

}  // namespace kaspr::python
