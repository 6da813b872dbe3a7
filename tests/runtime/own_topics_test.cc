#include "runtime/own_topics.h"

#include <gtest/gtest.h>

#include "ir/parse.h"

namespace kaspr::runtime {
namespace {

constexpr char kApp[] = R"(app "shop"

topic "orders" [partitions: 4, replicas: 1, config: "max.message.bytes=200000"]
topic "plain"
topic "odd" [config: "max.message.bytes=lots"]

agent "sums" {
  %in   = input topic "orders", "small"
  %by   = group-by %in @by topic "shop-sums-by-repartition"
  output %by topic "wide"

  fn @by python |
    | def f(v): return v
}

agent "clicks" {
  %in  = input pattern "clicks"
  %all = map %in @all
  channel %all "big"

  fn @all python |
    | def f(v): return v
}

agent "behind" {
  %in = input channel "big"
  %by = group-by %in @by topic "shop-behind-by-repartition"
  output %by topic "out"

  fn @by python |
    | def f(v): return v
}
)";

TEST(OwnTopics, AreThoseDeclaredAndThoseOfGroupBy) {
  SourceFiles files;
  Diagnostics diagnostics;
  const auto graph = ir::Parse(files.Add("shop.ir", kApp), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) ADD_FAILURE() << diagnostic.message;
  ASSERT_TRUE(graph);
  const std::vector<OwnTopic> own = OwnTopicsOf(*graph);
  ASSERT_EQ(own.size(), 5u);
  EXPECT_EQ(own[0].name, "orders");
  EXPECT_EQ(own[0].partitions, 4);
  EXPECT_FALSE(own[0].internal());
  EXPECT_EQ(DeclaredMaxMessageBytes(own[0]), 200'000);
  EXPECT_EQ(DeclaredMaxMessageBytes(own[1]), std::nullopt);
  EXPECT_EQ(DeclaredMaxMessageBytes(own[2]), std::nullopt);
  EXPECT_EQ(own[3].name, "shop-sums-by-repartition");
  EXPECT_EQ(own[3].fed_by, std::vector<std::string>{"sums"});
  EXPECT_EQ(own[4].fed_by, (std::vector<std::string>{"behind", "clicks"}));

  const Plan plan{.app = "shop",
                  .segments = {{.agent = "sums", .topics = {"orders", "small"}},
                               {.agent = "sums", .topics = {"shop-sums-by-repartition"}},
                               {.agent = "clicks", .pattern = "clicks"}}};
  Subscription subscription(plan,
                            [](const std::string& pattern, const std::vector<std::string>& names) {
                              std::vector<bool> matched;
                              for (const std::string& name : names)
                                matched.push_back(name.starts_with(pattern));
                              return matched;
                            });
  const auto widest = [&](size_t topic, std::map<std::string, int32_t, std::less<>> counts) {
    return WidestInput(own[topic], own, counts, plan, subscription);
  };
  // Its own topic, those of others and those that nobody reads do not count.
  EXPECT_EQ(widest(3, {{"orders", 4}, {"small", 2}, {"shop-sums-by-repartition", 9}, {"wide", 8}}),
            4);
  EXPECT_EQ(widest(3, {{"clicks.1", 7}}), 1);
  EXPECT_EQ(widest(4, {{"clicks.1", 7}, {"clicks.2", 3}, {"orders", 9}}), 7);
}

}  // namespace
}  // namespace kaspr::runtime
