// Print and parse again: the same spec, for every spec that the tests have and for one with all
// fields there are.

#include "frontend/print_spec.h"

#include <gtest/gtest.h>

#include "base/render.h"
#include "frontend/parse_spec.h"
#include "frontend/yaml/write.h"
#include "tests/frontend/corpus.h"

namespace kaspr::frontend {
namespace {

// Nothing: the spec has mistakes.
std::optional<AppSpec> Parse(const SourceFile& file, Diagnostics& diagnostics) {
  const SourceFile* const files[] = {&file};
  AppSpec spec = ParseSpec(files, diagnostics);
  if (diagnostics.has_errors()) return std::nullopt;
  return spec;
}

void ExpectRoundTrip(const AppSpec& spec, const std::string& where) {
  const SourceFile printed("printed.yaml", PrintSpec(spec));
  Diagnostics diagnostics;
  const std::optional<AppSpec> again = Parse(printed, diagnostics);
  ASSERT_TRUE(again) << where << "\n" << Render(diagnostics);
  EXPECT_TRUE(*again == spec) << where << "\n" << printed.text();
  EXPECT_EQ(PrintSpec(*again), printed.text()) << where;
}

TEST(PrintSpec, EverySpecReadsBackTheSame) {
  size_t parsed = 0;
  for (const CorpusFile& file : Corpus()) {
    const SourceFile source(file.path, file.text);
    Diagnostics diagnostics;
    const std::optional<AppSpec> spec = Parse(source, diagnostics);
    if (!spec) continue;
    ++parsed;
    ExpectRoundTrip(*spec, file.path);
  }
  EXPECT_GT(parsed, 100u);
}

constexpr const char* kEverything = R"(apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata:
  name: all
  namespace: shop
  labels:
    kaspr.io/app: shop
    "with space": "yes"
  annotations:
    note: "two\nlines \u2028"
spec:
  description: all there is
  isolatedPartitions: true
  kasprc:
    delivery: exactly-once
    onError:
      policy: retry
      topic: dead
      attempts: 5
      backoff: 1500ms
      then: deadLetter
    timeout: 2m
  input:
    declare: false
    topic:
      name: "a, b"
      keySerializer: binary
      valueSerializer: pickle
      partitions: 3
      replicas: 1
      retention: 3600
      compacting: true
      deleting: false
      config:
        max.message.bytes: "1000"
    take:
      max: 10
      within: 5s
  output:
    topics:
    - name: out
      ack: true
      predicate:
        python: |
          def when(value):
              return True
        entrypoint: when
      keySelector:
        python: "lambda value: 1"
      valueSelector:
        python: |-
          def value(value):

              return "\t"
      partitionSelector:
        python: |+
          def partition(value):
              return 1

      headersSelector:
        python: ""
    - declare: true
      nameSelector:
        python: "\n  def name(value): return 'x'\n"
      config: {}
    channels:
    - name: inner
      valueSelector:
        python: "def f(value): return value"
    sinks:
    - name: keep
      python: "\tx = 1\n"
      entrypoint: x
  processors:
    pipeline:
    - one
    - "2"
    - one
    init:
      python: x = 1
    operations:
    - name: one
      tables:
      - name: totals
        paramName: table
      map:
        python: "   \nx\n"
    - name: "2"
      filter:
        python: "x \n y\r\n"
    - name: send
      tables: []
      topicSend:
        name: side
        passThrough: true
    - name: group
      groupBy:
        python: "def f(value): return 1"
---
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata: {name: other}
spec:
  input: {topic: {pattern: "a.*"}}
---
apiVersion: kaspr.io/v1alpha1
kind: KasprAgent
metadata: {name: third}
spec:
  input: {channel: {name: inner}}
  output: {}
---
apiVersion: kaspr.io/v1alpha1
kind: KasprTable
metadata:
  name: totals
spec: {anything: here}
)";

TEST(PrintSpec, EveryFieldReadsBackTheSame) {
  const SourceFile source("all.yaml", kEverything);
  Diagnostics diagnostics;
  const std::optional<AppSpec> spec = Parse(source, diagnostics);
  ASSERT_TRUE(spec) << Render(diagnostics);
  ExpectRoundTrip(*spec, "all.yaml");
}

TEST(PrintSpec, ScalarsAreQuotedWhereTheyMustBe) {
  const struct {
    const char* text;
    const char* yaml;
  } rows[] = {{"orders", "orders"}, {"a.b/c-d", "a.b/c-d"}, {"", "\"\""},       {"yes", "\"yes\""},
              {"12", "\"12\""},     {"null", "\"null\""},   {"~", "\"~\""},     {"-a", "\"-a\""},
              {"a: b", "\"a: b\""}, {"a\tb", "\"a\\tb\""},  {"\"", "\"\\\"\""}, {"..", ".."}};
  for (const auto& row : rows) EXPECT_EQ(YamlScalar(row.text), row.yaml);
}

}  // namespace
}  // namespace kaspr::frontend
