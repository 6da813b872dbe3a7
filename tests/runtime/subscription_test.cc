#include "runtime/subscription.h"

#include <gtest/gtest.h>

#include <regex>
#include <thread>

namespace kaspr::runtime {
namespace {

using Readers = std::vector<size_t>;

class SubscriptionTest : public testing::Test {
 protected:
  SubscriptionTest() {
    plan_.segments = {
        {.agent = "shards",
         .pattern = "clicks.*|__.*|shop.*",
         .targets = {{"clicks.all"}, {""}},
         .outputs = {0, 1}},
        {.agent = "sevens", .topics = {"clicks.7", "clicks.all", "plain"}},
        {.agent = "others", .pattern = "clicks.x|plain"},
    };
  }

  // Not Python's, but it tells names apart, and how often it was asked.
  Subscription::Matches Matches() {
    return [this](const std::string& pattern, const std::vector<std::string>& topics) {
      ++asked_;
      std::vector<bool> matched;
      for (const std::string& topic : topics) {
        matched.push_back(std::regex_match(topic, std::regex(pattern)));
      }
      return matched;
    };
  }

  Plan plan_{.app = "shop", .segments = {}};
  int asked_ = 0;
};

TEST_F(SubscriptionTest, ReadsByNameAndByPattern) {
  Subscription subscription(plan_, Matches());
  EXPECT_TRUE(subscription.has_patterns());
  const std::pair<std::string, Readers> rows[] = {
      {"clicks.1", {0}},
      {"clicks.7", {0, 1}},
      {"clicks.x", {0, 2}},
      {"plain", {1, 2}},
      {"clicks.all", {1}},  // an output of the app: by name only
      {"nothing", {}},
      {"__offsets", {}},
      {"shop-shards-by-repartition", {}},
      {"shopping", {0}},
      {"shop2-a-b-repartition", {0}},
  };
  for (const auto& [topic, readers] : rows) {
    EXPECT_EQ(subscription.ReadersOf(topic), readers) << topic;
    EXPECT_EQ(subscription.Reads(topic), !readers.empty()) << topic;
  }
}

TEST_F(SubscriptionTest, AsksOnceAboutATopicAndOnceForManyTopics) {
  Subscription subscription(plan_, Matches());
  std::vector<std::string> topics;
  for (int i = 0; i < 1000; ++i) topics.push_back("clicks." + std::to_string(i));
  subscription.Learn(topics);
  EXPECT_EQ(asked_, 2);  // one question for each pattern
  const Readers& readers = subscription.ReadersOf("clicks.7");
  for (const std::string& topic : topics) EXPECT_TRUE(subscription.Reads(topic));
  EXPECT_EQ(asked_, 2);
  subscription.Learn({"new", "clicks.7"});
  EXPECT_EQ(asked_, 4);
  EXPECT_EQ(&subscription.ReadersOf("clicks.7"), &readers);  // it stays where it is
}

TEST_F(SubscriptionTest, WithoutPatternsNobodyIsAsked) {
  plan_.segments = {{.agent = "a", .topics = {"in"}}, {.agent = "b", .topics = {"in"}}};
  Subscription subscription(plan_, nullptr);
  EXPECT_FALSE(subscription.has_patterns());
  EXPECT_EQ(subscription.ReadersOf("in"), (Readers{0, 1}));
  EXPECT_EQ(subscription.ReadersOf("out"), Readers());
}

TEST_F(SubscriptionTest, ForgetsWhatNobodyReadsWhenThereIsTooMuchOfIt) {
  Subscription subscription(plan_, Matches());
  EXPECT_EQ(subscription.ReadersOf("clicks.7"), (Readers{0, 1}));
  const auto learn = [&](char first) {
    std::vector<std::string> topics;
    for (size_t i = 0; i < Subscription::kMostForgettable; ++i) {
      topics.push_back(first + std::to_string(i));
    }
    subscription.Learn(topics);
  };
  learn('a');
  const int asked = asked_;
  subscription.Reads("a1");
  EXPECT_EQ(asked_, asked);
  learn('b');
  subscription.Reads("clicks.7");
  EXPECT_EQ(asked_, asked + 2);
  subscription.Reads("a1");  // was forgotten
  EXPECT_EQ(asked_, asked + 4);
}

TEST_F(SubscriptionTest, ThreadsAskAtTheSameTime) {
  Subscription subscription(plan_, [](const std::string&, const std::vector<std::string>& topics) {
    return std::vector<bool>(topics.size(), true);
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int topic = 0; topic < 500; ++topic) {
        EXPECT_EQ(subscription.ReadersOf("t" + std::to_string(topic)), (Readers{0, 2}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kaspr::runtime
