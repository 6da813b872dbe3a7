#pragma once

// The sends of a batch: staged event after event, handed on when there are too many of them to
// hold, or at once where the event waits for the delivery. On the lane's thread.

#include <atomic>
#include <memory>

#include "ir/kernel.h"
#include "python/driver.h"
#include "python/state.h"

namespace kaspr::python {

// Whatever returns false has set an exception.
class Staging {
 public:
  // With `undoable` nothing of an event is handed on before the event is done, but for what it
  // waits for; then what it may send is bounded.
  Staging(Driver& driver, ir::LaneWork& work, bool undoable)
      : driver_(driver), work_(work), undoable_(undoable) {}

  Driver& driver() { return driver_; }
  ir::LaneWork& work() { return work_; }
  value::Batch& batch() { return work_.batch(); }
  // A forced stop made delivery pointless, or the transport broke down and the batch will run
  // again: the event and those behind it are interrupted.
  bool stopped() const { return stopped_; }

  // Begins an event, or another attempt at it.
  void Begin();

  // Is there no room for a send of `size` bytes before Flush?
  bool Full(size_t size) const;
  // Copies the record in; a record of more than `most` bytes is an exception.
  bool Add(const value::Send& send, size_t most = value::kMaxRecordBytes);
  // Copies the record in and waits until it and all that is staged before it are delivered. A
  // record that could not be delivered is an exception.
  Task<bool> Deliver(value::Send send, size_t most, value::DeliveryReport& report);

  // Hands on what is staged, of this event and of those before it, and waits until what was handed
  // on before it is delivered: two parts are on their way at most.
  Task<bool> Flush();
  // Hands on what events that are done have staged, if there is something and nothing else of the
  // batch is on its way.
  void HandOn();

  // Stages what an event that needed no CPython sends: it lives as long as the batch, and is known
  // to fit.
  void AddPrepared(std::span<const value::Send> sends);

  // Forgets what the event staged and did not hand on.
  void Undo();

  size_t staged_bytes() { return batch().staged_bytes(); }

 private:
  // What was handed on. Its delivery may come after the batch is over.
  struct Part {
    std::atomic<bool> done = false;
    bool lost = false;
    value::DeliveryReport report;
  };
  using PartPtr = std::shared_ptr<Part>;

  PartPtr HandOn(bool report_last);
  Task<bool> Await(PartPtr part);
  bool Refuse(value::SendError error, size_t size, size_t most);

  Driver& driver_;
  ir::LaneWork& work_;
  const bool undoable_;
  size_t first_ = 0;  // of the event, in batch.sends
  size_t bytes_ = 0;  // of the event
  bool stopped_ = false;
  PartPtr before_;  // the part handed on last, if nobody waited for it
};

}  // namespace kaspr::python
