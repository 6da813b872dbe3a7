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
  EXPECT_EQ(agent.input(), (ir::Input{{"x", "y"}, ir::Serializer::kJson, ir::Serializer::kJson}));
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

TEST(BuildGraph, WhatIsNotSupportedIsRefusedAtItsField) {
  const struct {
    std::string spec;
    std::string codes;
  } rows[] = {
      {"  input: {topic: {pattern: a}}\n", "K0215 5:19"},
      {"  input: {channel: {name: a}}\n", "K0215 5:21"},
      {"  input: {topic: {name: a}, take: {max: 1, within: 1s}}\n", "K0215 5:29"},
      {"  input: {topic: {name: a, declare: true, partitions: 3}}\n", "K0215 5:37"},
      {"  input: {declare: true, topic: {name: a, partitions: 3}}\n", "K0215 5:20"},
      {"  input: {topic: {name: a, declare: false}}\n", ""},
      {"  input: {topic: {name: a, partitions: 3}}\n", "K0214 5:28"},
      {"  input: {topic: {name: a, valueSerializer: pickle}}\n", ""},
      {"  isolatedPartitions: true\n" + kInput, "K0215 5:23"},
      {"  isolatedPartitions: false\n" + kInput, ""},
      {kInput + "  output: {topics: [{name: a, ack: true}]}\n", ""},
      {kInput + "  output: {topics: [{name: a, declare: true}]}\n", "K0215 6:40"},
      {kInput + "  output: {channels: [{name: a}], sinks: [{name: b, python: c}]}\n",
       "K0215 6:12, K0215 6:35"},
      {kInput + "  output: {topics: [], channels: [], sinks: []}\n", ""},
      {kInput + "  kasprc: {onError: {policy: stop}}\n", "K0215 6:30"},
      {kInput + "  kasprc: {onError: {policy: skip}, delivery: at-least-once}\n", ""},
      {kInput + "  kasprc: {delivery: exactly-once, timeout: 1s}\n", "K0215 6:22, K0215 6:36"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, groupBy: {python: a}}]}\n",
       "K0215 6:54"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, topicSend: {name: a, "
                "declare: true}}]}\n",
       "K0215 6:84"},
      {kInput + "  processors: {pipeline: [a], operations: [{name: a, map: {python: a}, "
                "tables: [{name: t, paramName: t}]}]}\n",
       "K0215 6:72"},
  };
  for (const auto& row : rows) {
    const Built built({Agent("a", "", row.spec)});
    EXPECT_EQ(built.Codes(), row.codes) << row.spec << Render(built.diagnostics);
  }
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
