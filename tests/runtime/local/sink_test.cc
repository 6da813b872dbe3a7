#include "runtime/local/sink.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace kaspr::runtime {
namespace {

class SinkTest : public testing::Test {
 protected:
  SinkTest() { plan_.segments.push_back({.topics = {"in"}, .targets = {{""}}, .outputs = {0}}); }

  // Sends and gives back the error that the delivery ended with.
  std::string Send(const std::string& topic, value::Send send) {
    std::string ended = "not ended";
    Delivery& delivery = Delivery::Start([&](const Delivered& delivered) {
      ended = delivered.error;
      if (delivered.refused > 0) ended += "refused: " + delivered.refusal;
    });
    delivery.Add();
    sink().Send(topic, send, delivery);
    delivery.Done();
    return ended;
  }

  LocalTopics& topics() {
    if (!topics_) {
      topics_ = std::make_unique<LocalTopics>(plan_, subscription_,
                                              LocalTopicOptions{.partitions = partitions_});
    }
    return *topics_;
  }
  LocalSink& sink() {
    if (!sink_) sink_ = std::make_unique<LocalSink>(topics());
    return *sink_;
  }

  Plan plan_;
  Subscription subscription_{plan_, nullptr};
  std::map<std::string, int32_t, std::less<>> partitions_;
  std::unique_ptr<LocalTopics> topics_;
  std::unique_ptr<LocalSink> sink_;
};

TEST_F(SinkTest, ReportsWhereARecordStands) {
  partitions_ = {{"side", 4}};
  for (int64_t i = 0; i < 3; ++i) {
    value::DeliveryReport report{.error = "not filled in"};
    EXPECT_EQ(Send("side", {.partition = 2, .value = "x", .report = &report}), "");
    EXPECT_EQ(report.error, "");
    EXPECT_EQ(report.partition, 2);
    EXPECT_EQ(report.offset, i);
    EXPECT_GT(report.timestamp, 1'600'000'000'000);
    EXPECT_EQ(report.log_start_offset, 0);
  }
}

TEST_F(SinkTest, AnErrorGoesToWhoeverAskedForIt) {
  const std::string error = "partition 1 of topic 'side' does not exist (it has 1)";
  EXPECT_EQ(Send("side", {.partition = 1, .value = "x"}), "refused: " + error);
  EXPECT_EQ(Send("side", {.partition = 1, .value = "x", .required = true}), error);
  value::DeliveryReport report;
  EXPECT_EQ(Send("side", {.partition = 1, .value = "x", .report = &report}), "");
  EXPECT_EQ(report.error, error);
  EXPECT_EQ(Send("side", {.value = "x", .report = &report}), "");
  EXPECT_EQ(report.offset, 0);  // what was refused has none
}

TEST_F(SinkTest, ARecordOfAChosenTopicReachesWhoeverReadsIt) {
  EXPECT_EQ(Send("in", {.value = "x"}), "");
  EXPECT_EQ(Send("new", {.value = "x"}), "");
  Fetched fetched;
  ASSERT_TRUE(topics().Fetch([](std::string_view, int32_t) { return 100; }, fetched));
  EXPECT_EQ(fetched.topic, "in");
  EXPECT_TRUE(topics().empty());
}

TEST_F(SinkTest, TopicsThatAreChosenAreBounded) {
  for (size_t i = 0; i < LocalTopics::kMaxOpened; ++i) {
    ASSERT_EQ(Send(fmt::format("new-{}", i), {.value = "x"}), "");
  }
  EXPECT_EQ(Send("one-more", {.value = "x"}),
            "refused: topic 'one-more' is one too many: agents chose 10000");
  EXPECT_EQ(Send("new-7", {.value = "x"}), "");
}

}  // namespace
}  // namespace kaspr::runtime
