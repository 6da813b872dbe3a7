#pragma once

// Where records go: the transport's writing half.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>

#include "value/event.h"

namespace kaspr::runtime {

// What became of the records of a batch.
struct Delivered {
  std::string error;  // the first failure of the world, which ends the run; "": none
  bool lost = false;  // the sink broke down: what was in flight must be run again
  // The offset of the first record of the batch, as it was taken in, that did not run: whoever
  // reads it next will run it. 0: that is not known.
  int64_t dropped_from = std::numeric_limits<int64_t>::max();
  uint64_t refused = 0;  // records that the transport will never take, whoever sends them
  std::string refusal;   // why, of the first one

  // Before this offset, all of it is where it should be, or never will be.
  int64_t complete_before() const { return error.empty() && !lost ? dropped_from : 0; }
};

// Counts what a batch still waits for, outside of the batch's memory, which may be gone by the time
// the last record is delivered. Starts at one, for whoever started it; the thread that brings it to
// zero calls `done`, and that is the end of it: nobody else owns a Delivery, a transport may keep
// its address with each record. Thread safe.
class Delivery {
 public:
  static Delivery& Start(std::function<void(const Delivered&)> done) {
    return *new Delivery(std::move(done));
  }

  void Add(int64_t count = 1) { pending_.fetch_add(count, std::memory_order_relaxed); }

  // Each ends one of the count.
  void Done() {
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    done_(delivered_);
    delete this;
  }
  void Done(const Delivered& part) {
    {
      const std::lock_guard lock(mutex_);
      if (delivered_.error.empty()) delivered_.error = part.error;
      if (delivered_.refusal.empty()) delivered_.refusal = part.refusal;
      delivered_.refused += part.refused;
      delivered_.lost |= part.lost;
      delivered_.dropped_from = std::min(delivered_.dropped_from, part.dropped_from);
    }
    Done();
  }
  void Fail(std::string error) { Done({.error = std::move(error), .refusal = {}}); }
  void Refuse(std::string why) { Done({.error = {}, .refused = 1, .refusal = std::move(why)}); }
  void Lose() { Done({.error = {}, .lost = true, .refusal = {}}); }
  void Drop(int64_t offset) { Done({.error = {}, .dropped_from = offset, .refusal = {}}); }

 private:
  explicit Delivery(std::function<void(const Delivered&)> done) : done_(std::move(done)) {}
  ~Delivery() = default;

  std::atomic<int64_t> pending_{1};
  std::mutex mutex_;
  Delivered delivered_;
  std::function<void(const Delivered&)> done_;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Takes a copy of the record and ends one count of the delivery exactly once: when the record is
  // written for good, or with what keeps it from being so. If `send.report` is set it is filled in
  // before that, and says why the record failed or was refused in place of the delivery, which is
  // then ended as if all were well; only a loss is not the report's. A record that the transport
  // will never take is refused, but fails if it is required. `topic` is where to write; of
  // `send.topic` only counts whether it was chosen for this record, for then a topic that is not
  // there is the record's mistake and not the world's. Records of one calling thread and partition
  // keep their order. May wait while the transport has no room. Thread safe.
  virtual void Send(std::string_view topic, const value::Send& send, Delivery& delivery) = 0;

  // Hands on what is held back for the sake of larger writes. "" or the first error. Thread safe.
  virtual std::string Flush() = 0;

  // The last call: what is not delivered by now is given up, so that no count is left open. "" or
  // the first error. Poll thread.
  virtual std::string Close() = 0;

  // Begins anew after a delivery was lost. Poll thread, while nothing is in flight. "" or why not.
  virtual std::string Reopen() = 0;
};

}  // namespace kaspr::runtime
