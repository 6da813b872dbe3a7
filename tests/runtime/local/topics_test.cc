#include "runtime/local/topics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "value/kafka.h"

namespace kaspr::runtime {
namespace {

Plan PlanOf(std::vector<std::string> reads, std::vector<std::string> writes) {
  Plan plan{.app = "test"};
  Segment& segment = plan.segments.emplace_back();
  segment.topics = std::move(reads);
  for (std::string& topic : writes) {
    segment.outputs.push_back(static_cast<uint32_t>(segment.targets.size()));
    segment.targets.push_back({std::move(topic)});
  }
  return plan;
}

// Topics of a plan, with the subscription that they ask.
struct Topics {
  Topics(Plan of, LocalTopicOptions options)
      : plan(std::move(of)),
        subscription(plan,
                     [](const std::string& pattern, const std::vector<std::string>& names) {
                       std::vector<bool> matched;
                       for (const auto& name : names) matched.push_back(name.starts_with(pattern));
                       return matched;
                     }),
        topics(plan, subscription, std::move(options)) {}

  Plan plan;
  Subscription subscription;  // its patterns are beginnings of names
  LocalTopics topics;
};

const Room kAnything = [](std::string_view, int32_t) { return 1'000'000; };

TEST(LocalTopics, GivesBackWhatWasAppendedInOrderAndOnce) {
  Topics made(PlanOf({"in"}, {}), {.partitions = {{"in", 2}}});
  LocalTopics& topics = made.topics;
  LocalTopics::Topic& topic = *topics.Find("in");
  for (int i = 0; i < 10; ++i) {
    const std::string value = std::to_string(i);
    EXPECT_EQ(topics.Append(topic, i % 2, {.value = value}).error, "");
  }
  EXPECT_FALSE(topics.empty());
  std::vector<std::string> seen(2);
  for (int i = 0; i < 2; ++i) {
    Fetched fetched;
    ASSERT_TRUE(topics.Fetch(kAnything, fetched));
    EXPECT_EQ(fetched.topic, "in");
    for (size_t j = 0; j < fetched.messages.size(); ++j) {
      EXPECT_EQ(fetched.messages[j].offset, static_cast<int64_t>(j));
      EXPECT_GT(fetched.messages[j].timestamp, 0);
      seen[static_cast<size_t>(fetched.partition)] += *fetched.messages[j].value;
    }
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"02468", "13579"}));
  Fetched fetched;
  EXPECT_FALSE(topics.Fetch(kAnything, fetched));
  EXPECT_TRUE(topics.empty());
}

TEST(LocalTopics, GivesNoMoreThanIsAskedFor) {
  Topics made(PlanOf({"in"}, {}), {.partitions = {}});
  LocalTopics& topics = made.topics;
  for (int i = 0; i < 5; ++i) topics.Append(*topics.Find("in"), 0, {.value = std::to_string(i)});
  std::string seen;
  for (size_t size : {2, 2, 1}) {
    Fetched fetched;
    ASSERT_TRUE(topics.Fetch([](std::string_view, int32_t) { return 2; }, fetched));
    EXPECT_EQ(fetched.messages.size(), size);
    for (const value::Message& message : fetched.messages) seen += *message.value;
  }
  EXPECT_EQ(seen, "01234");
  EXPECT_TRUE(topics.empty());
}

TEST(LocalTopics, PassesOverPartitionsThatAreNotReady) {
  Topics made(PlanOf({"in"}, {}), {.partitions = {{"in", 3}}});
  LocalTopics& topics = made.topics;
  for (int i = 0; i < 3; ++i) topics.Append(*topics.Find("in"), i, {.value = "x"});
  Fetched fetched;
  ASSERT_TRUE(topics.Fetch(
      [](std::string_view, int32_t partition) { return partition == 2 ? 9 : 0; }, fetched));
  EXPECT_EQ(fetched.partition, 2);
}

TEST(LocalTopics, ChoosesPartitionsAsKafkaDoes) {
  Topics made(PlanOf({"in"}, {}), {.partitions = {{"in", 4}}});
  LocalTopics& topics = made.topics;
  LocalTopics::Topic& topic = *topics.Find("in");
  const int32_t any = value::Send::kAnyPartition;
  // murmur2("abc") & 0x7fffffff is 479470107.
  EXPECT_EQ(topics.Append(topic, any, {.key = "abc", .value = "x"}).partition, 479470107 % 4);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(topics.Append(topic, any, {.value = "x"}).partition, i % 4);
  }
}

TEST(LocalTopics, ObeysKafkasLimits) {
  Topics made(PlanOf({"in"}, {}), {.partitions = {}});
  LocalTopics& topics = made.topics;
  LocalTopics::Topic& topic = *topics.Find("in");
  EXPECT_EQ(topics.Append(topic, 7, {.value = "x"}).error,
            "partition 7 of topic 'in' does not exist (it has 1)");
  const std::string large(value::kMaxRecordBytes, 'x');
  EXPECT_EQ(topics.Append(topic, 0, {.value = large}).error, "");
  EXPECT_EQ(topics.Append(topic, 0, {.key = "k", .value = large}).error,
            "a record of 1000001 bytes is larger than the limit of topic 'in', 1000000");
  EXPECT_EQ(topics.Find("other"), nullptr);
}

TEST(LocalTopics, KeepsNothingOfATopicThatNobodyReads) {
  Topics made(PlanOf({"in"}, {"out"}), {.partitions = {}});
  LocalTopics& topics = made.topics;
  EXPECT_EQ(topics.Append(*topics.Find("out"), 0, {.value = "x"}).error, "");
  EXPECT_TRUE(topics.empty());
}

TEST(LocalTopics, ALimitOfATopicGoesBeforeKafkas) {
  Topics made(PlanOf({"small", "large"}, {}),
              {.max_record_bytes = {{"small", 3}, {"large", 2'000'000}}});
  LocalTopics& topics = made.topics;
  EXPECT_EQ(topics.MaxRecordBytes("small"), 3u);
  EXPECT_EQ(topics.MaxRecordBytes("other"), value::kMaxRecordBytes);
  EXPECT_EQ(topics.LargestRecordBytes(), 2'000'000u);
  EXPECT_EQ(topics.Append(*topics.Find("small"), 0, {.value = "abc"}).error, "");
  const auto refused = topics.Append(*topics.Find("small"), 0, {.value = "abcd"});
  EXPECT_EQ(refused.error, "a record of 4 bytes is larger than the limit of topic 'small', 3");
  EXPECT_TRUE(refused.refused);
  const std::string large(value::kMaxRecordBytes + 1, 'x');
  EXPECT_EQ(topics.Append(*topics.Find("large"), 0, {.value = large}).error, "");
}

TEST(LocalTopics, APatternReadsATopicFromItsFirstRecordOn) {
  Plan plan = PlanOf({}, {"clicks.all", ""});
  plan.segments.front().pattern = "clicks.";
  Topics made(std::move(plan), {.partitions = {{"clicks.2", 2}}});
  LocalTopics& topics = made.topics;
  topics.Append(*topics.Open("clicks.1"), 0, {.value = "a"});
  topics.Append(*topics.Open("other"), 0, {.value = "b"});
  topics.Append(*topics.Open("clicks.all"), 0, {.value = "c"});  // an output is not read
  topics.Append(*topics.Open("clicks.2"), 1, {.value = "d"});
  EXPECT_FALSE(topics.empty());
  std::string seen;
  for (Fetched fetched; topics.Fetch(kAnything, fetched);) {
    seen += fmt::format("{}/{} {}, ", fetched.topic, fetched.partition, *fetched.messages[0].value);
  }
  EXPECT_EQ(seen, "clicks.1/0 a, clicks.2/1 d, ");
  EXPECT_TRUE(topics.empty());  // what nobody reads is not waited for
  topics.Append(*topics.Open("clicks.1"), 0, {.value = "e"});
  topics.Append(*topics.Open("other"), 0, {.value = "f"});
  Fetched fetched;
  ASSERT_TRUE(topics.Fetch(kAnything, fetched));
  EXPECT_EQ(fetched.messages[0].value, "e");
  EXPECT_EQ(fetched.messages[0].offset, 1);
  EXPECT_TRUE(topics.empty());
}

// Workers write new topics while the poll thread finds out who reads them: each record of a topic
// that is read comes once and in order, no other is waited for.
TEST(LocalTopics, TopicsAppearWhileOthersAreRead) {
  constexpr int kTopics = 200, kRecords = 50, kThreads = 3;
  Plan plan = PlanOf({}, {""});
  plan.segments.front().pattern = "read";
  Topics made(std::move(plan), {});
  LocalTopics& topics = made.topics;
  std::vector<std::thread> writers;
  for (int thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&topics, thread] {
      for (int i = 0; i < kTopics * kRecords; ++i) {
        const std::string name =
            fmt::format("{}-{}-{}", i % 2 == 0 ? "read" : "unread", thread, i % kTopics);
        topics.Append(*topics.Open(name), 0, {.value = std::to_string(i / kTopics)});
      }
    });
  }
  std::map<std::string, int> next;
  int count = 0;
  while (count < kThreads * kTopics / 2 * kRecords) {
    Fetched fetched;
    if (!topics.Fetch(kAnything, fetched)) std::this_thread::yield();
    for (const value::Message& message : fetched.messages) {
      ASSERT_EQ(message.value, std::to_string(next[std::string(fetched.topic)]++));
      ++count;
    }
  }
  for (std::thread& writer : writers) writer.join();
  Fetched fetched;
  EXPECT_FALSE(topics.Fetch(kAnything, fetched));
  EXPECT_TRUE(topics.empty());
}

}  // namespace
}  // namespace kaspr::runtime
