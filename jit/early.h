#pragma once

// Whether a filter is asked early: by what that costs and what it spares, as measured while it
// runs.
//
//   if (gain.Asks()) { ... }           // of each value that comes
//
// One value in kSampled is measured, also while the filter is not asked, so that it may be again.
// What is sent does not depend on it. One thread at a time.

#include <chrono>
#include <cstdint>

namespace kaspr::jit {

class EarlyGain {
 public:
  using Clock = std::chrono::steady_clock;

  // Of the next value: is the filter asked now? It is where it is measured, too.
  bool Asks() {
    measures_ = ++values_ % kSampled == 0;
    return measures_ || pays_;
  }
  bool measures() const { return measures_; }

  // Of a value that is measured: how long it took to ask, and whether the value was dropped.
  void AddAsked(Clock::duration time, bool dropped);
  // Of one that was not dropped: how long all took that is spared if one is, the filter itself
  // included, and the filter alone.
  void AddSpared(Clock::duration all, Clock::duration filter);

  bool pays() const { return pays_; }

 private:
  static constexpr uint32_t kSampled = 32;
  static constexpr uint32_t kEnough = 64;  // samples of a decision

  void Decide();

  uint32_t values_ = 0;
  bool measures_ = false;
  bool pays_ = true;
  // Since the last decision; nanoseconds.
  uint32_t asked_ = 0, dropped_ = 0;
  int64_t asking_ = 0;
  // Of those that were not dropped, over all decisions, the last ones counting most; nanoseconds.
  double spared_ = 0, filter_ = 0;
};

}  // namespace kaspr::jit
