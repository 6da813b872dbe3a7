#include "runtime/kafka/commit.h"

namespace kaspr::runtime {

uint64_t CommitWindow::Add(int64_t next_offset) {
  const std::lock_guard lock(mutex_);
  runs_.push_back({next_offset, State::kInFlight});
  ++in_flight_;
  return first_ + runs_.size() - 1;
}

void CommitWindow::Finish(uint64_t number, bool delivered) {
  const std::lock_guard lock(mutex_);
  runs_[number - first_].state = delivered ? State::kDelivered : State::kLost;
  --in_flight_;
  while (!runs_.empty() && runs_.front().state == State::kDelivered) {
    committable_ = runs_.front().next_offset;
    runs_.pop_front();
    ++first_;
  }
}

std::optional<int64_t> CommitWindow::committable() const {
  const std::lock_guard lock(mutex_);
  return committable_;
}

size_t CommitWindow::in_flight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_;
}

}  // namespace kaspr::runtime
