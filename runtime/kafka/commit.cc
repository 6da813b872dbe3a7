#include "runtime/kafka/commit.h"

#include <algorithm>

namespace kaspr::runtime {

uint64_t CommitWindow::Add(int64_t next_offset) {
  const std::lock_guard lock(mutex_);
  runs_.push_back({next_offset, std::nullopt});
  ++in_flight_;
  return first_ + runs_.size() - 1;
}

void CommitWindow::Finish(uint64_t number, int64_t delivered_before) {
  const std::lock_guard lock(mutex_);
  runs_[number - first_].delivered_before = delivered_before;
  --in_flight_;
  for (; !runs_.empty() && runs_.front().delivered_before; runs_.pop_front(), ++first_) {
    const Run& run = runs_.front();
    const int64_t offset = std::min(*run.delivered_before, run.next_offset);
    if (offset > committable_.value_or(0)) committable_ = offset;
    if (offset < run.next_offset) return;
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
