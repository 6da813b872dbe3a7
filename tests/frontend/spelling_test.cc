// One spec in all its spellings is one AgentSpec: equality leaves places out.

#include "frontend/spelling.h"

#include <gtest/gtest.h>

#include "base/render.h"
#include "frontend/parse_spec.h"
#include "frontend/print_spec.h"

namespace kaspr::frontend {
namespace {

struct Parsed {
  SourceFile file;
  Diagnostics diagnostics;
  AppSpec spec;

  explicit Parsed(std::string text) : file("t.yaml", std::move(text)) {
    const SourceFile* const files[] = {&file};
    spec = ParseSpec(files, diagnostics);
  }
  std::string Said() const { return Render(diagnostics); }
};

std::string Agent(const std::string& metadata, const std::string& spec) {
  return "apiVersion: kaspr.io/v1alpha1\nkind: KasprAgent\nmetadata: " + metadata +
         "\nspec: " + spec + "\n";
}

TEST(Spelling, KeysOfDefinitionsFiles) {
  const struct {
    const char* resource;
    const char* definitions;
  } rows[] = {{"name", "name"},
              {"keySerializer", "key_serializer"},
              {"isolatedPartitions", "isolated_partitions"},
              {"topicSend", "topic_send"}};
  for (const auto& row : rows) {
    EXPECT_EQ(Spelt(row.resource, Spelling::kResource), row.resource);
    EXPECT_EQ(Spelt(row.resource, Spelling::kDefinitions), row.definitions);
  }
}

TEST(Spelling, WhatIsWhollyInTodaysSpellingSaysNothing) {
  for (const char* input : {"{input: {topic: {name: 'a, b'}}}", "{input: {topic: {pattern: a.*}}}",
                            "{input: {declare: true, topic: {name: a}}}",
                            "{input: {topic: {name: a, declare: true}}}"}) {
    EXPECT_EQ(Parsed(Agent("{name: a, labels: {kaspr.io/app: shop}}", input)).Said(), "") << input;
  }
}

TEST(Spelling, OlderSpellingsAreTheSameSpec) {
  const Parsed today(Agent("{name: a, labels: {kaspr.io/app: shop}}",
                           "{input: {declare: true, topic: {name: 'a, b', keySerializer: json}}}"));
  ASSERT_EQ(today.Said(), "");
  const struct {
    const char* metadata;
    const char* spec;
    size_t places;  // that are remarked on
  } rows[] = {
      {"{name: a, kaspr.io/app: shop}",
       "{inputs: {topic: {names: [a, b], keySerializer: json}, declare: true}}", 3},
      {"{name: a, labels: {kaspr.io/app: shop}}",
       "{inputs: {topic: {name: 'a,b', keySerializer: json, declare: true}}}", 1},
      {"{name: a, labels: {kaspr.io/app: shop}, kaspr.io/app: shop}",
       "{input: {topic: {names: 'a, b', keySerializer: json, declare: true}}}", 2},
      {"{name: a, annotations: {kaspr.io/app: shop}}",
       "{input: {topic: {name: [a, b], keySerializer: json, declare: true}, declare: true}}", 2},
      {"{name: a, labels: {kaspr.io/app: shop}}",
       "{inputs: null, input: {topic: {name: 'a, b', names: null, keySerializer: json}, "
       "declare: true}}",
       0},
  };
  for (const auto& row : rows) {
    const Parsed older(Agent(row.metadata, row.spec));
    EXPECT_TRUE(older.spec == today.spec) << row.spec << "\n" << PrintSpec(older.spec);
    size_t places = 0;
    for (const Diagnostic& diagnostic : older.diagnostics.Sorted()) {
      EXPECT_EQ(diagnostic.severity, Severity::kRemark) << older.Said();
      places += diagnostic.labels.size();
    }
    EXPECT_EQ(places, row.places) << older.Said();
  }
}

constexpr const char* kResource = R"(apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata: {name: all}
spec:
  description: all there is
  isolatedPartitions: true
  kasprc: {delivery: exactly-once, onError: {policy: retry, topic: t, then: deadLetter}}
  input:
    declare: true
    topic: {name: "a, b", keySerializer: raw, valueSerializer: json, partitions: 3, replicas: 1,
      retention: 60, compacting: true, deleting: false, config: {maxBytes: "1"}}
    take: {max: 10, within: 5s}
  output:
    topics:
    - {name: out, keySerializer: raw, valueSerializer: binary, ack: true,
      predicate: {python: x, entrypoint: x}, keySelector: {python: x}, valueSelector: {python: x},
      partitionSelector: {python: x}, headersSelector: {python: x}}
    - nameSelector: {python: x}
    channels: [{name: c, valueSelector: {python: x}}]
    sinks: [{name: s, python: x}]
  processors:
    pipeline: [a, b, c, d]
    init: {python: x}
    operations:
    - {name: a, map: {python: x}, tables: [{name: t, paramName: p}]}
    - {name: b, filter: {python: x}}
    - {name: c, topicSend: {name: side, passThrough: true}}
    - {name: d, groupBy: {python: x}}
)";

constexpr const char* kDefinitions = R"(agents:
- name: all
  description: all there is
  isolated_partitions: true
  kasprc: {delivery: exactly-once, on_error: {policy: retry, topic: t, then: deadLetter}}
  input:
    declare: true
    channel: null
    topic: {name: "a, b", key_serializer: raw, value_serializer: json, partitions: 3, replicas: 1,
      retention: 60, compacting: true, deleting: false, config: {maxBytes: "1"}, pattern: null}
    take: {max: 10, within: 5s}
  output:
    topics:
    - {name: out, key_serializer: raw, value_serializer: binary, ack: true, name_selector: null,
      predicate: {python: x, entrypoint: x}, key_selector: {python: x, entrypoint: null},
      value_selector: {python: x}, partition_selector: {python: x}, headers_selector: {python: x}}
    - name_selector: {python: x}
    channels: [{name: c, value_selector: {python: x}}]
    sinks: [{name: s, python: x}]
  processors:
    pipeline: [a, b, c, d]
    init: {python: x}
    operations:
    - {name: a, map: {python: x}, tables: [{name: t, param_name: p}], topic_send: null}
    - {name: b, filter: {python: x}}
    - {name: c, topic_send: {name: side, pass_through: true}}
    - {name: d, group_by: {python: x}}
)";

TEST(Spelling, ADefinitionsFileIsTheSameSpec) {
  const Parsed resource(kResource), definitions(kDefinitions);
  EXPECT_EQ(resource.Said(), "");
  EXPECT_FALSE(definitions.diagnostics.has_errors()) << definitions.Said();
  EXPECT_TRUE(definitions.spec == resource.spec) << PrintSpec(definitions.spec);
}

// Every key of each form is unknown in the other, and said to be what it is there.
TEST(Spelling, EachFormHasItsOwnKeys) {
  const struct {
    std::string text;
    const char* said;
  } rows[] = {
      {Agent("{name: a}", "{isolated_partitions: true, input: {topic: {name: a}}}"),
       "did you mean 'isolatedPartitions'?"},
      {Agent("{name: a}", "{input: {topic: {name: a, key_serializer: raw}}}"),
       "did you mean 'keySerializer'?"},
      {"agents: [{name: a, isolatedPartitions: true, input: {topic: {name: a}}}]",
       "did you mean 'isolated_partitions'?"},
      {"agents: [{name: a, input: {topic: {name: a, keySerializer: raw}}}]",
       "did you mean 'key_serializer'?"},
  };
  for (const auto& row : rows) {
    const Parsed parsed(row.text);
    EXPECT_EQ(parsed.diagnostics.error_count(), 1u) << parsed.Said();
    EXPECT_NE(parsed.Said().find(row.said), std::string::npos) << parsed.Said();
  }
}

}  // namespace
}  // namespace kaspr::frontend
