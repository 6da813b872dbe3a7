#include "python/staging.h"

#include <Python.h>
#include <fmt/format.h>

#include "base/render.h"
#include "python/channel.h"
#include "value/kafka.h"

namespace kaspr::python {

namespace {

// What an event may send where it has to be held until the event is done.
constexpr size_t kMostHeldSends = 1'000'000;
constexpr size_t kMostHeldBytes = 64 * 1024 * 1024;

// An exception that lane.py defines.
void Raise(Interpreter::State& state, const char* type_name, const std::string& message) {
  Ref type = Ref::Own(PyObject_GetAttrString(state.lane_module.get(), type_name));
  Ref text = Ref::Own(
      PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace"));
  if (type && text) PyErr_SetObject(type.get(), text.get());
}

}  // namespace

void Staging::Begin() {
  first_ = batch().sends.size();
  bytes_ = 0;
}

bool Staging::Full(size_t size) const {
  const size_t sends = work_.batch().sends.size() - first_;
  return !undoable_ && (sends >= ir::LaneWork::kMaxStagedSends ||
                        (sends > 0 && bytes_ + size > ir::LaneWork::kMaxStagedBytes));
}

bool Staging::Add(const value::Send& send, size_t most) {
  const size_t size = value::SizeOf(send);
  if (undoable_ && (batch().sends.size() - first_ >= kMostHeldSends || bytes_ > kMostHeldBytes)) {
    PyErr_Format(PyExc_MemoryError,
                 "an event of an agent with 'onError: retry' or 'stop' may send 1,000,000 records "
                 "and 64 MiB, not more");
    return false;
  }
  const std::optional<value::SendError> error = batch().Stage(send, most);
  if (error) return Refuse(*error, size, most);
  bytes_ += size;
  return true;
}

void Staging::AddPrepared(std::span<const value::Send> sends) {
  std::vector<value::Send>& staged = batch().sends;
  staged.insert(staged.end(), sends.begin(), sends.end());
}

Task<bool> Staging::Deliver(value::Send send, size_t most, value::DeliveryReport& report) {
  if (!Add(send, most)) co_return false;
  const PartPtr part = HandOn(true);
  PartPtr before = std::exchange(before_, nullptr);
  if (const bool delivered = co_await Await(std::move(before)); !delivered) co_return false;
  if (const bool delivered = co_await Await(part); !delivered) co_return false;
  report = part->report;
  if (report.error.empty()) co_return true;
  Raise(driver_.state(), "DeliveryError", report.error);
  co_return false;
}

Task<bool> Staging::Flush() {
  const PartPtr before = std::exchange(before_, HandOn(false));
  const bool delivered = co_await Await(before);
  co_return delivered;
}

void Staging::HandOn() {
  if (batch().sends.empty() || (before_ != nullptr && !before_->done)) return;
  before_ = HandOn(false);
}

Staging::PartPtr Staging::HandOn(bool report_last) {
  auto part = std::make_shared<Part>();
  work_.HandOn(report_last ? &part->report : nullptr,
               [part, driver = &driver_, state = &driver_.state()](bool lost) {
                 part->lost = lost;
                 part->done = true;
                 state->Post([state, driver] { state->Notify(driver); });
               });
  Begin();
  return part;
}

Task<bool> Staging::Await(PartPtr part) {
  while (part != nullptr && !part->done && !driver_.interrupted() && !driver_.cut()) {
    co_await driver_.Pause();
  }
  stopped_ = driver_.interrupted() || (part != nullptr && part->done && part->lost);
  if (stopped_) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  } else if (driver_.cut()) {
    driver_.SetReason();
  }
  co_return !stopped_ && !driver_.cut();
}

void Staging::Undo() {
  value::Batch& batch = work_.batch();
  for (size_t i = first_; i < batch.sends.size(); ++i) Drop(batch.sends[i].object);
  batch.Unstage(std::min(first_, batch.sends.size()));
  bytes_ = 0;
}

bool Staging::Refuse(value::SendError error, size_t size, size_t most) {
  switch (error) {
    case value::SendError::kTooLarge:
      Raise(driver_.state(), "MessageSizeTooLargeError",
            fmt::format("it has {} bytes, a topic takes {}", Grouped(size), Grouped(most)));
      break;
    case value::SendError::kNoKeyNoValue:
      PyErr_SetString(PyExc_ValueError, std::string(value::Describe(error)).c_str());
      break;
  }
  return false;
}

}  // namespace kaspr::python
