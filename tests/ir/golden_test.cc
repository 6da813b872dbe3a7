// Runs the files below tests/golden/ir, one test each, of several cases:
//
//   # what it shows
//   run passes=fuse-stages        or: roundtrip | verify | remarks passes=... | draw text |
//   draw dot | draw mermaid
//   graph text
//   ----
//   what is said about it
//   ====

#include "tests/golden.h"

#include <algorithm>
#include <set>

#include "base/render.h"
#include "ir/draw.h"
#include "ir/parse.h"
#include "ir/passes.h"
#include "ir/print.h"
#include "ir/verify.h"

namespace kaspr::golden {
namespace {

// One case of a .test file, as text of whole lines.
struct Case {
  std::string head;       // comments and blank lines
  std::string directive;  // "run passes=fuse-stages"
  std::string input;
  std::string expected;
};

std::vector<Case> ReadCases(const fs::path& path) {
  std::vector<Case> cases;
  enum { kHead, kInput, kExpected } part = kHead;
  const std::string text = ReadFile(path);
  for (std::string_view line : Lines(text)) {
    if (part == kHead && cases.empty()) cases.emplace_back();
    Case& current = cases.back();
    const std::string whole = std::string(line) + '\n';
    if (part == kHead && (line.empty() || line.starts_with('#'))) {
      current.head += whole;
    } else if (part == kHead) {
      current.directive = line;
      part = kInput;
    } else if (part == kInput && line == "----") {
      part = kExpected;
    } else if (part == kInput) {
      current.input += whole;
    } else if (line == "====") {
      part = kHead;
      cases.emplace_back();
    } else {
      current.expected += whole;
    }
  }
  if (part == kHead && !cases.empty() && cases.back().head.empty()) cases.pop_back();
  EXPECT_FALSE(cases.empty()) << path << " has no case";
  for (const Case& c : cases) EXPECT_NE(c.directive, "") << path << ": a case without a directive";
  return cases;
}

void WriteCases(const fs::path& path, const std::vector<Case>& cases) {
  std::string text;
  for (const Case& c : cases) {
    if (!text.empty()) text += "====\n";
    text += c.head + c.directive + '\n' + c.input + "----\n" + c.expected;
  }
  WriteFile(path, text);
}

// Those of "passes=a,b", in their own order.
ir::PassOptions OnlyPasses(std::string_view list) {
  ir::PassOptions options;
  std::set<std::string> wanted;
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    wanted.insert(std::string(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  for (const ir::Pass& pass : ir::Passes()) {
    if (wanted.erase(std::string(pass.name)) == 0) options.disabled.emplace_back(pass.name);
  }
  for (const std::string& name : wanted) ADD_FAILURE() << "no pass is called " << name;
  return options;
}

// The laws: what is printed reads back, and canonical text prints as itself.
void ExpectRoundTrip(const ir::Graph& graph) {
  const std::string text = ir::Print(graph);
  const SourceFile file("printed", text);
  Diagnostics diagnostics;
  const auto back = ir::Parse(file, diagnostics);
  ASSERT_TRUE(back) << Render(diagnostics) << text;
  EXPECT_TRUE(*back == graph) << text;
  EXPECT_EQ(ir::Print(*back), text);
}

std::string RunPassesOn(ir::Graph graph, std::string_view passes, bool remarks) {
  ir::PassContext context;
  const ir::Graph before = graph;
  ir::RunPasses(graph, OnlyPasses(passes), context);
  ExpectRoundTrip(graph);
  if (!remarks) return graph == before ? "no change\n" : ir::Print(graph);
  std::string out;
  for (const ir::Remark& remark : context.remarks) {
    out += std::string(remark.pass) + ": " + remark.agent + ": " + remark.text + '\n';
  }
  return out;
}

// What the program says to one case.
std::string Answer(const Case& c) {
  SourceFiles files;
  Diagnostics diagnostics;
  const auto graph = ir::Parse(files.Add("graph", c.input), diagnostics);
  if (!graph) return Render(diagnostics);
  if (!ir::Verify(*graph, files, diagnostics)) return Render(diagnostics);
  ExpectRoundTrip(*graph);

  const std::string_view directive = c.directive;
  constexpr std::string_view kRun = "run passes=";
  constexpr std::string_view kRemarks = "remarks passes=";
  if (directive == "roundtrip") return ir::Print(*graph);
  if (directive == "verify") return "well formed\n";
  if (directive == "draw text") return ir::DrawText(*graph);
  if (directive == "draw dot") return ir::DrawDot(*graph);
  if (directive == "draw mermaid") return ir::DrawMermaid(*graph);
  if (directive.starts_with(kRun)) {
    return RunPassesOn(*graph, directive.substr(kRun.size()), false);
  }
  if (directive.starts_with(kRemarks)) {
    return RunPassesOn(*graph, directive.substr(kRemarks.size()), true);
  }
  ADD_FAILURE() << "no such directive: " << directive;
  return "";
}

void RunCases(const fs::path& path) {
  std::vector<Case> cases = ReadCases(path);
  for (Case& c : cases) {
    const std::string answer = Answer(c);
    if (!Blessing() && answer != c.expected) Differs(path, c.expected, answer);
    c.expected = answer;
  }
  if (Blessing()) WriteCases(path, cases);
}

void RegisterIr(const fs::path& folder) {
  for (const fs::path& path : FilesBelow(folder)) {
    if (path.extension() == ".md") continue;
    const std::string name = fs::relative(path, folder).string();
    Register("ir", name, [path] {
      EXPECT_EQ(path.extension(), ".test") << "nothing runs this file";
      RunCases(path);
    });
  }
}

}  // namespace
}  // namespace kaspr::golden

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  kaspr::golden::RegisterIr(KASPR_TESTS "/golden/ir");
  return RUN_ALL_TESTS();
}
