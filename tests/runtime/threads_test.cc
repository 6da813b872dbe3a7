// The bodies of the flow graph's nodes on plain threads, where tsan can follow them: kernel,
// sequencer, sink, delivery, credit and the local topics, from a thread that takes in to one that
// reads what came out.

#include <gtest/gtest.h>
#include <poll.h>

#include <condition_variable>
#include <deque>
#include <random>
#include <thread>

#include "ir/parse.h"
#include "runtime/copy_kernel.h"
#include "runtime/credit.h"
#include "runtime/local/sink.h"
#include "runtime/sequencer.h"

namespace kaspr::runtime {
namespace {

constexpr size_t kPartitions = 4;
constexpr size_t kBatches = 2000;  // of a partition
constexpr size_t kRecords = 5;     // of a batch
constexpr size_t kWorkers = 4;

// Work for the workers, handed out in any order.
class Pool {
 public:
  void Put(WorkPtr work) {
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.begin() + static_cast<ptrdiff_t>(random_() % (waiting_.size() + 1)),
                    std::move(work));
    changed_.notify_one();
  }
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  WorkPtr Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
    if (waiting_.empty()) return nullptr;
    WorkPtr work = std::move(waiting_.front());
    waiting_.pop_front();
    return work;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WorkPtr> waiting_;
  bool closed_ = false;
  std::mt19937 random_{3};
};

// What takes in and gives out: topics "in" (never filled) and "out", which is read back.
struct World {
  Plan plan{.app = "test", .segments = {}};
  Subscription subscription{plan, nullptr};
  std::unique_ptr<LocalTopics> topics;
  std::unique_ptr<LocalSink> sink;

  World() {
    plan.segments.push_back({.agent = "copy",
                             .topics = {"in"},
                             .targets = {{"out"}},
                             .outputs = {0},
                             .sends = {{.topic = "out"}}});
    plan.segments.push_back({.agent = "reader", .topics = {"out"}});
    topics = std::make_unique<LocalTopics>(plan, subscription,
                                           LocalTopicOptions{.partitions = {{"out", 4}}});
    sink = std::make_unique<LocalSink>(*topics);
  }
};

void TakeIn(Pool& pool, Credit& credit, std::deque<Stream>& streams) {
  for (size_t batch = 0; batch < kBatches; ++batch) {
    for (size_t partition = 0; partition < kPartitions; ++partition) {
      while (!credit.available()) {
        pollfd freed{.fd = credit.freed().fd(), .events = POLLIN, .revents = 0};
        poll(&freed, 1, -1);
        credit.freed().Clear();
      }
      credit.Take(1);
      auto work = std::make_shared<Work>(streams[partition],
                                         std::make_shared<Account>([&credit] { credit.Give(1); }),
                                         [](const Delivered&) {});
      work->batch.sequence = batch;
      for (size_t i = 0; i < kRecords; ++i) {
        work->batch.Add({.key = std::to_string(partition),
                         .value = std::to_string(batch * kRecords + i),
                         .headers = {}});
      }
      pool.Put(std::move(work));
    }
  }
}

TEST(Threads, CarryEveryRecordInOrder) {
  SourceFiles files;
  Diagnostics diagnostics;
  const auto graph = ir::Parse(
      files.Add("g.ir",
                "app \"test\"\n\nagent \"copy\" {\n  %in = input topic \"in\" [value: raw]\n"
                "  output %in topic \"out\"\n}\n"),
      diagnostics);
  ASSERT_TRUE(graph);
  ir::FailureLog failures([](const Diagnostic&) {});
  const auto kernel = MakeCopyKernel(graph->agents[0], failures);

  World world;
  Credit credit(64);
  Pool pool;
  std::deque<Stream> streams;
  for (size_t i = 0; i < kPartitions; ++i) streams.emplace_back(i, 1);
  Sequencer sequencer(0, [&](const WorkPtr& work) {
    for (value::Send send : work->batch.sends) {
      send.partition = static_cast<int32_t>(work->stream.segment);
      work->own.Add();
      world.sink->Send("out", send, work->own);
    }
    work->own.Done();
  });
  std::vector<std::thread> workers;
  for (size_t i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&] {
      while (const WorkPtr work = pool.Take()) {
        kernel->Run(work->batch);
        sequencer.Push(work, work->batch.sequence);
      }
    });
  }
  std::thread taker([&] { TakeIn(pool, credit, streams); });

  std::vector<size_t> next(kPartitions);
  for (size_t read = 0; read < kPartitions * kBatches * kRecords;) {
    Fetched fetched;
    if (!world.topics->Fetch([](std::string_view, int32_t) { return kRecords; }, fetched)) {
      pollfd appended{.fd = world.topics->appended().fd(), .events = POLLIN, .revents = 0};
      poll(&appended, 1, 1000);
      world.topics->appended().Clear();
      continue;
    }
    for (const value::Message& message : fetched.messages) {
      ASSERT_EQ(*message.value, std::to_string(next[static_cast<size_t>(fetched.partition)]++));
      ++read;
    }
  }
  taker.join();
  pool.Close();
  for (std::thread& worker : workers) worker.join();
  EXPECT_TRUE(credit.idle());
  EXPECT_TRUE(world.topics->empty());
}

}  // namespace
}  // namespace kaspr::runtime
