// Every corner of YAML that the frontend decides itself, as tables of text and tree, or text and
// the place and code of what is wrong with it.

#include "frontend/yaml/yaml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ctime>

#include "base/render.h"

namespace kaspr::frontend {
namespace {

// {key: [plain, "text that may not be anything else", ~]}
std::string Show(const YamlNode& node) {
  std::string items;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "~";
    case YamlNode::Kind::kScalar:
      return node.is_text ? fmt::format("\"{}\"", node.text) : node.text;
    case YamlNode::Kind::kSequence:
      for (const YamlNode& item : node.items) items += (items.empty() ? "" : ", ") + Show(item);
      return fmt::format("[{}]", items);
    case YamlNode::Kind::kMapping:
      for (const YamlEntry& entry : node.entries) {
        items += (items.empty() ? "" : ", ") + Show(entry.key) + ": " + Show(entry.value);
      }
      return fmt::format("{{{}}}", items);
  }
  return "";
}

std::string Place(const Span& span) {
  const Position position = span.file->PositionOf(span.begin);
  return fmt::format("{}:{}", position.line, position.column);
}

// The documents, or "K0106 2:1" for the first thing that is wrong.
std::string Read(const SourceFile& file) {
  Diagnostics diagnostics;
  const auto documents = ReadYaml(file, diagnostics);
  EXPECT_EQ(documents.has_value(), !diagnostics.has_errors()) << file.text();
  if (!diagnostics.empty()) {
    const Diagnostic first = diagnostics.Sorted().front();
    return fmt::format("{} {}", CodeName(first.code), Place(*first.primary()));
  }
  std::string shown;
  for (const YamlNode& document : *documents) {
    shown += (shown.empty() ? "" : " --- ") + Show(document);
  }
  return shown;
}

struct Row {
  std::string yaml;
  std::string expected;
};

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const SourceFile file("t.yaml", row.yaml);
    EXPECT_EQ(Read(file), row.expected) << row.yaml.substr(0, 200);
  }
}

TEST(Yaml, Trees) {
  Check({
      {"a: b", "{a: b}"},
      {"a: 'it''s'\nb: \"x\\ty\"\n", "{a: \"it's\", b: \"x\ty\"}"},
      {"a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{a: \"x\ny\n\", b: \"x y\"}"},
      {"a: [b, {c: d}, ]", "{a: [b, {c: d}]}"},
      {"{a, b: c, \"d\":e}", "{a: ~, b: c, \"d\": e}"},
      {"a:\nb: ~\nc: null\nnull: x\n", "{a: ~, b: ~, c: ~, ~: x}"},
      {"a:\nnullable: x\n", "{a: ~, nullable: x}"},
      {"a:\n- b\n-\n- ~\n", "{a: [b, ~, ~]}"},
      {"? a\n: b\n? c\n", "{a: b, c: ~}"},
      {"a: b c\n  d\n", "{a: b c d}"},
      {"a: !!str 12\nb: !!seq [c]\nc: !!map {d: e}\nd: ! 7\n",
       "{a: \"12\", b: [c], c: {d: e}, d: \"7\"}"},
      {"# only\na: b # not this\n", "{a: b}"},
  });
}

TEST(Yaml, Documents) {
  Check({
      {"a: b\n---\nc: d\n", "{a: b} --- {c: d}"},
      {"---\n---\na: b\n---\n# nothing\n", "{a: b}"},
      {"a: b\n...\n---\nc: d\n...\n", "{a: b} --- {c: d}"},
      {"%YAML 1.2\n---\na: b\n", "{a: b}"},
      {"%FOO bar\n---\na: b\n", "K0113 1:1"},
      {"\xEF\xBB\xBF\n%FOO bar\n---\na: b\n", "K0113 2:1"},
      {"%YAML 2.0\n---\na: b\n", "K0101 1:1"},
      {"", "K0105 1:1"},
      {"\n\n# nothing\n", "K0105 1:1"},
      {"---\n", "K0105 1:1"},
      {"[a],[b]\n", "K0101 1:4"},
      {"hello", "hello"},
  });
}

TEST(Yaml, Bytes) {
  Check({
      {"\xEF\xBB\xBF"
       "a: b",
       "{a: b}"},
      {"a: b\r\nc: |\r\n  d\r\n  e\r\n", "{a: b, c: \"d\ne\n\"}"},
      {std::string("\xFF\xFE"
                   "a\0",
                   4),
       "K0102 1:1"},
      {"a: b\nc: \xE9t\xE9\n", "K0102 2:4"},
      {"\xC3\xA4: \xC0\x80", "K0102 1:4"},  // an overlong NUL
      {"a: \xED\xA0\x80", "K0102 1:4"},     // a surrogate
      {std::string("a: \0b", 5), "K0103 1:4"},
      {"a: b\x01", "K0103 1:5"},
      {"a: \x7F", "K0103 1:4"},
      {"a: \xC2\x80", "K0103 1:4"},
      {"a: b\rc: d", "K0103 1:5"},
      {"a: \xF0\x9F\x98\x80", "{a: \xF0\x9F\x98\x80}"},
      {std::string(kMaxYamlBytes + 1, '#'), "K0104 1:8388609"},
  });
}

TEST(Yaml, Tabs) {
  Check({
      {"a:\n\tb: c\n", "K0106 2:1"},
      {"a:\n  b: c\n\td: e\n", "K0106 3:1"},
      {"a:\n  b: c\n  \td: e\n", "K0106 3:3"},
      {"a: |\n\tx\n", "K0106 2:1"},
      {"a:\n\t- b\n", "K0106 2:1"},
      {"a:\n\tb\n", "K0106 2:1"},
      {"a: b\n\tc\n", "K0106 2:1"},
      {"a: [b,\n\tc,\n  d\n", "K0107 1:4"},
      {"a: |\n  if x:\n  \ty\n", "{a: \"if x:\n\ty\n\"}"},
      {"a: [b,\n\tc]\n", "{a: [b, c]}"},
      {"a: 'b\n\tc'\n", "{a: \"b c\"}"},
      {"a:\tb\n", "{a: b}"},
      {"a: b\n\t\nc: d\n", "K0106 2:1"},
  });
}

TEST(Yaml, WhatIsNeverClosed) {
  Check({
      {"a: 'x\nb: c\n", "K0107 1:4"},
      {"a: \"x\nb: c\n", "K0107 1:4"},
      {"a: 'x\nb: c['k']\n", "K0107 1:4"},
      {"a: \"x\nb: c[\"k\"]\nd: e\n", "K0107 1:4"},
      {"a: [b, c\nd: e\n", "K0107 1:4"},
      {"a: [b, {c: d]\n", "K0107 1:8"},
      {"a: {b: c\nd: e\n", "K0107 1:4"},
      {"a: 'x\n  y'\n", "{a: \"x y\"}"},
  });
}

TEST(Yaml, Keys) {
  Check({
      {"a: 1\nb: 2\na: 3\n", "K0108 3:1"},
      {"a: {b: 1, \"b\": 2}\n", "K0108 1:11"},
      {"a: b\nstray\n", "K0112 2:1"},
      {"a: b\nstray\nc: d\n", "K0112 2:1"},
      {"a:\n  stray\n  b: c\n", "K0112 2:3"},
      {"a:b\nc: d\n", "K0112 1:2"},
      {"a: b\nc:d\ne: f\n", "K0112 2:2"},
      {"? [a]\n: b\n", "K0112 1:3"},
      {"{[a]: b}\n", "K0112 1:2"},
  });
}

TEST(Yaml, Structure) {
  Check({
      {"a: b: c\n", "K0101 1:5"},
      {"a:\n  b: c\n d: e\n", "K0101 3:2"},
      {"a: b\n   c: d\n", "K0101 2:4"},
      {"a: b\n- c\n", "K0101 2:1"},
      {"a: - b\n", "K0101 1:4"},
      {"a: ]\n", "K0101 1:4"},
      {"a: @b\n", "K0101 1:4"},
      {"a: \"b\" c\n", "K0101 1:8"},
      {"a: |x\n  b\n", "K0101 1:5"},
      {"a: \"\\q\"\n", "K0101 1:5"},
      {"a: \"\\x4\"\n", "K0101 1:5"},
  });
}

TEST(Yaml, Tags) {
  Check({
      {"a: !include b\n", "K0110 1:4"},
      {"a: &x !foo b\n", "K0110 1:7"},
      {"a: !!python/object:os.system [b]\n", "K0110 1:4"},
      {"a: !!int 3\n", "K0110 1:4"},
      {"!foo\na: b\n", "K0110 1:1"},
  });
}

TEST(Yaml, Aliases) {
  Check({
      {"a: &x {b: [c]}\nd: *x\n", "{a: {b: [c]}, d: {b: [c]}}"},
      {"a: &x b\n*x : c\n", "{a: b, b: c}"},
      {"a: &x 1\nb: &x 2\nc: *x\n", "{a: 1, b: 2, c: 2}"},
      {"a: *x\n", "K0109 1:4"},
      {"a: [b, *x, c]\n", "K0109 1:8"},
      {"a: &x 1\n---\nb: *x\n", "K0109 3:4"},
      {"a: &x [*x]\n", "K0109 1:8"},
      {"a: &x {b: {c: *x}}\n", "K0109 1:15"},
  });
}

TEST(Yaml, MergeKeys) {
  Check({
      {"a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "{a: {b: 1, c: 2}, d: {c: 3, b: 1}}"},
      {"a: &x {b: 1}\nd: &y {b: 2, c: 2}\ne: {<<: [*x, *y]}\n",
       "{a: {b: 1}, d: {b: 2, c: 2}, e: {b: 1, c: 2}}"},
      {"a: {\"<<\": b}\n", "{a: {\"<<\": b}}"},
      {"a: {<<: {b: c}}\n", "{a: {b: c}}"},
      {"a: {<<: b}\n", "K0111 1:5"},
      {"a: {<<: [{b: c}, d]}\n", "K0111 1:5"},
      {"a: {<<: }\n", "K0111 1:5"},
  });
}

TEST(Yaml, LimitsHoldAtOnce) {
  const auto repeat = [](std::string_view text, size_t times) {
    std::string all;
    for (size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) bomb += fmt::format("a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1);
  const std::clock_t begin = std::clock();  // of the processor: how busy others are is no matter
  Check({
      {"a: " + repeat("[", 90) + "b" + repeat("]", 90),
       "{a: " + repeat("[", 90) + "b" + repeat("]", 90) + "}"},
      {"a: " + repeat("[", 100) + "b" + repeat("]", 100), "K0104 1:103"},
      {repeat("[", 10), "K0107 1:10"},
      {repeat("[", 1'000'000), "K0104 1:51"},
      {repeat("{a: ", 1'000'000), "K0104 1:397"},
      {repeat("- ", 1'000'000), "K0104 1:201"},
      {repeat("? ", 1'000'000), "K0104 1:201"},
      {"[" + repeat("x,", 1'000'000) + "]", "K0104 1:400002"},
      {bomb, "K0104 15:11"},
      {"a: &a |\n  " + repeat("x", 1'000'000) + "\nb: [" + repeat("*a, ", 1000) + "]\n",
       "K0104 3:49"},
  });
  EXPECT_LT((std::clock() - begin) / CLOCKS_PER_SEC, 20) << "something is not linear";
}

// "block text @line:column of each byte asked for"
TEST(Yaml, BlocksKnowTheirBytes) {
  const struct {
    std::string yaml;
    std::string find;   // in the value
    std::string place;  // in the file
  } rows[] = {
      {"a: |\n  x\n  yz\n", "z", "3:4"},
      {"a: |\r\n  x\r\n\r\n  yz\r\n", "z", "4:4"},
      {"a: |2\n    x\n  y\n", "y", "3:3"},
      {"a: |-\n\n   x\n", "x", "3:4"},
      {"a: &b !!str |\n  x\n", "x", "2:3"},
      {"a: \"x\\n\\ty\"\n", "y", "1:10"},
      {"a: \"\\u00e4\\x41b\"\n", "b", "1:15"},
      {"a: \"x \\\n  y\"\n", "y", "2:3"},
      {"a: \"x\n\n  y\"\n", "y", "3:3"},
      {"a: 'x''y'\n", "y", "1:8"},
      {"a: x y\n  z\n", "z", "2:3"},
      {"a: >\n  x\n  y\n", "y", "1:4"},  // folded: the indicator stands for all
      {"\xEF\xBB\xBF\xC3\xA4: |\n  x\xC3\xA4y\n", "y", "2:5"},
  };
  for (const auto& row : rows) {
    const SourceFile file("t.yaml", row.yaml);
    Diagnostics diagnostics;
    const auto documents = ReadYaml(file, diagnostics);
    ASSERT_TRUE(documents) << row.yaml << Render(diagnostics);
    const YamlNode& value = documents->front().entries.front().value;
    const auto at = static_cast<uint32_t>(value.text.find(row.find));
    EXPECT_EQ(Place(MapScalar(value).Locate(at, at + 1)), row.place) << row.yaml;
  }
}

}  // namespace
}  // namespace kaspr::frontend
