#pragma once

// How much may be in flight, from the moment a batch is taken in until its last record is
// delivered. The poll thread takes, whoever delivers gives back, and that wakes the poll thread.

#include <atomic>
#include <cstddef>

#include "runtime/event_fd.h"

namespace kaspr::runtime {

class Credit {
 public:
  explicit Credit(size_t bytes) : limit_(bytes) {}

  // Below the limit? One more batch may then go over it, so that no batch is too large for ever.
  bool available() const { return used_.load(std::memory_order_relaxed) < limit_; }

  void Take(size_t bytes) {
    used_.fetch_add(bytes, std::memory_order_relaxed);
    batches_.fetch_add(1, std::memory_order_relaxed);
  }

  void Give(size_t bytes) {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
    batches_.fetch_sub(1, std::memory_order_release);
    freed_.Signal();
  }

  // Nothing is in flight. What was sent meanwhile is seen by whoever sees this.
  bool idle() const { return batches_.load(std::memory_order_acquire) == 0; }

  EventFd& freed() { return freed_; }

 private:
  const size_t limit_;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> batches_{0};
  EventFd freed_;
};

}  // namespace kaspr::runtime
