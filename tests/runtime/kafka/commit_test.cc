#include "runtime/kafka/commit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <vector>

namespace kaspr::runtime {
namespace {

constexpr int64_t kAll = std::numeric_limits<int64_t>::max();

TEST(CommitWindow, PassesWhatIsDeliveredInAnyOrder) {
  CommitWindow window;
  EXPECT_EQ(window.committable(), std::nullopt);
  const uint64_t first = window.Add(100), second = window.Add(200), third = window.Add(300);
  window.Finish(second, kAll);
  EXPECT_EQ(window.committable(), std::nullopt);
  window.Finish(first, kAll);
  EXPECT_EQ(window.committable(), 200);
  EXPECT_EQ(window.in_flight(), 1u);
  window.Finish(third, kAll);
  EXPECT_EQ(window.committable(), 300);
  EXPECT_EQ(window.in_flight(), 0u);
}

TEST(CommitWindow, NeverPassesWhatWasNotDelivered) {
  CommitWindow window;
  const uint64_t first = window.Add(10), second = window.Add(20), third = window.Add(30);
  window.Finish(first, kAll);
  window.Finish(second, 0);
  window.Finish(third, kAll);
  EXPECT_EQ(window.committable(), 10);
  EXPECT_EQ(window.in_flight(), 0u);
}

TEST(CommitWindow, GoesAsFarAsARunIsDelivered) {
  CommitWindow window;
  const uint64_t first = window.Add(10), second = window.Add(20), third = window.Add(30);
  window.Finish(second, 14);
  window.Finish(third, kAll);
  EXPECT_EQ(window.committable(), std::nullopt);
  window.Finish(first, kAll);
  EXPECT_EQ(window.committable(), 14);
  EXPECT_EQ(window.in_flight(), 0u);
}

// Offsets jump, as they do behind compaction and transactions; runs end in any order, and some are
// lost, or their ends: the window is always what a list of all runs says.
TEST(CommitWindow, AgreesWithAListOfAllRuns) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    CommitWindow window;
    struct Run {
      uint64_t number;
      int64_t begin, next_offset;
      std::optional<int64_t> delivered_before;  // none: it is in flight
    };
    std::vector<Run> runs;
    int64_t offset = 0;
    for (int step = 0; step < 100; ++step) {
      std::vector<Run*> open;
      for (Run& run : runs) {
        if (!run.delivered_before) open.push_back(&run);
      }
      if (open.empty() || random() % 2 == 0) {
        const int64_t begin = offset + random() % 20;
        offset = begin + 1 + random() % 50;
        runs.push_back({window.Add(offset), begin, offset, std::nullopt});
      } else {
        Run& run = *open[random() % open.size()];
        run.delivered_before = random() % 100 > 0 ? kAll
                               : random() % 2 > 0 ? 0
                                                  : run.begin + random() % 3;
        window.Finish(run.number, *run.delivered_before);
      }
      std::optional<int64_t> expected;
      for (const Run& run : runs) {
        if (run.delivered_before.value_or(0) > 0) {
          expected = std::min(*run.delivered_before, run.next_offset);
        }
        if (run.delivered_before.value_or(0) < run.next_offset) break;
      }
      ASSERT_EQ(window.committable(), expected);
    }
  }
}

}  // namespace
}  // namespace kaspr::runtime
