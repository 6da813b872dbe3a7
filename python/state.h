#pragma once

// What the lane's thread owns: its queue, the Python objects that every kernel needs, and whether
// user code may be cut short just now.
//
// A forced stop is a KeyboardInterrupt that CPython raises in the running code at its next check.
// It is raised only between Enter and Leave of user code, and again every few milliseconds if that
// code swallows it.

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

#include "python/codec.h"
#include "python/interpreter.h"
#include "python/object.h"

namespace kaspr::python {

struct Interpreter::State {
  pthread_t thread{};
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;  // guarded by mutex
  bool ready = false;                       // guarded by mutex
  bool stop = false;                        // guarded by mutex

  std::atomic<bool> interrupted = false;
  std::thread nudge;                   // of an interrupt
  std::atomic<int> loop_wake_fd = -1;  // an eventfd that the asyncio loop listens to

  // Of the lane's thread.
  bool in_user_code = false;
  bool cut = false;  // KeyboardInterrupt was raised since `cut` was last cleared
  std::chrono::steady_clock::time_point grace_ends{};
  std::unique_ptr<Codec> codec;
  Ref context_module;  // context.py
  Ref lane_module;     // lane.py
  Ref await;           // lane.py's run(awaitable)
  Ref check_agent;     // of check.py, once an app was checked
  Ref context_name;    // the interned strings "context", "__builtins__"
  Ref builtins_name;
  Ref builtins;
};

// Marks a stretch of user code of the lane's thread.
class UserCode {
 public:
  explicit UserCode(Interpreter::State& state) : state_(state) { state_.in_user_code = true; }
  ~UserCode() { state_.in_user_code = false; }
  UserCode(const UserCode&) = delete;

 private:
  Interpreter::State& state_;
};

// Runs an embedded Python file as a module. It is ours, so it cannot fail.
Ref LoadModule(const char* name, std::string_view source);

// True if `await object` is possible.
bool IsAwaitable(PyObject* object);

// The result of `await object`, on the lane's asyncio loop.
Ref Await(Interpreter::State& state, PyObject* object);

}  // namespace kaspr::python
