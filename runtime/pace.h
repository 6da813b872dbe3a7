#pragma once

// How many records of one agent may be in flight: as many as it finishes in a quarter of a second.
//
// Fast agents need thousands to be busy; a slow one that is given as many keeps whoever wants to
// stop, or to hand a partition on, waiting for all of them. So the limit follows what is seen: it
// doubles while records come through quickly and it is what holds them back, and shrinks when they
// take too long. A change shows only in records that were taken in after it, and only those may
// change it again. The poll thread takes, whoever delivers gives back.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>

namespace kaspr::runtime {

class Pace {
 public:
  using Clock = std::chrono::steady_clock;

  // How many more may be taken in.
  size_t room() const;

  void Take(size_t records);

  // Records that were taken in at `taken` are over.
  void Give(size_t records, Clock::time_point taken, Clock::time_point now);

  size_t limit() const { return limit_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kFirst = 32;
  static constexpr size_t kMost = 1'000'000;
  static constexpr auto kTarget = std::chrono::milliseconds(250);

  std::atomic<size_t> limit_{kFirst};
  std::atomic<size_t> in_flight_{0};
  std::mutex mutex_;
  Clock::time_point changed_{};
};

}  // namespace kaspr::runtime
