#pragma once

// The sends of the running event: staged in its batch, handed on when there are too many of them to
// hold, or at once where the event waits for the delivery. On the lane's thread.

#include "ir/kernel.h"
#include "python/state.h"

namespace kaspr::python {

// Whatever returns false has set an exception: when a forced stop made delivery pointless, a
// KeyboardInterrupt.
class Staging {
 public:
  Staging(Interpreter::State& state, value::Batch& batch, ir::Emitter& emitter)
      : state_(state), batch_(batch), emitter_(emitter), first_(batch.sends.size()) {}

  value::Batch& batch() { return batch_; }
  bool stopped() const { return stopped_; }

  // Copies the record in.
  bool Add(const value::Send& send);

  // Copies the record in and waits, with the GIL let go, until it and all that is staged before it
  // are delivered. A record that could not be delivered is an exception.
  bool Deliver(const value::Send& send, value::DeliveryReport& report);

  // Hands on what is staged, of this event and of those before it.
  bool Flush();

  // Forgets what the event staged and did not hand on.
  void Undo();

 private:
  bool Emit(const std::function<bool()>& emit);
  bool Refuse(value::SendError error, size_t size);

  Interpreter::State& state_;
  value::Batch& batch_;
  ir::Emitter& emitter_;
  size_t first_;  // of the event, in batch.sends
  size_t bytes_ = 0;
  bool stopped_ = false;
};

}  // namespace kaspr::python
