#include "runtime/pace.h"

#include <algorithm>

namespace kaspr::runtime {

size_t Pace::room() const {
  const size_t limit = limit_.load(std::memory_order_relaxed);
  const size_t taken = in_flight_.load(std::memory_order_relaxed);
  return taken < limit ? limit - taken : 0;
}

void Pace::Take(size_t records) {
  in_flight_.fetch_add(records, std::memory_order_relaxed);
}

void Pace::Give(size_t records, Clock::time_point taken, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const size_t in_flight = in_flight_.fetch_sub(records, std::memory_order_relaxed);
  if (taken < changed_) return;
  const size_t limit = limit_.load(std::memory_order_relaxed);
  const auto lasted = now - taken;
  size_t next = limit;
  if (lasted > kTarget) {
    const double share = std::chrono::duration<double>(kTarget) / lasted;
    next = std::max<size_t>(static_cast<size_t>(static_cast<double>(limit) * share), 1);
  } else if (lasted < kTarget / 2 && in_flight >= limit / 2) {
    next = std::min(limit * 2, kMost);
  }
  if (next == limit) return;
  limit_.store(next, std::memory_order_relaxed);
  changed_ = now;
}

}  // namespace kaspr::runtime
