#include "jit/early.h"

namespace kaspr::jit {

namespace {

int64_t Nanoseconds(EarlyGain::Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

// The mean of what was measured, of which the latest counts an eighth.
void Average(double& mean, EarlyGain::Clock::duration time) {
  const auto measured = static_cast<double>(Nanoseconds(time));
  mean = mean == 0 ? measured : mean + (measured - mean) / 8;
}

}  // namespace

void EarlyGain::AddAsked(Clock::duration time, bool dropped) {
  asking_ += Nanoseconds(time);
  dropped_ += dropped;
  if (++asked_ == kEnough) Decide();
}

void EarlyGain::AddSpared(Clock::duration all, Clock::duration filter) {
  Average(spared_, all);
  Average(filter_, filter);
}

// Whoever is kept was asked, and need not be asked again.
void EarlyGain::Decide() {
  const double costs = static_cast<double>(asking_);
  const double spares = dropped_ * spared_ + (asked_ - dropped_) * filter_;
  pays_ = dropped_ == asked_ || spares >= costs;
  asked_ = dropped_ = 0;
  asking_ = 0;
}

}  // namespace kaspr::jit
