// The wrong specs of tests/conformance/bad, as far as the frontend alone can judge them: the right
// severity at the right place, and the words that the case asks for.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/render.h"
#include "frontend/build_graph.h"
#include "frontend/parse_spec.h"
#include "frontend/yaml/plain.h"
#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// About Python: not the frontend's.
bool IsOthers(const std::string& name) {
  constexpr std::array<std::string_view, 5> kPrefixes = {"py-", "arity-", "entrypoint-",
                                                         "undefined-", "slow-"};
  const auto starts = [&](std::string_view prefix) { return name.starts_with(prefix); };
  return name == "no-function-empty" || std::any_of(kPrefixes.begin(), kPrefixes.end(), starts);
}

struct Expected {
  int64_t line = 0, column = 0;
  std::string severity = "error";
  std::vector<std::string> mention;
  std::optional<int64_t> mention_line;
  bool any_column = false;
};

Expected ReadCase(const SourceFile& file) {
  Diagnostics diagnostics;
  const auto documents = ReadYaml(file, diagnostics);
  EXPECT_TRUE(documents) << Render(diagnostics);
  Expected expected;
  if (!documents) return expected;
  const YamlNode& root = documents->front();
  expected.line = IntegerOf(root.Find("line")->value).value_or(0);
  expected.column = IntegerOf(root.Find("column")->value).value_or(0);
  if (const YamlEntry* severity = root.Find("severity")) expected.severity = severity->value.text;
  if (const YamlEntry* line = root.Find("mention_line"))
    expected.mention_line = IntegerOf(line->value);
  if (const YamlEntry* note = root.Find("note")) {
    expected.any_column = note->value.text.find("any column") != std::string::npos;
  }
  for (const YamlNode& word : root.Find("mention")->value.items)
    expected.mention.push_back(word.text);
  return expected;
}

bool Mentions(const Diagnostic& diagnostic, const std::string& word) {
  return Render(diagnostic).find(word) != std::string::npos;
}

bool Fits(const Diagnostic& diagnostic, const Expected& expected) {
  const Severity severity = expected.severity == "warning" ? Severity::kWarning : Severity::kError;
  const Span& span = *diagnostic.primary();
  const Position position = span.file->PositionOf(span.begin);
  if (diagnostic.severity != severity || position.line != expected.line) return false;
  if (!expected.any_column && position.column != expected.column) return false;
  return std::all_of(expected.mention.begin(), expected.mention.end(),
                     [&](const std::string& word) { return Mentions(diagnostic, word); });
}

bool ShowsLine(const Diagnostic& diagnostic, int64_t line) {
  return std::any_of(diagnostic.labels.begin(), diagnostic.labels.end(), [&](const Label& label) {
    return label.span.file->PositionOf(label.span.begin).line == line;
  });
}

class BadSpec : public testing::TestWithParam<std::string> {};

TEST_P(BadSpec, IsReportedAtItsPlace) {
  const fs::path folder = fs::path(KASPR_TESTS) / "conformance/bad" / GetParam();
  SourceFiles files;
  const Expected expected = ReadCase(files.Add("case.yaml", ReadFile(folder / "case.yaml")));
  const SourceFile& file = files.Add("agent.yaml", ReadFile(folder / "agent.yaml"));

  Diagnostics diagnostics;
  const SourceFile* const all[] = {&file};
  BuildGraph(ParseSpec(all, diagnostics), diagnostics);

  const std::vector<Diagnostic> sorted = diagnostics.Sorted();
  const auto found = std::find_if(sorted.begin(), sorted.end(), [&](const Diagnostic& diagnostic) {
    return Fits(diagnostic, expected);
  });
  ASSERT_NE(found, sorted.end()) << fmt::format("nothing fits at {}:{}\n", expected.line,
                                                expected.column)
                                 << Render(diagnostics);
  EXPECT_EQ(diagnostics.has_errors(), expected.severity == "error");
  if (expected.mention_line) {
    EXPECT_TRUE(ShowsLine(*found, *expected.mention_line)) << Render(*found);
  }
  // One mistake, one diagnostic.
  EXPECT_EQ(sorted.size(), 1u) << Render(diagnostics);
}

std::vector<std::string> Cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(KASPR_TESTS) / "conformance/bad")) {
    const std::string name = entry.path().filename();
    if (!IsOthers(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string TestName(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Conformance, BadSpec, testing::ValuesIn(Cases()), TestName);

}  // namespace
}  // namespace kaspr::frontend
