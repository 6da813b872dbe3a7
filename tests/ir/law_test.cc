// What holds for every graph: thousands of random ones, the same in every run.

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "base/render.h"
#include "ir/draw.h"
#include "ir/parse.h"
#include "ir/passes.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "tests/ir/random_graph.h"

namespace kaspr::ir {
namespace {

constexpr uint64_t kSeeds = 4'000;

std::optional<Graph> ParseText(const std::string& text, std::string* errors = nullptr) {
  const SourceFile file("text", text);
  Diagnostics diagnostics;
  auto graph = Parse(file, diagnostics);
  EXPECT_EQ(graph.has_value(), diagnostics.empty()) << text;
  if (errors) *errors = Render(diagnostics);
  return graph;
}

bool WellFormed(const Graph& graph) {
  SourceFiles files;
  Diagnostics diagnostics;
  const bool good = Verify(graph, files, diagnostics);
  EXPECT_EQ(good, !diagnostics.has_errors());
  // Every error shows a place, if need be in the printed graph.
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    EXPECT_TRUE(diagnostic.primary() && *diagnostic.primary()) << diagnostic.message;
  }
  Render(diagnostics);
  return good;
}

TEST(LawTest, WhatIsPrintedReadsBackAndPrintsTheSame) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Graph graph = RandomGraph(seed).Make();
    ASSERT_TRUE(WellFormed(graph)) << seed << Print(graph);
    const std::string text = Print(graph);
    std::string errors;
    const auto back = ParseText(text, &errors);
    ASSERT_TRUE(back) << seed << errors << text;
    ASSERT_TRUE(*back == graph) << seed << text;
    ASSERT_EQ(Print(*back), text) << seed;
  }
}

TEST(LawTest, PlacesAreOnlyComments) {
  for (uint64_t seed = 0; seed < kSeeds; seed += 10) {
    const Graph graph = RandomGraph(seed).Make();
    // Parsing gives every node a place; printing those changes nothing.
    const SourceFile file("odd\nname.ir", Print(graph));
    Diagnostics diagnostics;
    const auto placed = Parse(file, diagnostics);
    ASSERT_TRUE(placed);
    const std::string text = Print(*placed, {.places = true});
    ASSERT_TRUE(text != file.text() || graph.agents.empty());
    const auto back = ParseText(text);
    ASSERT_TRUE(back) << text;
    ASSERT_TRUE(*back == graph) << text;
  }
}

// Whatever users call things: each line is one of Mermaid's statements, labels hold no character
// that Mermaid would read as its own, and arrows join what was declared.
TEST(LawTest, MermaidIsWellFormed) {
  const std::string label = R"re("(?:[^"#<>&%\\`*~$]|#[0-9]+;|<br>)*")re", id = "([ta][0-9_]+)";
  const std::regex box("  (?:  )?" + id + "(?:\\[\\[|\\[\\(|\\(\\(|\\()" + label +
                       "(?:\\]\\]|\\)\\]|\\)\\)|\\))");
  const std::regex arrow("  " + id + " -->(?:\\|" + label + "\\|)? " + id);
  const std::regex other("flowchart LR|  subgraph g[0-9]+\\[" + label +
                         "\\]|  end|  style t[0-9]+ stroke-dasharray: 4");
  size_t arrows = 0;
  for (uint64_t seed = 0; seed < kSeeds; seed += 10) {
    const std::string text = DrawMermaid(RandomGraph(seed).Make());
    std::set<std::string> declared;
    std::istringstream lines(text);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
      if (std::regex_match(line, match, box)) {
        ASSERT_TRUE(declared.insert(match[1]).second) << line;
      } else if (std::regex_match(line, match, arrow)) {
        ++arrows;
        ASSERT_TRUE(declared.contains(match[1]) && declared.contains(match[2])) << text;
      } else {
        ASSERT_TRUE(std::regex_match(line, other)) << seed << ": " << line;
      }
    }
  }
  EXPECT_GT(arrows, kSeeds / 10);
}

// Bytes are lost, doubled, swapped and replaced; the parser says something or accepts, and what it
// accepts can be printed and read again.
TEST(LawTest, DamagedTextNeverBreaksTheParser) {
  size_t accepted = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    RandomGraph random(seed);
    std::string text = Print(random.Make());
    for (size_t n = 1 + random.Below(4); n > 0; --n) {
      const size_t at = random.Below(text.size());
      const size_t length = random.Below(30);
      switch (random.Below(4)) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, text.substr(random.Below(text.size()), length));
          break;
        case 2:
          text[at] = static_cast<char>(random.Below(256));
          break;
        case 3:
          text.resize(at);
          break;
      }
      if (text.empty()) text = "\n";
    }
    const SourceFile file("text", text);  // the places of what was accepted point into it
    Diagnostics diagnostics;
    const auto graph = Parse(file, diagnostics);
    ASSERT_EQ(graph.has_value(), diagnostics.empty()) << text;
    if (!graph) continue;
    ++accepted;
    WellFormed(*graph);
    const auto back = ParseText(Print(*graph));
    ASSERT_TRUE(back && *back == *graph) << seed << text;
  }
  EXPECT_GT(accepted, kSeeds / 100) << "the damage is so great that nothing is tested";
}

TEST(LawTest, BrokenGraphsAreRefusedOrWork) {
  size_t refused = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    RandomGraph random(seed);
    Graph graph = random.Make();
    for (size_t n = 1 + random.Below(3); n > 0; --n) random.Break(graph);
    if (!WellFormed(graph)) {
      ++refused;
      continue;
    }
    const auto back = ParseText(Print(graph));
    ASSERT_TRUE(back && *back == graph) << seed << Print(graph);
    PassContext context;
    RunPasses(graph, {}, context);
    DrawText(graph);
    DrawDot(graph);
    DrawMermaid(graph);
  }
  EXPECT_GT(refused, kSeeds / 4);
  EXPECT_LT(refused, kSeeds);
}

}  // namespace
}  // namespace kaspr::ir
