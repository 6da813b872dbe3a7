#include "python/interpreter.h"

#include <Python.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/check.h"
#include "python/state.h"

namespace kaspr::embedded {
extern const std::string_view k_context_py;
extern const std::string_view k_lane_py;
}  // namespace kaspr::embedded

namespace kaspr::python {

namespace {

// Deeply nested values and syntax trees recurse in C; CPython's own limit (1000) must come first.
constexpr size_t kStackSize = 64 * 1024 * 1024;
// How long code that was cut short may clean up.
constexpr auto kGrace = std::chrono::milliseconds(50);

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
  state.lane_module = LoadModule("_kaspr_lane", embedded::k_lane_py);
  state.context_name = Ref::Own(PyUnicode_InternFromString("context"));
  state.builtins_name = Ref::Own(PyUnicode_InternFromString("__builtins__"));
  state.builtins = Ref::Share(PyEval_GetBuiltins());
}

void DropHelpers(Interpreter::State& state) {
  if (Ref done = Ref::Own(PyObject_CallMethod(state.lane_module.get(), "close", nullptr)); !done) {
    PyErr_Clear();
  }
  state.loop_wake_fd = -1;
  state.codec.reset();
  state.context_module = {};
  state.lane_module = {};
  state.await = {};
  state.check_agent = {};
  state.context_name = {};
  state.builtins_name = {};
  state.builtins = {};
}

// The next task, or none when the lane is to stop. The GIL is let go only to wait.
std::function<void()> NextTask(Interpreter::State& state) {
  std::unique_lock lock(state.mutex);
  if (state.queue.empty() && !state.stop) {
    lock.unlock();
    PyThreadState* thread = PyEval_SaveThread();
    lock.lock();
    state.wake.wait(lock, [&] { return !state.queue.empty() || state.stop; });
    lock.unlock();
    PyEval_RestoreThread(thread);
    lock.lock();
  }
  if (state.queue.empty()) return nullptr;
  std::function<void()> task = std::move(state.queue.front());
  state.queue.pop_front();
  return task;
}

void* RunLane(void* argument) {
  auto& state = *static_cast<Interpreter::State*>(argument);
  StartPython();
  LoadHelpers(state);
  {
    std::lock_guard lock(state.mutex);
    state.ready = true;
  }
  state.wake.notify_all();
  while (std::function<void()> task = NextTask(state)) task();
  DropHelpers(state);
  Py_FinalizeEx();
  return nullptr;
}

void Enqueue(Interpreter::State& state, std::function<void()> task) {
  {
    std::lock_guard lock(state.mutex);
    state.queue.push_back(std::move(task));
  }
  state.wake.notify_all();
}

// CPython calls this at a check of the lane's thread, between two instructions of Python code. Code
// that swallows the first KeyboardInterrupt gets one at every check once its grace is over, so also
// where no handler of it stands.
int CutShort(void* argument) {
  auto& state = *static_cast<Interpreter::State*>(argument);
  if (!state.in_user_code) return 0;
  Py_AddPendingCall(CutShort, argument);
  const auto now = std::chrono::steady_clock::now();
  if (state.cut && now < state.grace_ends) return 0;
  if (!state.cut) state.grace_ends = now + kGrace;
  state.cut = true;
  PyErr_SetNone(PyExc_KeyboardInterrupt);
  return -1;
}

}  // namespace

Interpreter::Interpreter() : state_(std::make_unique<State>()) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  const int error = pthread_create(&state_->thread, &attributes, RunLane, state_.get());
  KASPR_CHECK(error == 0, "no thread for CPython");
  pthread_attr_destroy(&attributes);
  std::unique_lock lock(state_->mutex);
  state_->wake.wait(lock, [&] { return state_->ready; });
}

Interpreter::~Interpreter() {
  if (state_->nudge.joinable()) state_->nudge.join();
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->wake.notify_all();
  pthread_join(state_->thread, nullptr);
}

void Interpreter::Call(const std::function<void()>& task) {
  if (pthread_equal(pthread_self(), state_->thread)) return task();
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
  Enqueue(*state_, [&] {
    task();
    std::lock_guard lock(mutex);
    finished = true;
    done.notify_one();
  });
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished; });
}

void Interpreter::Submit(ir::Kernel& kernel, value::Batch& batch, ir::Emitter& emitter,
                         std::function<void()> done) {
  Enqueue(*state_, [&kernel, &batch, &emitter, done = std::move(done)] {
    kernel.Run(batch, emitter);
    done();
  });
}

void Interpreter::Interrupt() {
  // Whoever starts user code looks at the flag first, so the first call is enough.
  if (state_->interrupted.exchange(true)) return;
  Py_AddPendingCall(CutShort, state_.get());
  // CPython looks for pending calls of other threads only when something else makes it look: a
  // thread that asks for the GIL does. It may have to wait, so it is one of its own.
  state_->nudge = std::thread([] { PyGILState_Release(PyGILState_Ensure()); });
  if (const int fd = state_->loop_wake_fd; fd >= 0) {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(fd, &one, sizeof one);
  }
}

Ref LoadModule(const char* name, std::string_view source) {
  const std::string text(source);
  Ref code = Ref::Own(Py_CompileString(text.c_str(), name, Py_file_input));
  Ref module = Ref::Own(code ? PyImport_ExecCodeModule(name, code.get()) : nullptr);
  if (!module) PyErr_Print();
  KASPR_CHECK(module, name);
  return module;
}

bool IsAwaitable(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  if (type->tp_as_async != nullptr && type->tp_as_async->am_await != nullptr) return true;
  if (!PyGen_CheckExact(object)) return false;
  // A generator of @types.coroutine.
  Ref code = Ref::Own(PyObject_GetAttrString(object, "gi_code"));
  if (!code) {
    PyErr_Clear();
    return false;
  }
  return (reinterpret_cast<PyCodeObject*>(code.get())->co_flags & CO_ITERABLE_COROUTINE) != 0;
}

Ref Await(Interpreter::State& state, PyObject* object) {
  if (!state.await) {
    Ref loop = Ref::Own(PyObject_CallMethod(state.lane_module.get(), "open", nullptr));
    if (!loop) return loop;
    state.loop_wake_fd = static_cast<int>(PyLong_AsLong(PyTuple_GET_ITEM(loop.get(), 1)));
    state.await = Ref::Share(PyTuple_GET_ITEM(loop.get(), 0));
    // A stop that came before the eventfd did: its pending call is seen by the loop's first step.
  }
  return Ref::Own(PyObject_CallOneArg(state.await.get(), object));
}

}  // namespace kaspr::python
