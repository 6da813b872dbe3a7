#include "python/interpreter.h"

#include <Python.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "base/check.h"
#include "python/driver.h"
#include "python/state.h"

namespace kaspr::embedded {
extern const std::string_view k_context_py;
extern const std::string_view k_lane_py;
}  // namespace kaspr::embedded

namespace kaspr::python {

namespace {

// Deeply nested values and syntax trees recurse in C; CPython's own limit (1000) must come first.
constexpr size_t kStackSize = 64 * 1024 * 1024;

// The lane's own CPython: nothing of the environment or the user's home takes part, signals belong
// to the process.
void StartPython() {
  PyPreConfig preconfig;
  PyPreConfig_InitIsolatedConfig(&preconfig);
  preconfig.utf8_mode = 1;
#ifdef __SANITIZE_ADDRESS__
  preconfig.allocator = PYMEM_ALLOCATOR_MALLOC;  // so that it sees Python's memory
#endif
  PyStatus status = Py_PreInitialize(&preconfig);
  KASPR_CHECK(!PyStatus_Exception(status), "CPython does not start");
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.pathconfig_warnings = 0;
  // Said once, at check, with a place; see check.py.
  PyWideStringList_Append(&config.warnoptions, L"ignore::SyntaxWarning");
  PyConfig_SetBytesString(&config, &config.program_name, KASPR_PYTHON_PREFIX "/bin/python3");
  status = Py_InitializeFromConfig(&config);
  KASPR_CHECK(!PyStatus_Exception(status), "CPython does not start");
  PyConfig_Clear(&config);
  const int done = PyRun_SimpleString("import sys; sys.stdout = sys.__stdout__ = sys.stderr");
  KASPR_CHECK(done == 0, "CPython does not start");
}

void LoadHelpers(Interpreter::State& state) {
  state.codec = std::make_unique<Codec>();
  state.context_module = LoadModule("_kaspr_context", embedded::k_context_py);
  state.context_name = Ref::Own(PyUnicode_InternFromString("context"));
  state.code_name = Ref::Own(PyUnicode_InternFromString("gi_code"));
  state.builtins_name = Ref::Own(PyUnicode_InternFromString("__builtins__"));
  state.builtins = Ref::Share(PyEval_GetBuiltins());
}

void DropHelpers(Interpreter::State& state) {
  if (state.lane_module) {
    if (!Ref::Own(PyObject_CallMethod(state.lane_module.get(), "close", nullptr))) PyErr_Clear();
  }
  state.codec.reset();
  state.pure.reset();
  state.context_module = {};
  state.lane_module = {};
  state.driver_type = {};
  state.check_agent = {};
  state.translate_agent = {};
  state.primitives = {};
  state.context_name = {};
  state.code_name = {};
  state.builtins_name = {};
  state.builtins = {};
}

// The next task, or none when there is none; `stop`: nor will there be one.
std::function<void()> TakeTask(Interpreter::State& state, bool& stop) {
  const std::lock_guard lock(state.mutex);
  stop = state.stop && state.queue.empty();
  if (state.queue.empty()) {
    state.waking = false;
    return nullptr;
  }
  std::function<void()> task = std::move(state.queue.front());
  state.queue.pop_front();
  return task;
}

// Waits with the GIL let go.
void WaitForTask(Interpreter::State& state) {
  PyThreadState* thread = PyEval_SaveThread();
  pollfd wake{.fd = state.wake, .events = POLLIN, .revents = 0};
  poll(&wake, 1, -1);
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t size = read(state.wake, &count, sizeof count);
  PyEval_RestoreThread(thread);
}

// What the loop does when it is woken.
PyObject* WorkOff(PyObject* capsule, PyObject*) {
  auto& state = *static_cast<Interpreter::State*>(PyCapsule_GetPointer(capsule, nullptr));
  bool stop = false;
  while (const std::function<void()> task = TakeTask(state, stop)) task();
  if (stop) return PyObject_CallMethod(state.lane_module.get(), "stop", nullptr);
  return Py_NewRef(Py_None);
}

PyMethodDef work_off = {"work_off", WorkOff, METH_NOARGS, nullptr};

void* RunLane(void* argument) {
  auto& state = *static_cast<Interpreter::State*>(argument);
  StartPython();
  LoadHelpers(state);
  {
    std::lock_guard lock(state.mutex);
    state.ready = true;
  }
  state.changed.notify_all();
  for (bool stop = false; !stop;) {
    while (const std::function<void()> task = TakeTask(state, stop)) {
      task();
      if (state.looping) break;
    }
    if (state.looping) {
      const Ref done = Ref::Own(PyObject_CallMethod(state.lane_module.get(), "run", nullptr));
      KASPR_CHECK(done, "the lane's loop ended");
      break;
    }
    if (!stop) WaitForTask(state);
  }
  DropHelpers(state);
  Py_FinalizeEx();
  return nullptr;
}

// Should a driver end that waits, and cannot because something else does not let the loop go on?
bool IsHeldUp(const Interpreter::State& state) {
  if (state.interrupted) return true;
  const auto now = Driver::Clock::now();
  return std::any_of(state.drivers.begin(), state.drivers.end(),
                     [&](const Driver* driver) { return driver->IsHeldUp(now); });
}

// Ends the task of user code that runs, if it is one, with an exception, and after a while with
// another one, if it swallows that.
int EndTask(Interpreter::State& state) {
  constexpr auto kAgain = std::chrono::milliseconds(50);
  const auto now = Driver::Clock::now();
  state.AskForCheck();
  if (now < state.task_ended + kAgain) return 0;
  state.task_ended = now;
  return Ref::Own(PyObject_CallMethod(state.lane_module.get(), "end_task", "i",
                                      state.interrupted ? 1 : 0))
             ? 0
             : -1;
}

// CPython calls this at a check of the lane's thread, between two instructions of Python code.
int EndUserCode(void* argument) {
  auto& state = *static_cast<Interpreter::State*>(argument);
  if (state.running != nullptr) return state.running->Check() ? 0 : -1;
  return state.looping && IsHeldUp(state) ? EndTask(state) : 0;
}

// CPython looks for pending calls of other threads only when something else makes it look: a thread
// that asks for the GIL does.
void Nudge() {
  PyGILState_Release(PyGILState_Ensure());
}

// The thread of the watchdog: when a deadline passes, and every few milliseconds as long as it has
// no effect, whoever runs too long is told.
void WatchDrivers(Interpreter::State& state) {
  constexpr auto kAgain = std::chrono::milliseconds(50);
  std::unique_lock lock(state.drivers_mutex);
  while (state.watching) {
    const auto now = Driver::Clock::now();
    auto next = now + std::chrono::seconds(1);  // a deadline that is set later is seen in time by
    bool overdue = false;                       // whoever looks at what is a second away at most
    for (const Driver* driver : state.drivers) {
      overdue |= driver->Overdue(now);
      next = std::min(next, driver->Overdue(now) ? now + kAgain : driver->deadline());
    }
    if (overdue) {
      lock.unlock();
      state.AskForCheck();
      Nudge();
      state.Post([&state] {
        const std::vector<Driver*> drivers = state.drivers;
        for (Driver* driver : drivers) {
          if (driver->Overdue(Driver::Clock::now())) driver->CutAwait();
        }
      });
      lock.lock();
    }
    state.drivers_changed.wait_until(lock, next);
  }
}

}  // namespace

void Interpreter::State::OpenLoop() {
  if (looping) return;
  lane_module = LoadModule("_kaspr_lane", embedded::k_lane_py);
  driver_type = MakeDriverType();
  const Ref capsule = Ref::Own(PyCapsule_New(this, nullptr, nullptr));
  const Ref work = Ref::Own(capsule ? PyCFunction_New(&work_off, capsule.get()) : nullptr);
  const Ref opened = Ref::Own(
      work ? PyObject_CallMethod(lane_module.get(), "open", "iO", wake, work.get()) : nullptr);
  KASPR_CHECK(driver_type && opened, "no loop for the lane");
  looping = true;
  const uint64_t one = 1;  // for what is queued already
  [[maybe_unused]] const ssize_t size = write(wake, &one, sizeof one);
}

void Interpreter::State::Post(std::function<void()> task) {
  bool woken = false;
  {
    const std::lock_guard lock(mutex);
    queue.push_back(std::move(task));
    woken = std::exchange(waking, true);
  }
  if (woken) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = write(wake, &one, sizeof one);
}

void Interpreter::State::AskForCheck() {
  Py_AddPendingCall(EndUserCode, this);
}

void Interpreter::State::AddDriver(Driver* driver) {
  const std::lock_guard lock(drivers_mutex);
  drivers.push_back(driver);
}

void Interpreter::State::RemoveDriver(Driver* driver) {
  const std::lock_guard lock(drivers_mutex);
  std::erase(drivers, driver);
}

void Interpreter::State::Notify(Driver* driver) {
  if (std::find(drivers.begin(), drivers.end(), driver) != drivers.end()) driver->Notify();
}

void Interpreter::State::Watch() {
  if (watchdog.joinable()) return;
  watching = true;
  watchdog = std::thread([this] { WatchDrivers(*this); });
}

Interpreter::Interpreter() : state_(std::make_unique<State>()) {
  state_->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  KASPR_CHECK(state_->wake >= 0, "no eventfd");
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  const int error = pthread_create(&state_->thread, &attributes, RunLane, state_.get());
  KASPR_CHECK(error == 0, "no thread for CPython");
  pthread_attr_destroy(&attributes);
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->ready; });
}

Interpreter::~Interpreter() {
  if (state_->nudge.joinable()) state_->nudge.join();
  if (state_->watchdog.joinable()) {
    {
      const std::lock_guard lock(state_->drivers_mutex);
      state_->watching = false;
    }
    state_->drivers_changed.notify_all();
    state_->watchdog.join();
  }
  state_->Post([state = state_.get()] {
    const std::lock_guard lock(state->mutex);
    state->stop = true;
  });
  pthread_join(state_->thread, nullptr);
  close(state_->wake);
}

void Interpreter::Call(const std::function<void()>& task) {
  if (pthread_equal(pthread_self(), state_->thread)) return task();
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  state_->Post([&] {
    task();
    std::lock_guard lock(mutex);
    finished = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished; });
}

void Interpreter::Interrupt() {
  // Whoever starts user code looks at the flag first, so the first call is enough.
  if (state_->interrupted.exchange(true)) return;
  state_->AskForCheck();
  state_->nudge = std::thread(Nudge);  // it may have to wait
  state_->Post([state = state_.get()] {
    const std::vector<Driver*> drivers = state->drivers;
    for (Driver* driver : drivers) driver->CutAwait();
  });
}

Ref LoadModule(const char* name, std::string_view source) {
  const std::string text(source);
  Ref code = Ref::Own(Py_CompileString(text.c_str(), name, Py_file_input));
  Ref module = Ref::Own(code ? PyImport_ExecCodeModule(name, code.get()) : nullptr);
  if (!module) PyErr_Print();
  KASPR_CHECK(module, name);
  return module;
}

bool IsAwaitable(const Interpreter::State& state, PyObject* object) {
  PyAsyncMethods* methods = Py_TYPE(object)->tp_as_async;  // generators have some, too
  if (methods == nullptr) return false;
  if (methods->am_await != nullptr) return true;
  if (!PyGen_CheckExact(object)) return false;
  // A generator of @types.coroutine.
  Ref code = Ref::Own(PyObject_GetAttr(object, state.code_name.get()));
  if (!code) {
    PyErr_Clear();
    return false;
  }
  return (reinterpret_cast<PyCodeObject*>(code.get())->co_flags & CO_ITERABLE_COROUTINE) != 0;
}

}  // namespace kaspr::python
