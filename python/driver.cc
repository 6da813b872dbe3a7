#include "python/driver.h"

#include <Python.h>

#include "base/check.h"

namespace kaspr::python {

namespace {

// How long code that was cut short may clean up.
constexpr auto kGrace = std::chrono::milliseconds(50);
// How often code that waits gets the exception that should end it.
constexpr int kMostThrows = 1000;
// How long a task of user code may keep the loop from one whose time is over.
constexpr auto kHeldUp = std::chrono::seconds(1);

struct DriverObject {
  PyObject_HEAD Driver* driver;  // null once it is gone
};

Driver* DriverOf(PyObject* self) {
  return reinterpret_cast<DriverObject*>(self)->driver;
}

PySendResult StepObject(PyObject* self, PyObject* sent, PyObject** out) {
  Driver* const driver = DriverOf(self);
  if (driver != nullptr && driver->runs()) {
    PyErr_SetString(PyExc_ValueError, "the agent's task is already running");
    return PYGEN_ERROR;
  }
  Ref yielded;
  if (driver != nullptr && driver->Step(sent, yielded)) {
    *out = yielded.Release();
    return PYGEN_NEXT;
  }
  PyErr_Clear();
  *out = Py_NewRef(Py_None);
  return PYGEN_RETURN;
}

// One step, as Python's methods give its result.
PyObject* StepMethod(PyObject* self, PyObject* sent) {
  PyObject* out = nullptr;
  if (StepObject(self, sent, &out) != PYGEN_RETURN) return out;
  Py_DECREF(out);
  PyErr_SetNone(PyExc_StopIteration);
  return nullptr;
}

PyObject* Next(PyObject* self) {
  return StepMethod(self, Py_None);
}

PyObject* Send(PyObject* self, PyObject* value) {
  return StepMethod(self, value);
}

PyObject* Throw(PyObject* self, PyObject* arguments) {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  if (!PyArg_UnpackTuple(arguments, "throw", 1, 3, &type, &value, &traceback)) return nullptr;
  if (PyExceptionInstance_Check(type)) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(type)), type);
  } else {
    PyErr_SetObject(type, value);
  }
  return StepMethod(self, nullptr);
}

// The loop's task is let go of at the end, with the body where it is.
PyObject* Close(PyObject*, PyObject*) {
  return Py_NewRef(Py_None);
}

PyObject* Cancelled(PyObject* self, PyObject*) {
  if (DriverOf(self) != nullptr) DriverOf(self)->NoteCancel();
  return Py_NewRef(Py_None);
}

// With these it is a coroutine to asyncio, whose task calls it without anything in between.
PyMethodDef methods[] = {{"send", Send, METH_O, nullptr},
                         {"throw", Throw, METH_VARARGS, nullptr},
                         {"close", Close, METH_NOARGS, nullptr},
                         {"cancelled", Cancelled, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};

// The value of a StopIteration that is set.
Ref TakeStopValue() {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  const Ref owners[] = {Ref::Own(type), Ref::Own(value), Ref::Own(traceback)};
  return Ref::Own(PyObject_GetAttrString(value, "value"));
}

}  // namespace

Ref MakeDriverType() {
  PyType_Slot slots[] = {{Py_am_await, reinterpret_cast<void*>(PyObject_SelfIter)},
                         {Py_am_send, reinterpret_cast<void*>(StepObject)},
                         {Py_tp_iter, reinterpret_cast<void*>(PyObject_SelfIter)},
                         {Py_tp_iternext, reinterpret_cast<void*>(Next)},
                         {Py_tp_methods, methods},
                         {0, nullptr}};
  PyType_Spec spec{.name = "_kaspr_lane.Driver",
                   .basicsize = sizeof(DriverObject),
                   .itemsize = 0,
                   .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                   .slots = slots};
  return Ref::Own(PyType_FromSpec(&spec));
}

Driver::Driver(Interpreter::State& state, Body body) : state_(state), body_(std::move(body)) {
  state_.AddDriver(this);
}

Driver::~Driver() {
  state_.RemoveDriver(this);
  if (!object_) return;
  reinterpret_cast<DriverObject*>(object_.get())->driver = nullptr;
  // It goes while it waits, and that is meant.
  PyObject_SetAttrString(asyncio_task_.get(), "_log_destroy_pending", Py_False);
}

void Driver::Start() {
  auto* type = reinterpret_cast<PyTypeObject*>(state_.driver_type.get());
  object_ = Ref::Own(PyType_GenericAlloc(type, 0));
  KASPR_CHECK(object_, "no memory for a driver");
  reinterpret_cast<DriverObject*>(object_.get())->driver = this;
  asyncio_task_ =
      Ref::Own(PyObject_CallMethod(state_.lane_module.get(), "start", "O", object_.get()));
  KASPR_CHECK(asyncio_task_, "no task for a driver");
}

bool Driver::Step(PyObject* sent, Ref& yielded) {
  UserCode user_code(state_, *this);
  if (!started_) {
    started_ = true;
    PyErr_Clear();  // cancelled before it began: it begins all the same
    task_ = body_(*this);
  } else if (waiting_ == nullptr) {
    PyErr_Clear();
    Resume();
  } else if (sent != nullptr ? waiting_->Send(sent) : waiting_->Throw()) {
    Resume();
  }
  if (task_.done()) return false;
  yielded = std::move(yielded_);
  return true;
}

void Driver::Resume() {
  waiting_ = nullptr;
  ResumeAll(std::exchange(resume_, nullptr));
}

void Driver::Turn::await_suspend(std::coroutine_handle<> caller) {
  driver.resume_ = caller;
  driver.yielded_ = Ref::Share(Py_None);
}

Driver::Awaiting::Awaiting(Driver& driver, Ref object, Ref globals, Ref context)
    : driver_(driver), globals_(std::move(globals)), context_(std::move(context)) {
  PyAsyncMethods* methods = Py_TYPE(object.get())->tp_as_async;
  if (PyCoro_CheckExact(object.get()) || methods == nullptr || methods->am_await == nullptr) {
    iterator_ = std::move(object);  // a coroutine, or a generator of @types.coroutine
  } else {
    iterator_ = Ref::Own(methods->am_await(object.get()));
    if (iterator_ && !PyIter_Check(iterator_.get())) {
      PyErr_Format(PyExc_TypeError, "__await__() returned non-iterator of type '%.100s'",
                   Py_TYPE(iterator_.get())->tp_name);
      iterator_ = {};
    }
  }
}

bool Driver::Awaiting::await_ready() {
  if (!iterator_ || Send(Py_None)) return true;
  return false;
}

void Driver::Awaiting::await_suspend(std::coroutine_handle<> caller) {
  driver_.waiting_ = this;
  driver_.resume_ = caller;
}

bool Driver::Awaiting::Send(PyObject* value) {
  if (context_ && PyDict_SetItemString(globals_.get(), "context", context_.get()) < 0) return true;
  PyObject* out = nullptr;
  switch (PyIter_Send(iterator_.get(), value, &out)) {
    case PYGEN_RETURN:
      result_ = Ref::Own(out);
      return true;
    case PYGEN_ERROR:
      return true;
    case PYGEN_NEXT:
      break;
  }
  driver_.yielded_ = Ref::Own(out);
  return Unwanted() ? Insist() : false;
}

bool Driver::Awaiting::Throw() {
  if (context_ && PyDict_SetItemString(globals_.get(), "context", context_.get()) < 0) return true;
  if (Unwanted()) {
    PyErr_Clear();
    return Insist();
  }
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  const Ref owners[] = {Ref::Own(type), Ref::Own(value), Ref::Own(traceback)};
  Ref yielded = Ref::Own(PyObject_CallMethod(iterator_.get(), "throw", "O", value));
  if (yielded) {
    driver_.yielded_ = std::move(yielded);
    return Unwanted() ? Insist() : false;
  }
  if (PyErr_ExceptionMatches(PyExc_StopIteration)) result_ = TakeStopValue();
  return true;
}

// Is it user code that should have ended?
bool Driver::Awaiting::Unwanted() const {
  return !pause_ && (driver_.cut_ || driver_.interrupted());
}

// Throws what should end it until it does, or does not want to.
bool Driver::Awaiting::Insist() {
  driver_.cut_ = true;
  for (int i = 0; i < kMostThrows; ++i) {
    driver_.SetReason();
    PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    const Ref owners[] = {Ref::Own(type), Ref::Own(value), Ref::Own(traceback)};
    const Ref yielded = Ref::Own(PyObject_CallMethod(iterator_.get(), "throw", "O", value));
    if (yielded) continue;
    if (PyErr_ExceptionMatches(PyExc_StopIteration)) result_ = TakeStopValue();
    return true;
  }
  driver_.SetReason();
  return true;
}

Task<bool> Driver::ForgetCancel() {
  cancelled_ = false;
  if (!Ref::Own(
          PyObject_CallMethod(state_.lane_module.get(), "uncancel", "O", asyncio_task_.get()))) {
    PyErr_Clear();
  }
  co_await TakeTurns();  // what asyncio still wants to throw comes now
  co_return true;
}

Task<bool> Driver::Pause(std::optional<Clock::time_point> until) {
  if (std::exchange(notified_, false)) co_return true;
  Ref seconds = Ref::Share(Py_None);
  if (until) {
    const auto left = std::chrono::duration<double>(*until - Clock::now()).count();
    if (left <= 0) co_return true;
    seconds = Ref::Own(PyFloat_FromDouble(left));
  }
  pause_ = Ref::Own(PyObject_CallMethod(state_.lane_module.get(), "pause", "O", seconds.get()));
  if (pause_) {
    Awaiting waiting(*this, Ref::Share(pause_.get()));
    waiting.pause_ = true;
    const Ref done = co_await waiting;
  }
  pause_ = {};
  notified_ = false;
  PyErr_Clear();
  co_return true;
}

void Driver::Notify() {
  notified_ = true;
  if (!pause_) return;
  if (!Ref::Own(PyObject_CallMethod(state_.lane_module.get(), "end", "O", pause_.get()))) {
    PyErr_Clear();
  }
}

void Driver::Begin(std::chrono::milliseconds limit) {
  in_user_code_ = true;
  if (interrupted()) state_.AskForCheck();  // what asked for it before may have been too early
  cut_ = false;
  if (limit.count() > 0) deadline_ = (Clock::now() + limit).time_since_epoch().count();
}

bool Driver::End() {
  const bool late = deadline_ != 0 && (cut_ || Overdue(Clock::now()));
  in_user_code_ = false;
  deadline_ = 0;
  return late;
}

bool Driver::FailIfOverdue() {
  if (!Overdue(Clock::now())) return false;
  SetReason();
  return true;
}

bool Driver::interrupted() const {
  return state_.interrupted;
}

Driver::Clock::time_point Driver::deadline() const {
  const Clock::rep deadline = deadline_;
  return deadline == 0 ? Clock::time_point::max() : Clock::time_point(Clock::duration(deadline));
}

bool Driver::Overdue(Clock::time_point now) const {
  return deadline() <= now;
}

bool Driver::IsHeldUp(Clock::time_point now) const {
  return waiting_ != nullptr && !cut_ && Overdue(now - kHeldUp);
}

void Driver::CutAwait() {
  if (waiting_ == nullptr || !asyncio_task_) return;
  cut_ = true;
  if (!Ref::Own(PyObject_CallMethod(state_.lane_module.get(), "cut", "O", asyncio_task_.get()))) {
    PyErr_Clear();
  }
}

bool Driver::Check() {
  if (!in_user_code_) return true;
  const Clock::time_point now = Clock::now();
  if (!interrupted() && !Overdue(now)) return true;
  state_.AskForCheck();  // the next one, too
  if (cut_ && now < grace_ends_) return true;
  if (!cut_) grace_ends_ = now + kGrace;
  cut_ = true;
  SetReason();
  return false;
}

void Driver::SetReason() {
  if (interrupted()) return PyErr_SetNone(PyExc_KeyboardInterrupt);
  PyErr_SetString(PyExc_TimeoutError, "it ran longer than 'kasprc.timeout' allows");
}

}  // namespace kaspr::python
