#include "runtime/sequencer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>

namespace kaspr::runtime {
namespace {

TEST(Sequencer, RunsEachStreamInOrderFromManyThreads) {
  constexpr size_t kStreams = 3, kThreads = 4, kNumbers = 4000;
  std::vector<std::unique_ptr<Stream>> streams;
  for (size_t i = 0; i < kStreams; ++i) {
    streams.push_back(std::make_unique<Stream>(i, 1));
  }
  const auto account = std::make_shared<Account>([] {});
  std::vector<std::vector<uint64_t>> ran(kStreams);
  Sequencer sequencer(0, [&](const WorkPtr& work) {
    ran[work->stream.segment].push_back(work->send_sequence);  // a race would show under tsan
    work->own.Done();
  });
  std::vector<std::pair<size_t, uint64_t>> all;
  for (size_t stream = 0; stream < kStreams; ++stream) {
    for (uint64_t number = 0; number < kNumbers; ++number) all.emplace_back(stream, number);
  }
  std::shuffle(all.begin(), all.end(), std::mt19937(1));
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (size_t i = thread; i < all.size(); i += kThreads) {
        auto work =
            std::make_shared<Work>(*streams[all[i].first], account, [](const Delivered&) {});
        work->send_sequence = all[i].second;
        sequencer.Push(work, all[i].second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<uint64_t> expected(kNumbers);
  std::iota(expected.begin(), expected.end(), 0);
  for (const auto& numbers : ran) EXPECT_EQ(numbers, expected);
}

TEST(Sequencer, HoldsBackWhatIsNotDue) {
  const auto account = std::make_shared<Account>([] {});
  Stream stream(0, 1);
  std::vector<uint64_t> ran;
  Sequencer sequencer(0, [&](const WorkPtr& work) {
    ran.push_back(work->send_sequence);
    work->own.Done();
  });
  const auto push = [&](uint64_t number) {
    auto work = std::make_shared<Work>(stream, account, [](const Delivered&) {});
    work->send_sequence = number;
    sequencer.Push(work, number);
  };
  push(1);
  push(2);
  EXPECT_TRUE(ran.empty());
  push(0);
  EXPECT_EQ(ran, (std::vector<uint64_t>{0, 1, 2}));
}

}  // namespace
}  // namespace kaspr::runtime
