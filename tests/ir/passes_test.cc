// What holds for every pass of the table; what each one does is in tests/golden/ir/passes.

#include "ir/passes.h"

#include <gtest/gtest.h>

#include <set>

#include "ir/labels.h"
#include "ir/print.h"
#include "tests/ir/random_graph.h"

namespace kaspr::ir {
namespace {

constexpr uint64_t kSeeds = 2'000;

const std::string& TextOf(const Agent& agent, FnId id) {
  return agent.function(id).text;
}

std::string WordsFor(const Agent& agent, const Destination& destination) {
  std::string words = "to '" + destination.topic + "' as " + SerializerName(destination.key) +
                      ", " + SerializerName(destination.value);
  if (destination.ack) words += ", acknowledged";
  for (FnId id : FunctionsOf(Output{destination})) words += " " + TextOf(agent, id);
  return words;
}

// An operation, as a node or as a step; "" for what is none.
template <class AnyOp>
std::string WordsFor(const Agent& agent, const std::string& name, const AnyOp& op) {
  if (const auto* map = std::get_if<Map>(&op)) {
    return "map " + name + " " + TextOf(agent, map->function) + "; ";
  }
  if (const auto* filter = std::get_if<Filter>(&op)) {
    return "filter " + name + " " + TextOf(agent, filter->function) + "; ";
  }
  if (const auto* send = std::get_if<TopicSend>(&op)) {
    return "send " + name + (send->pass_through ? " through " : " ") +
           WordsFor(agent, send->destination) + "; ";
  }
  return "";
}

// What an output does.
std::string WordsFor(const Agent& agent, const Op& op) {
  std::string words;
  if (const auto* output = std::get_if<Output>(&op)) words = WordsFor(agent, output->destination);
  if (const auto* channel = std::get_if<ChannelOutput>(&op)) words = "into " + channel->channel;
  if (const auto* sink = std::get_if<PythonSink>(&op)) words = "sink " + sink->name;
  for (FnId id : FunctionsOf(op)) words += " " + TextOf(agent, id);
  return words;
}

// What the agent does to a value on its way to `node`, in words.
std::string WayTo(const Agent& agent, const Node& node) {
  std::string way;
  for (const Node* at = &node; !at->inputs.empty(); at = &agent.node(at->inputs.front())) {
    std::string words = WordsFor(agent, at->name, at->op);
    if (const auto* stage = std::get_if<Stage>(&at->op)) {
      for (const Stage::Step& step : stage->steps) words += WordsFor(agent, step.name, step.op);
    }
    if (const auto* group = std::get_if<GroupBy>(&at->op)) {
      words += "group " + at->name + " " + TextOf(agent, group->function) + group->topic + "; ";
    }
    way = words + way;
  }
  return way;
}

// What a user can observe of a graph: for each agent its inputs and init, and for each node that
// nothing reads the calls that lead to it, in the order of the nodes.
std::vector<std::string> Meaning(const Graph& graph) {
  std::vector<std::string> meaning = {graph.app};
  for (const Agent& agent : graph.agents) {
    meaning.push_back("agent " + agent.name);
    if (agent.init) meaning.push_back("init " + TextOf(agent, *agent.init));
    for (const std::string& source : SourceLabels(agent.input())) meaning.push_back(source);
    const std::vector<uint32_t> users = UserCounts(agent);
    for (size_t i = 0; i < agent.nodes.size(); ++i) {
      if (users[i] > 0) continue;
      std::string line = WayTo(agent, agent.nodes[i]);
      if (IsOutput(agent.nodes[i].op)) line += WordsFor(agent, agent.nodes[i].op);
      meaning.push_back(line);
    }
  }
  return meaning;
}

// The calls of operations in node order: what passes may not reorder. CPython sees no native ones.
std::vector<std::string> Calls(const Graph& graph) {
  std::vector<std::string> calls;
  for (const Agent& agent : graph.agents) {
    for (const Node& node : agent.nodes) {
      for (FnId id : FunctionsOf(node.op)) {
        if (agent.function(id).role != Role::kNative) calls.push_back(TextOf(agent, id));
      }
    }
  }
  return calls;
}

// The topics and channels in order: what Send::output counts by.
std::vector<std::string> Topics(const Graph& graph) {
  std::vector<std::string> topics;
  for (const Agent& agent : graph.agents) {
    for (const Target& target : TargetsOf(agent)) topics.push_back(target.name);
  }
  return topics;
}

TEST(PassesTest, NamesAndSummariesAreThere) {
  std::set<std::string_view> names;
  for (const Pass& pass : Passes()) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_FALSE(pass.summary.empty()) << pass.name;
  }
}

TEST(PassesTest, EachPassKeepsTheMeaningAndIsIdempotent) {
  for (const Pass& pass : Passes()) {
    size_t changes = 0;
    for (uint64_t seed = 0; seed < kSeeds; ++seed) {
      const Graph before = RandomGraph(seed).Make();
      Graph once = before;
      PassContext context;
      const bool changed = pass.run(once, context);
      ASSERT_EQ(changed, !(once == before)) << pass.name << seed << Print(before);
      ASSERT_EQ(Meaning(once), Meaning(before)) << pass.name << seed << Print(before);
      ASSERT_EQ(Calls(once), Calls(before)) << pass.name << seed << Print(before);
      ASSERT_EQ(Topics(once), Topics(before)) << pass.name << seed << Print(before);
      Graph twice = once;
      ASSERT_FALSE(pass.run(twice, context)) << pass.name << seed << Print(once);
      ASSERT_TRUE(twice == once) << pass.name << seed;
      changes += changed;
      for (const Remark& remark : context.remarks) ASSERT_EQ(remark.pass, pass.name);
    }
    EXPECT_GT(changes, kSeeds / 200) << pass.name << " hardly ever does anything";
  }
}

TEST(PassesTest, AllPassesTogetherVerifyAndKeepTheMeaning) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Graph before = RandomGraph(seed).Make();
    Graph after = before;
    PassContext context;
    RunPasses(after, {}, context);
    ASSERT_EQ(Meaning(after), Meaning(before)) << seed << Print(before);
  }
}

TEST(PassesTest, DisabledPassesDoNotRunAndOthersAreShown) {
  Graph graph = RandomGraph(3).Make();
  const Graph before = graph;
  PassContext context;
  PassOptions options;
  std::vector<std::string> shown;
  options.changed = [&](const Pass& pass, const Graph&) { shown.emplace_back(pass.name); };
  for (const Pass& pass : Passes()) options.disabled.emplace_back(pass.name);
  RunPasses(graph, options, context);
  EXPECT_TRUE(graph == before);
  EXPECT_TRUE(shown.empty());

  options.disabled = {"fuse-stages"};
  graph.agents = {
      Agent{.name = "a",
            .nodes = {{.name = "in", .op = Input{.topics = {"t"}}, .inputs = {}, .place = {}}},
            .functions = {{.name = "unused", .text = "", .entrypoint = "", .map = {}}},
            .init = {},
            .place = {}}};
  RunPasses(graph, options, context);
  EXPECT_EQ(shown, std::vector<std::string>{"drop-unused"});
}

}  // namespace
}  // namespace kaspr::ir
