#pragma once

// Which offset of a partition may be committed.
//
//   fetched 0..99 (number 0), 100..199 (1), 200..299 (2); 1 and then 0 are delivered
//   -> the offset 200 may be committed
//
// One window per partition and assignment: what is reported of an assignment that is over reaches
// its own window and nothing else. Fetched runs are numbered, not offsets, so the gaps that
// compaction and transactions leave do no harm. Thread safe.

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

namespace kaspr::runtime {

class CommitWindow {
 public:
  // A run whose last offset is before `next_offset` was fetched; its number. In order of offsets.
  uint64_t Add(int64_t next_offset);

  // Run `number` is over, and delivered as far as this offset. What was not delivered is never
  // passed.
  void Finish(uint64_t number, int64_t delivered_before);

  // Everything before this offset is delivered; nothing while nothing is known.
  std::optional<int64_t> committable() const;

  size_t in_flight() const;

 private:
  struct Run {
    int64_t next_offset;
    std::optional<int64_t> delivered_before;  // once it is over
  };

  mutable std::mutex mutex_;
  std::deque<Run> runs_;
  uint64_t first_ = 0;  // the number of runs_.front()
  size_t in_flight_ = 0;
  std::optional<int64_t> committable_;
};

}  // namespace kaspr::runtime
