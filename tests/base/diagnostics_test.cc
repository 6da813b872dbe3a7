#include "base/diagnostics.h"

#include <gtest/gtest.h>

#include "base/render.h"

namespace kaspr {
namespace {

constexpr Code kCode = Code::kUnknownKey;

TEST(Diagnostics, AreSortedByPlaceAndNotRepeated) {
  const SourceFile file("a.yaml", "first\nsecond\n");
  Diagnostics diagnostics;
  diagnostics.Error(kCode, "two", {&file, 6, 12});
  diagnostics.Warning(kCode, "one", {&file, 0, 5});
  diagnostics.Error(kCode, "two", {&file, 6, 12});
  const std::vector<Diagnostic> sorted = diagnostics.Sorted();
  ASSERT_EQ(sorted.size(), 2u);
  EXPECT_EQ(sorted[0].message, "one");
  EXPECT_EQ(sorted[1].message, "two");
  EXPECT_EQ(diagnostics.warning_count(), 1u);
  EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Nearest, HintsOnlyWhenNearlySure) {
  const std::vector<std::string_view> kKeys = {"keySelector", "valueSelector", "name", "ack",
                                               "map"};
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"keySelecter", "keySelector"},
      {"key_selector", "keySelector"},
      {"KeySelector", "keySelector"},
      {"valeuSelector", "valueSelector"},
      {"nmae", "name"},
      {"names", "name"},
      {"filter", ""},
      {"x", ""},
      {"", ""},
      {"ak", "ack"},
  };
  for (const auto& [word, nearest] : kCases) EXPECT_EQ(Nearest(word, kKeys), nearest) << word;
  EXPECT_EQ(Nearest(std::string(100'000, 'k'), kKeys), "");
}

TEST(Render, CutsLongLinesAroundThePlace) {
  const SourceFile file("a.yaml", std::string(500, 'x') + "HERE" + std::string(500, 'y') + "\n");
  Diagnostics diagnostics;
  diagnostics.Error(kCode, "a long line", {&file, 500, 504}).Text("look");
  const std::string text = Render(diagnostics);
  for (size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    EXPECT_LE(text.find('\n', begin) - begin, 100u) << text;
  }
  EXPECT_NE(text.find("HERE"), std::string::npos);
  EXPECT_NE(text.find("^^^^ look"), std::string::npos);
}

TEST(Render, BreaksLongTextsFromWordToWord) {
  const SourceFile file("a.yaml", "here\n");
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word ";
  Diagnostics diagnostics;
  diagnostics.Error(kCode, "long", {&file, 0, 4}).Text(words + "label").Note(words + "note");
  const std::string text = Render(diagnostics);
  for (size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    EXPECT_LE(text.find('\n', begin) - begin, 100u) << text;
  }
  EXPECT_NE(text.find("^^^^\n  = word"), std::string::npos) << text;
}

TEST(Render, MarksStandBelowWideAndUnprintableCharacters) {
  const SourceFile file("a.yaml", "\t日本: \x01 x\n");
  Diagnostics diagnostics;
  diagnostics.Error(kCode, "here", {&file, 11, 12});
  EXPECT_EQ(Render(diagnostics),
            "error[K0204]: here\n"
            " --> a.yaml:1:8\n"
            "  |\n"
            "1 |  日本: \xEF\xBF\xBD x\n"
            "  |          ^\n");
}

TEST(Render, HasNoPlaceWhereThereIsNone) {
  Diagnostics diagnostics;
  diagnostics.Error(kCode, "nowhere", {}).Note("a note\nof two lines");
  EXPECT_EQ(Render(diagnostics), "error[K0204]: nowhere\n  = a note\n    of two lines\n");
}

TEST(RenderJson, IsOneLineOfJson) {
  const SourceFile file("a.yaml", "näme: \"x\"\nother\n");
  Diagnostics diagnostics;
  diagnostics.Warning(kCode, "a \"quoted\" word", {&file, 7, 10})
      .Text("write y")
      .Label({&file, 11, 16}, "the other")
      .Note("a note");
  EXPECT_EQ(RenderJson(diagnostics),
            R"({"diagnostics": [{"severity": "warning", "code": "K0204", )"
            R"("message": "a \"quoted\" word", "file": "a.yaml", "line": 1, "column": 7, )"
            R"("end_line": 1, "end_column": 10, )"
            R"("notes": ["write y", "a.yaml:2:1: the other", "a note"]}]})"
            "\n");
  EXPECT_EQ(RenderJson(Diagnostics()), "{\"diagnostics\": []}\n");
}

TEST(JsonQuoted, EscapesWhatJsonDemands) {
  EXPECT_EQ(JsonQuoted("a\"\\\n\r\t\x01 ä\xFF"), R"("a\"\\\n\r\t\u0001 ä)"
                                                 "\xEF\xBF\xBD\"");
}

TEST(Grouped, SetsCommas) {
  EXPECT_EQ(Grouped(0), "0");
  EXPECT_EQ(Grouped(999), "999");
  EXPECT_EQ(Grouped(1000), "1,000");
  EXPECT_EQ(Grouped(1204551), "1,204,551");
}

}  // namespace
}  // namespace kaspr
