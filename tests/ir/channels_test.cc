// Channels of an app, and cycles of them.

#include "ir/channels.h"

#include <gtest/gtest.h>

#include <string>

namespace kaspr::ir {
namespace {

// An agent that reads one channel and writes others.
struct Reader {
  const char* reads;
  std::vector<const char*> writes;
};

Graph GraphOf(const std::vector<Reader>& agents) {
  Graph graph;
  for (const auto& [reads, writes] : agents) {
    Agent& agent = graph.agents.emplace_back();
    agent.nodes.push_back({.name = "in", .op = Input{.channel = reads}, .inputs = {}, .place = {}});
    for (const char* channel : writes) {
      agent.nodes.push_back({.name = "",
                             .op = ChannelOutput{.channel = channel},
                             .inputs = {NodeId{0}},
                             .place = {}});
    }
  }
  return graph;
}

// "1.2" for the second output of agent 1; "" for none.
std::string Cycle(const std::vector<Reader>& agents) {
  const auto closing = FindChannelCycle(GraphOf(agents));
  if (!closing) return "";
  return std::to_string(closing->agent) + "." + std::to_string(closing->node);
}

TEST(ChannelsTest, WhoWritesAndReadsThem) {
  const Graph graph = GraphOf({{"", {"a", "b"}}, {"a", {"b"}}, {"a", {}}});
  const auto channels = ChannelsOf(graph);
  ASSERT_EQ(channels.size(), 2U);
  EXPECT_EQ(channels.at("a").readers, (std::vector<size_t>{1, 2}));
  EXPECT_EQ(channels.at("b").readers, std::vector<size_t>());
  ASSERT_EQ(channels.at("b").writers.size(), 2U);
  EXPECT_EQ(channels.at("b").writers[0].agent, 0U);
  EXPECT_EQ(channels.at("b").writers[0].node, 2U);
  EXPECT_EQ(channels.at("b").writers[1].agent, 1U);
}

TEST(ChannelsTest, ACycleIsFoundAtTheOutputThatClosesIt) {
  EXPECT_EQ(Cycle({}), "");
  EXPECT_EQ(Cycle({{"", {"a"}}, {"a", {"b"}}, {"b", {}}}), "");
  EXPECT_EQ(Cycle({{"", {"a", "b"}}, {"a", {"b"}}, {"b", {}}}), "") << "a diamond";
  EXPECT_EQ(Cycle({{"a", {"a"}}}), "0.1");
  EXPECT_EQ(Cycle({{"a", {"other", "b"}}, {"b", {"a"}}}), "1.1");
  EXPECT_EQ(Cycle({{"", {"a"}}, {"a", {"b"}}, {"b", {"c", "a"}}}), "2.2");
  EXPECT_EQ(Cycle({{"c", {"a"}}, {"a", {"b"}}, {"a", {"c"}}}), "2.1") << "by one of two readers";
}

TEST(ChannelsTest, ALongChainTakesNoTime) {
  std::vector<std::string> names;
  for (size_t i = 0; i <= 50'000; ++i) names.push_back("c" + std::to_string(i));
  std::vector<Reader> agents;
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    agents.push_back({names[i].c_str(), {names[i + 1].c_str(), names[i + 1].c_str()}});
  }
  EXPECT_EQ(Cycle(agents), "");
  agents.back().writes.push_back(names.front().c_str());
  EXPECT_EQ(Cycle(agents), "49999.3");
}

}  // namespace
}  // namespace kaspr::ir
