#include "runtime/kafka/commit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace kaspr::runtime {
namespace {

TEST(CommitWindow, PassesWhatIsDeliveredInAnyOrder) {
  CommitWindow window;
  EXPECT_EQ(window.committable(), std::nullopt);
  const uint64_t first = window.Add(100), second = window.Add(200), third = window.Add(300);
  window.Finish(second, true);
  EXPECT_EQ(window.committable(), std::nullopt);
  window.Finish(first, true);
  EXPECT_EQ(window.committable(), 200);
  EXPECT_EQ(window.in_flight(), 1u);
  window.Finish(third, true);
  EXPECT_EQ(window.committable(), 300);
  EXPECT_EQ(window.in_flight(), 0u);
}

TEST(CommitWindow, NeverPassesWhatWasNotDelivered) {
  CommitWindow window;
  const uint64_t first = window.Add(10), second = window.Add(20), third = window.Add(30);
  window.Finish(first, true);
  window.Finish(second, false);
  window.Finish(third, true);
  EXPECT_EQ(window.committable(), 10);
  EXPECT_EQ(window.in_flight(), 0u);
}

// Offsets jump, as they do behind compaction and transactions; runs end in any order and some are
// lost: the window is always what a list of all runs says.
TEST(CommitWindow, AgreesWithAListOfAllRuns) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    CommitWindow window;
    struct Run {
      uint64_t number;
      int64_t next_offset;
      int state;  // 0: in flight, 1: delivered, 2: lost
    };
    std::vector<Run> runs;
    int64_t offset = 0;
    for (int step = 0; step < 100; ++step) {
      std::vector<Run*> open;
      for (Run& run : runs) {
        if (run.state == 0) open.push_back(&run);
      }
      if (open.empty() || random() % 2 == 0) {
        offset += 1 + random() % 50;
        runs.push_back({window.Add(offset), offset, 0});
      } else {
        Run& run = *open[random() % open.size()];
        run.state = random() % 100 == 0 ? 2 : 1;
        window.Finish(run.number, run.state == 1);
      }
      std::optional<int64_t> expected;
      for (const Run& run : runs) {
        if (run.state != 1) break;
        expected = run.next_offset;
      }
      ASSERT_EQ(window.committable(), expected);
    }
  }
}

}  // namespace
}  // namespace kaspr::runtime
