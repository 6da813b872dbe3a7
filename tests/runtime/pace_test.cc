#include "runtime/pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

namespace kaspr::runtime {
namespace {

using std::chrono::microseconds;

// A server that is given as much as its pace allows, in batches of at most 1024.
class Server {
 public:
  // Works off many batches, each record in so much time.
  void Run(microseconds each) {
    for (int step = 0; step < 20'000; ++step) {
      while (const size_t room = std::min<size_t>(pace.room(), 1024)) {
        pace.Take(room);
        queue_.push_back({room, now_});
        in_flight += room;
      }
      const Batch batch = queue_.front();
      queue_.pop_front();
      now_ += each * batch.records;
      lasted = std::chrono::duration<double>(now_ - batch.taken).count();
      if (step + 1 < 20'000) in_flight -= batch.records;
      pace.Give(batch.records, batch.taken, now_);
    }
  }

  Pace pace;
  size_t in_flight = 0;  // before the last batch was over
  double lasted = 0;     // seconds, of the last batch

 private:
  struct Batch {
    size_t records;
    Pace::Clock::time_point taken;
  };
  std::deque<Batch> queue_;
  Pace::Clock::time_point now_{};
};

TEST(Pace, KeepsWhatIsDoneInAQuarterOfASecond) {
  for (const int each : {3, 50, 1000, 20'000}) {
    Server server;
    server.Run(microseconds(each));
    EXPECT_LE(server.lasted, 0.4) << each;
    EXPECT_GE(server.in_flight * static_cast<size_t>(each), 60'000u) << each;
  }
}

TEST(Pace, FollowsAnAgentThatBecomesSlowOrFast) {
  Server server;
  server.Run(microseconds(3));
  EXPECT_GT(server.pace.limit(), 10'000u);
  server.Run(microseconds(100'000));
  EXPECT_LE(server.pace.limit(), 4u);
  server.Run(microseconds(3));
  EXPECT_GT(server.pace.limit(), 10'000u);
}

TEST(Pace, NeverStopsAltogether) {
  Server server;
  server.Run(std::chrono::seconds(10));
  EXPECT_EQ(server.pace.limit(), 1u);
}

}  // namespace
}  // namespace kaspr::runtime
