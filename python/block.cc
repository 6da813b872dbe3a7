#include "python/block.h"

#include <Python.h>
#include <fmt/format.h>

#include <string_view>

#include "base/check.h"

namespace kaspr::python {

namespace {

// True if `name` is among the names that `code`, or code nested in it, looks up.
bool Mentions(PyObject* code_object, std::string_view name) {
  auto* code = reinterpret_cast<PyCodeObject*>(code_object);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_names); ++i) {
    if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(code->co_names, i), name.data()) == 0) {
      return true;
    }
  }
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(code->co_consts); ++i) {
    PyObject* constant = PyTuple_GET_ITEM(code->co_consts, i);
    // Nesting is bounded by CPython's compiler.
    if (PyCode_Check(constant) && Mentions(constant, name)) return true;
  }
  return false;
}

bool SeesContext(PyObject* code) {
  for (const char* name : {"context", "globals", "locals", "vars", "dir", "eval", "exec"}) {
    if (Mentions(code, name)) return true;
  }
  return false;
}

bool IsFunctionOf(PyObject* object, PyObject* block_code) {
  if (!PyFunction_Check(object)) return false;
  auto* code = reinterpret_cast<PyCodeObject*>(PyFunction_GET_CODE(object));
  PyObject* file = reinterpret_cast<PyCodeObject*>(block_code)->co_filename;
  return PyUnicode_Compare(code->co_filename, file) == 0;
}

// PyObject_CallOneArg, but a function of Python is not asked how it is called.
PyObject* CallOneArg(PyObject* callable, PyObject* value) {
  if (!PyFunction_Check(callable)) return PyObject_CallOneArg(callable, value);
  PyObject* arguments[] = {nullptr, value};  // the first is the callee's to write to
  return reinterpret_cast<PyFunctionObject*>(callable)->vectorcall(
      callable, arguments + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
}

Activity MakeActivity(const ir::Function& function, std::string of) {
  const bool operation = function.role == ir::Role::kOperation;
  const std::string name = DescribeFunction(function);
  return {.code = operation ? Code::kOperationFailed : Code::kSelectorFailed,
          .failed = name + " failed",
          .where = operation ? fmt::format("in '{}'", function.name) : "in " + name,
          .operation = std::move(of),
          .place = function.map.scalar,
          .note = ""};
}

}  // namespace

Block::Block(Interpreter::State& state, const ir::Agent& agent, const ir::Function& function,
             const InitScope& scope, std::string operation)
    : state_(state),
      function_(function),
      scope_(scope),
      activity_(MakeActivity(function, std::move(operation))),
      code_(CompileBlock(agent, function)) {
  KASPR_CHECK(code_, "a function that was not checked");
  sees_context_ = SeesContext(code_.get());
}

PyObject* Block::globals() const {
  return function_.per_call || instances_.empty() ? nullptr : instances_.back().globals.get();
}

bool Block::RunOnce() {
  Instance instance;
  if (!Load({}, instance)) return false;
  instances_.push_back(std::move(instance));
  return true;
}

bool Block::Calling::Begin() {
  return block_.ready_ != nullptr ? Run(block_.ready_, {}) : BeginPrepared();
}

// The same where something has to be put in place before.
bool Block::Calling::BeginPrepared() {
  Ref context = block_.sees_context_ ? event_.NewContext() : Ref();
  if (block_.sees_context_ && !context) return true;
  const bool shared = block_.IsShared();
  if (!shared && !block_.Take(context, instance_)) return true;
  const Instance& instance = shared ? block_.instances_.back() : instance_;
  if (shared && !block_.SetContext(context, instance)) return true;
  return Run(instance.callable.get(), std::move(context));
}

// True: it has ended, and so has what it gave, if that is awaitable.
bool Block::Calling::Run(PyObject* callable, Ref context) {
  result_ = Ref::Own(CallOneArg(callable, value_));
  if (!result_ || !IsAwaitable(block_.state_, result_.get())) return true;
  const Instance& instance = instance_.callable ? instance_ : block_.instances_.back();
  waiting_.emplace(event_.driver(), std::move(result_), Ref::Share(instance.globals.get()),
                   std::move(context));
  return waiting_->await_ready();
}

void Block::Calling::Settle() {
  if (waiting_) result_ = waiting_->await_resume();
  if (instance_.callable) block_.Give(std::move(instance_));
}

Ref Block::CallNow(PyObject* value, CurrentEvent& event) {
  Calling calling = Call(value, event);
  const bool ready = calling.await_ready();
  KASPR_CHECK(ready, "a function that waits all the same");
  return calling.await_resume();
}

// Makes globals for a call, with `context`, or with init's if there is none. False: an exception is
// set.
bool Block::Take(const Ref& context, Instance& instance) {
  if (function_.per_call || instances_.empty()) return Load(context, instance);
  instance = std::move(instances_.back());
  instances_.pop_back();
  return SetContext(context, instance);
}

bool Block::SetContext(const Ref& context, const Instance& instance) {
  return !context ||
         PyDict_SetItem(instance.globals.get(), state_.context_name.get(), context.get()) == 0;
}

void Block::Give(Instance instance) {
  if (function_.per_call) return;
  if (function_.role == ir::Role::kOperation || instances_.empty()) {
    instances_.push_back(std::move(instance));
  }
  if (IsShared() && !sees_context_) ready_ = instances_.back().callable.get();
}

bool Block::Load(const Ref& context, Instance& instance) {
  Ref fresh = Ref::Own(PyDict_Copy(scope_.globals.get()));
  if (!fresh) return false;
  if (context && PyDict_SetItem(fresh.get(), state_.context_name.get(), context.get()) < 0) {
    return false;
  }
  Ref done = Ref::Own(PyEval_EvalCode(code_.get(), fresh.get(), fresh.get()));
  if (!done) return false;
  instance.callable =
      Ref::Share(ChooseFunction(function_, fresh.get(), scope_.globals.get(), code_.get()));
  if (!instance.callable) return false;
  instance.globals = std::move(fresh);
  return true;
}

Ref CompileBlock(const ir::Agent& agent, const ir::Function& function) {
  const std::string file = BlockFileName(agent, function);
  Ref name =
      Ref::Own(PyUnicode_DecodeUTF8(file.data(), static_cast<Py_ssize_t>(file.size()), "replace"));
  if (!name) return name;
  PyCompilerFlags flags{PyCF_SOURCE_IS_UTF8 | PyCF_IGNORE_COOKIE, PY_MINOR_VERSION};
  return Ref::Own(
      Py_CompileStringObject(function.text.c_str(), name.get(), Py_file_input, &flags, -1));
}

PyObject* ChooseFunction(const ir::Function& function, PyObject* globals, PyObject* before,
                         PyObject* code) {
  if (!function.entrypoint.empty()) {
    PyObject* chosen = PyDict_GetItemString(globals, function.entrypoint.c_str());
    if (chosen == nullptr) {
      PyErr_Format(PyExc_NameError, "the block does not define '%s'", function.entrypoint.c_str());
    }
    return chosen;
  }
  PyObject* first_callable = nullptr;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t position = 0;
  while (PyDict_Next(globals, &position, &key, &value)) {
    if (PyDict_GetItem(before, key) == value || !PyCallable_Check(value)) continue;
    if (IsFunctionOf(value, code)) return value;
    if (first_callable == nullptr) first_callable = value;
  }
  if (first_callable == nullptr) {
    PyErr_SetString(PyExc_TypeError, "the block defines no function to call");
  }
  return first_callable;
}

}  // namespace kaspr::python
