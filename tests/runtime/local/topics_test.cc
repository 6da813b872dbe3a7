#include "runtime/local/topics.h"

#include <gtest/gtest.h>

#include "value/kafka.h"

namespace kaspr::runtime {
namespace {

Plan PlanOf(std::vector<std::string> reads, std::vector<std::string> writes) {
  Plan plan{.app = "test"};
  Segment& segment = plan.segments.emplace_back();
  segment.topics = std::move(reads);
  segment.destinations = std::move(writes);
  return plan;
}

const Room kAnything = [](std::string_view, int32_t) { return 1'000'000; };

TEST(LocalTopics, GivesBackWhatWasAppendedInOrderAndOnce) {
  LocalTopics topics(PlanOf({"in"}, {}), {{"in", 2}});
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
  LocalTopics topics(PlanOf({"in"}, {}), {});
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
  LocalTopics topics(PlanOf({"in"}, {}), {{"in", 3}});
  for (int i = 0; i < 3; ++i) topics.Append(*topics.Find("in"), i, {.value = "x"});
  Fetched fetched;
  ASSERT_TRUE(topics.Fetch(
      [](std::string_view, int32_t partition) { return partition == 2 ? 9 : 0; }, fetched));
  EXPECT_EQ(fetched.partition, 2);
}

TEST(LocalTopics, ChoosesPartitionsAsKafkaDoes) {
  LocalTopics topics(PlanOf({"in"}, {}), {{"in", 4}});
  LocalTopics::Topic& topic = *topics.Find("in");
  const int32_t any = value::Send::kAnyPartition;
  // murmur2("abc") & 0x7fffffff is 479470107.
  EXPECT_EQ(topics.Append(topic, any, {.key = "abc", .value = "x"}).partition, 479470107 % 4);
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(topics.Append(topic, any, {.value = "x"}).partition, i % 4);
  }
}

TEST(LocalTopics, ObeysKafkasLimits) {
  LocalTopics topics(PlanOf({"in"}, {}), {});
  LocalTopics::Topic& topic = *topics.Find("in");
  EXPECT_EQ(topics.Append(topic, 7, {.value = "x"}).error,
            "partition 7 of topic 'in' does not exist (it has 1)");
  const std::string large(value::kMaxRecordBytes, 'x');
  EXPECT_EQ(topics.Append(topic, 0, {.value = large}).error, "");
  EXPECT_EQ(topics.Append(topic, 0, {.key = "k", .value = large}).error,
            "a record of 1000001 bytes is larger than Kafka's limit of 1000000");
  EXPECT_EQ(topics.Find("other"), nullptr);
}

TEST(LocalTopics, KeepsNothingOfATopicThatNobodyReads) {
  LocalTopics topics(PlanOf({"in"}, {"out"}), {});
  EXPECT_EQ(topics.Append(*topics.Find("out"), 0, {.value = "x"}).error, "");
  EXPECT_TRUE(topics.empty());
}

}  // namespace
}  // namespace kaspr::runtime
