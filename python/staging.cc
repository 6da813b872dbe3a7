#include "python/staging.h"

#include <Python.h>
#include <fmt/format.h>

#include "base/render.h"
#include "value/kafka.h"

namespace kaspr::python {

namespace {

// An exception that lane.py defines.
void Raise(Interpreter::State& state, const char* type_name, const std::string& message) {
  Ref type = Ref::Own(PyObject_GetAttrString(state.lane_module.get(), type_name));
  Ref text = Ref::Own(
      PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace"));
  if (type && text) PyErr_SetObject(type.get(), text.get());
}

}  // namespace

bool Staging::Add(const value::Send& send) {
  const size_t size = value::SizeOf(send);
  const size_t sends = batch_.sends.size() - first_;
  if (sends >= ir::Emitter::kMaxStagedSends ||
      (sends > 0 && bytes_ + size > ir::Emitter::kMaxStagedBytes)) {
    if (!Flush()) return false;
  }
  const std::optional<value::SendError> error = batch_.Stage(send);
  if (error) return Refuse(*error, size);
  bytes_ += size;
  return true;
}

bool Staging::Deliver(const value::Send& send, value::DeliveryReport& report) {
  if (!Add(send) || !Emit([&] { return emitter_.Acknowledge(batch_, report); })) return false;
  if (report.error.empty()) return true;
  Raise(state_, "DeliveryError", report.error);
  return false;
}

bool Staging::Flush() {
  return Emit([&] { return emitter_.Flush(batch_); });
}

bool Staging::Emit(const std::function<bool()>& emit) {
  PyThreadState* thread = PyEval_SaveThread();  // it may take long
  stopped_ = !emit();
  PyEval_RestoreThread(thread);
  first_ = bytes_ = 0;
  if (stopped_) PyErr_SetNone(PyExc_KeyboardInterrupt);
  return !stopped_;
}

void Staging::Undo() {
  batch_.Unstage(std::min(first_, batch_.sends.size()));
}

bool Staging::Refuse(value::SendError error, size_t size) {
  switch (error) {
    case value::SendError::kTooLarge:
      Raise(state_, "MessageSizeTooLargeError",
            fmt::format("it has {} bytes, a topic takes {}", Grouped(size),
                        Grouped(value::kMaxRecordBytes)));
      break;
    case value::SendError::kNoKeyNoValue:
      PyErr_SetString(PyExc_ValueError, std::string(value::Describe(error)).c_str());
      break;
  }
  return false;
}

}  // namespace kaspr::python
