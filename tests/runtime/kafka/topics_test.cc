// What is known of topics, without a broker: how they differ from what is declared, how large their
// records may be, and when they have gone.

#include <gtest/gtest.h>

#include "runtime/kafka/declare.h"
#include "runtime/kafka/topic_watch.h"
#include "value/kafka.h"

namespace kaspr::runtime {
namespace {

using Words = std::vector<std::string>;

TEST(Declare, NamesWhatDiffers) {
  const OwnTopic declared{
      .name = "events",
      .partitions = 2,
      .replicas = 3,
      .config = {
          {"cleanup.policy", "compact,delete"}, {"nonsense", "1"}, {"retention.ms", "3600000"}}};
  const KafkaAdmin::Config as_declared{{"cleanup.policy", {"delete, compact"}},
                                       {"nonsense", {"1"}},
                                       {"retention.ms", {"3600000"}},
                                       {"segment.ms", {"7"}}};
  EXPECT_EQ(Differences(declared, {.partitions = 2, .replicas = 3}, &as_declared), Words{});
  const KafkaAdmin::Config other{{"cleanup.policy", {"delete"}}, {"retention.ms", {"-1"}}};
  EXPECT_EQ(
      Differences(declared, {.partitions = 1, .replicas = 1}, &other),
      (Words{"1 partition, not 2", "1 replica, not 3", "cleanup.policy=delete, not compact,delete",
             "no nonsense, not 1", "retention.ms=-1, not 3600000"}));
  EXPECT_EQ(Differences(declared, {.partitions = 2, .replicas = 3}, nullptr), Words{});
  EXPECT_EQ(Differences({.name = "events"}, {.partitions = 9, .replicas = 9}, &other), Words{});
}

TEST(KafkaLimits, ComeFromTopics) {
  KafkaLimits limits;
  EXPECT_EQ(limits.RecordBytes("any"), value::kMaxRecordBytes);
  limits.Add("default", 1'048'588, true);
  EXPECT_EQ(limits.RecordBytes("default"), value::kMaxRecordBytes);
  EXPECT_EQ(limits.batch_bytes, KafkaLimits::kBatch);
  limits.Add("larger-by-default", 9'000'000, true);
  EXPECT_EQ(limits.RecordBytes("larger-by-default"), value::kMaxRecordBytes);
  limits.Add("large", 9'000'000, false);
  EXPECT_EQ(limits.RecordBytes("large"), 9'000'000u - 128);
  EXPECT_EQ(limits.LargestRecord(), 9'000'000u - 128);
  limits.Add("huge", 2'000'000'000, false);
  EXPECT_EQ(limits.RecordBytes("huge"), KafkaLimits::kLargest);
  limits.Add("small", 20'000, false);
  EXPECT_EQ(limits.RecordBytes("small"), 20'000u - 128);
  EXPECT_EQ(limits.batch_bytes, 20'000u - 128);
  limits.Add("none", 0, false);
  EXPECT_EQ(limits.RecordBytes("none"), 0u);
  EXPECT_EQ(limits.batch_bytes, 1u);
}

TEST(TopicWatch, ATopicHasGoneWhenItWasMissedTwice) {
  using Set = std::set<std::string>;
  Set missed;
  Set found = Updated({}, {"a", "b"}, missed);
  EXPECT_EQ(found, (Set{"a", "b"}));
  found = Updated(found, {"a", "c"}, missed);
  EXPECT_EQ(found, (Set{"a", "b", "c"}));  // b was missed once
  found = Updated(found, {"b", "c"}, missed);
  EXPECT_EQ(found, (Set{"a", "b", "c"}));  // b is back, a was missed once
  found = Updated(found, {"b", "c"}, missed);
  EXPECT_EQ(found, (Set{"b", "c"}));
  found = Updated(found, {"a", "c"}, missed);
  EXPECT_EQ(found, (Set{"a", "b", "c"}));  // a came back, b was missed once
}

}  // namespace
}  // namespace kaspr::runtime
