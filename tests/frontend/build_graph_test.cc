// Specs and the graph text they become: names of nodes and functions, the app's name, what is left
// out and what is refused.

#include "frontend/build_graph.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/render.h"
#include "frontend/parse_spec.h"

namespace kaspr::frontend {
namespace {

struct Built {
  SourceFiles files;
  Diagnostics diagnostics;
  std::optional<ir::Graph> graph;

  explicit Built(const std::vector<std::string>& texts) {
    std::vector<const SourceFile*> all;
    for (const std::string& text : texts) all.push_back(&files.Add("t.yaml", text));
    const AppSpec spec = ParseSpec(all, diagnostics);
    if (!diagnostics.has_errors()) graph = BuildGraph(spec, diagnostics);
  }
  std::string Codes() const {
    std::string codes;
    for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
      const Position place = diagnostic.primary()->file->PositionOf(diagnostic.primary()->begin);
      codes += fmt::format("{}{} {}:{}", codes.empty() ? "" : ", ", CodeName(diagnostic.code),
                           place.line, place.column);
    }
    return codes;
  }
};

std::string Agent(const std::string& name, const std::string& labels, const std::string& spec) {
  return fmt::format(
      "apiVersion: kaspr.io/v1alpha1\nkind: KasprAgent\nmetadata: {{name: {}{}}}\nspec:\n{}", name,
      labels, spec);
}

const std::string kInput = "  input: {topic: {name: in}}\n";

std::vector<std::string> NodeNames(const ir::Agent& agent) {
  std::vector<std::string> names;
  for (const ir::Node& node : agent.nodes) names.push_back(node.name);
  return names;
}

std::vector<std::string> FunctionNames(const ir::Agent& agent) {
  std::vector<std::string> names;
  for (const ir::Function& function : agent.functions) names.push_back(function.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(BuildGraph, NamesAreUniqueAndTheUsers) {
  const Built built({Agent("a", "", kInput + R"(
  output:
    topics:
    - name: out
      keySelector: {python: k}
      predicate: {python: p}
      headersSelector: {python: h}
    - name: out
      keySelector: {python: k}
      partitionSelector: {python: n}
      valueSelector: {python: v}
  processors:
    pipeline: [price, in, price]
    init: {python: x}
    operations:
    - {name: price, map: {python: m}}
    - {name: in, filter: {python: f, entrypoint: e}}
    - {name: init, map: {python: unused}}
)")});
  ASSERT_TRUE(built.graph) << Render(built.diagnostics);
  const ir::Agent& agent = built.graph->agents.front();
  EXPECT_EQ(NodeNames(agent), (Names{"in", "price", "in.2", "price.2", "", ""}));
  EXPECT_EQ(FunctionNames(agent),
            (Names{"init", "price", "in", "init.2", "out.when", "out.key", "out.headers",
                   "out.2.key", "out.2.value", "out.2.partition"}));
  EXPECT_EQ(agent.init, ir::FnId{0});
  EXPECT_EQ(agent.functions[2].entrypoint, "e");
  EXPECT_EQ(agent.functions[4].role, ir::Role::kSelector);
  EXPECT_EQ(agent.nodes[4].inputs, std::vector{ir::NodeId{3}});
  EXPECT_EQ(agent.nodes[5].inputs, std::vector{ir::NodeId{3}});
  EXPECT_EQ(built.Codes(), "K0213 23:14");
}

TEST(BuildGraph, WithoutPipelineValuesGoThrough) {
  const Built built({Agent("a", "",
                           "  input: {topic: {name: \"x, y\", keySerializer: json}}\n"
                           "  output: {topics: [{name: out, valueSerializer: raw}]}\n")});
  ASSERT_TRUE(built.graph) << Render(built.diagnostics);
  const ir::Agent& agent = built.graph->agents.front();
  EXPECT_EQ(agent.input(), (ir::Input{.topics = {"x", "y"}, .key = ir::Serializer::kJson}));
  const ir::Destination& output = std::get<ir::Output>(agent.nodes[1].op).destination;
  EXPECT_EQ(output.key, ir::Serializer::kRaw);
  EXPECT_EQ(output.value, ir::Serializer::kRaw);
}

TEST(BuildGraph, TheAppsName) {
  const std::string shop = ", labels: {kaspr.io/app: shop}", other = ", labels: {kaspr.io/app: b}";
  const std::string app =
      "apiVersion: kaspr.io/v1alpha1\nkind: KasprApp\nmetadata: {name: big}\nspec: {replicas: 2}\n";
  const struct {
    std::vector<std::string> files;
    std::string name;
    std::string codes;
  } rows[] = {
      {{Agent("a", "", kInput)}, "a", ""},
      {{Agent("a", shop, kInput), Agent("b", "", kInput)}, "shop", ""},
      {{Agent("a", "", kInput), Agent("b", "", kInput), app}, "big", ""},
      {{Agent("a", shop, kInput), app}, "shop", ""},
      {{Agent("a", "", kInput), Agent("b", "", kInput)}, "a", ""},
      {{Agent("a", shop, kInput), Agent("b", other, kInput)}, "shop", "K0216 3:44"},
  };
  for (const auto& row : rows) {
    const Built built(row.files);
    ASSERT_TRUE(built.graph) << Render(built.diagnostics);
    EXPECT_EQ(built.graph->app, row.name);
    EXPECT_EQ(built.Codes(), row.codes);
  }
}

// Documents of one agent and what is said of them.
struct Row {
  std::string spec;
  std::string codes;
};

void ExpectCodes(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Built built({Agent("a", "", row.spec)});
    EXPECT_EQ(built.Codes(), row.codes) << row.spec << Render(built.diagnostics);
  }
}

TEST(BuildGraph, WhatIsNotSupportedIsRefusedAtItsField) {
  ExpectCodes({
      {kInput + "  kasprc: {delivery: at-least-once}\n", ""},
      {kInput + "  kasprc: {delivery: exactly-once, timeout: 1s}\n", "K0215 6:22"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, map: {python: a}, "
                "tables: [{name: t, paramName: t}]}]}\n",
       "K0215 6:72"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, map: {python: a}, "
                "tables: []}]}\n",
       ""},
  });
}

TEST(BuildGraph, SettingsOfTopicsThatAreNotMadeHaveNoEffect) {
  ExpectCodes({
      {"  input: {topic: {name: a, declare: true, partitions: 3}}\n", ""},
      {"  input: {declare: true, topic: {name: a, partitions: 3}}\n", ""},
      {"  input: {topic: {name: a, declare: false}}\n", ""},
      {"  input: {topic: {name: a, partitions: 3}}\n", "K0214 5:28"},
      {"  input: {topic: {pattern: a, declare: true, partitions: 3}}\n", "K0214 5:31, K0214 5:46"},
      {"  input: {topic: {pattern: a, declare: false}}\n", ""},
      {kInput + "  output: {topics: [{name: a, declare: true, config: {x: y}}]}\n", ""},
      {kInput + "  output: {topics: [{name: a, config: {x: y}}]}\n", "K0214 6:31"},
      {kInput + "  output: {topics: [{nameSelector: {python: a}, declare: true}]}\n", "K0214 6:49"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, topicSend: {name: b, "
                "replicas: 2}}]}\n",
       "K0214 6:75"},
  });
}

TEST(BuildGraph, AgentsThatReadWhatTheyWrite) {
  ExpectCodes({
      {kInput + "  output: {topics: [{name: in}]}\n", "K0217 6:28"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, topicSend: {name: in}}]}\n",
       "K0217 6:72"},
      {kInput + "  kasprc: {onError: {policy: deadLetter, topic: in}}\n", "K0217 6:49"},
      {kInput + "  kasprc: {onError: {policy: skip, topic: in}}\n", "K0214 6:36"},
  });
}

TEST(BuildGraph, WhatAnInputSays) {
  const struct {
    std::string spec;
    ir::Input input;
  } rows[] = {
      {"  input: {topic: {pattern: \"a.+\"}}\n", {.pattern = "a.+"}},
      {"  input: {channel: {name: a}, take: {max: 5, within: 2s}}\n  isolatedPartitions: true\n",
       {.channel = "a", .take = ir::Input::Take{5, std::chrono::seconds(2)}}},
      {"  input: {topic: {name: a, valueSerializer: raw}}\n  isolatedPartitions: true\n",
       {.topics = {"a"}, .value = ir::Serializer::kRaw, .isolated_partitions = true}},
  };
  for (const auto& row : rows) {
    const Built built({Agent("a", "", row.spec)});
    ASSERT_TRUE(built.graph) << Render(built.diagnostics);
    EXPECT_EQ(built.graph->agents.front().input(), row.input) << row.spec;
  }
}

TEST(BuildGraph, WhatAPolicySays) {
  using Action = ir::ErrorAction;
  const struct {
    std::string policy;
    ir::OnError on_error;
  } rows[] = {
      {"{}", {}},
      {"{policy: stop}", {.policy = Action::kStop}},
      {"{policy: stop, attempts: 5, topic: t}", {.policy = Action::kStop}},
      {"{policy: deadLetter, topic: t}", {.policy = Action::kDeadLetter, .topic = "t"}},
      {"{policy: retry}", {.policy = Action::kRetry}},
      {"{policy: retry, attempts: 5, backoff: 2s, then: deadLetter, topic: t}",
       {.policy = Action::kRetry,
        .then = Action::kDeadLetter,
        .topic = "t",
        .attempts = 5,
        .backoff = std::chrono::seconds(2)}},
      {"{policy: retry, then: stop, topic: t}", {.policy = Action::kRetry, .then = Action::kStop}},
  };
  for (const auto& row : rows) {
    const Built built({Agent(
        "a", "", fmt::format("{}  kasprc: {{timeout: 3s, onError: {}}}\n", kInput, row.policy))});
    ASSERT_TRUE(built.graph) << Render(built.diagnostics);
    const ir::Agent& agent = built.graph->agents.front();
    EXPECT_EQ(agent.on_error, row.on_error) << row.policy;
    EXPECT_EQ(agent.timeout, std::chrono::seconds(3));
  }
}

TEST(BuildGraph, ChannelsAndSinksStandBehindTopics) {
  const Built built({Agent("a", "", kInput + R"(
  output:
    sinks:
    - {name: keep, python: s}
    channels:
    - {name: keep, predicate: {python: p}, valueSelector: {python: v}}
    topics: [{name: keep, predicate: {python: p}}]
  processors:
    pipeline: [keep]
    operations: [{name: keep, map: {python: m}}]
)")});
  ASSERT_TRUE(built.graph) << Render(built.diagnostics);
  const ir::Agent& agent = built.graph->agents.front();
  ASSERT_EQ(agent.nodes.size(), 5U);
  EXPECT_TRUE(std::holds_alternative<ir::Output>(agent.nodes[2].op));
  EXPECT_EQ(std::get<ir::ChannelOutput>(agent.nodes[3].op),
            (ir::ChannelOutput{"keep", ir::FnId{2}, ir::FnId{3}}));
  EXPECT_EQ(std::get<ir::PythonSink>(agent.nodes[4].op), (ir::PythonSink{ir::FnId{4}, "keep"}));
  EXPECT_EQ(FunctionNames(agent),
            (Names{"keep", "keep.when", "keep.2.when", "keep.2.value", "keep.2"}));
  EXPECT_EQ(agent.functions[2].role, ir::Role::kChannelSelector);
  EXPECT_EQ(agent.functions[4].role, ir::Role::kSink);
}

TEST(BuildGraph, EachGroupByHasATopicOfItsOwn) {
  const std::string spec = kInput + R"(
  processors:
    pipeline: [by, by]
    operations: [{name: by, groupBy: {python: k}}]
)";
  SourceFiles files;
  Diagnostics diagnostics;
  const SourceFile* const all[] = {&files.Add("t.yaml", Agent("a", "", spec))};
  const ir::Graph graph = BuildGraph(ParseSpec(all, diagnostics), diagnostics, "shop");
  ASSERT_TRUE(diagnostics.empty()) << Render(diagnostics);
  const ir::Agent& agent = graph.agents.front();
  EXPECT_EQ(graph.app, "shop");
  EXPECT_EQ(std::get<ir::GroupBy>(agent.nodes[1].op).topic, "shop-a-by-repartition");
  EXPECT_EQ(std::get<ir::GroupBy>(agent.nodes[2].op).topic, "shop-a-by.2-repartition");
}

TEST(BuildGraph, InternalTopicsAreNoLongerThanKafkaTakes) {
  const auto codes = [](size_t length) {
    const std::string name(length, 'o');
    return Built({Agent("a", "",
                        kInput + fmt::format("  processors: {{pipeline: [{0}], operations: "
                                             "[{{name: {0}, groupBy: {{python: k}}}}]}}\n",
                                             name))})
        .Codes();
  };
  const size_t around = std::string("a-a--repartition").size();
  EXPECT_EQ(codes(249 - around), "");
  EXPECT_EQ(codes(250 - around).substr(0, 5), "K0207");
}

TEST(BuildGraph, TopicsAreMadeOnceAsTheirSettingsSay) {
  const Built built({Agent("a", "", R"(
  input: {topic: {name: "x, y", declare: true, partitions: 3, retention: 2, compacting: true}}
  output:
    topics:
    - {name: x, declare: true, partitions: 3, config: {retention.ms: "2000", cleanup.policy: compact}}
    - {name: z, declare: true, compacting: false, deleting: true, replicas: 1, config: {a: b}}
  processors:
    operations: [{name: unused, topicSend: {name: never, declare: true}}]
)")});
  ASSERT_TRUE(built.graph) << Render(built.diagnostics);
  using Topics = std::vector<ir::DeclaredTopic>;
  const std::vector<std::pair<std::string, std::string>> config = {{"cleanup.policy", "compact"},
                                                                   {"retention.ms", "2000"}};
  EXPECT_EQ(
      built.graph->topics,
      (Topics{{.name = "x", .partitions = 3, .config = config},
              {.name = "y", .partitions = 3, .config = config},
              {.name = "z", .replicas = 1, .config = {{"a", "b"}, {"cleanup.policy", "delete"}}}}));
}

TEST(BuildGraph, OtherKindsAreRefused) {
  for (const char* kind : {"KasprTable", "KasprJoin", "KasprTask", "KasprWebView"}) {
    const Built built({fmt::format(
        "apiVersion: kaspr.io/v1alpha1\nkind: {}\nmetadata: {{name: a}}\nspec: {{x: y}}\n", kind)});
    EXPECT_EQ(built.Codes(), "K0215 2:7") << kind;
  }
}

}  // namespace
}  // namespace kaspr::frontend
