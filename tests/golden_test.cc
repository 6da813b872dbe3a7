// Whole specs through the whole compiler.
//
// tests/golden/specs: an app that is right (x.yaml, or a folder x of them) and what becomes of it:
//   .ir .ir-opt .plan .graph    always; .graph is the picture of the optimized app
//   .err                        if there are warnings
//   .graph-fields .dot-fields .mermaid-fields   what `--fields` makes of .graph, .dot, .mermaid
//   .dot .json .mermaid .locs .spec .explain .native   where the file is there; .locs is .ir with
//                               places, .explain what `kasprc explain -f` says, .native what
//                               machine code is made of
// tests/golden/diagnostics: an app that is wrong, and .err: all that `kasprc check` says about it.
// tests/golden/failures: what running apps say; written by the tests of the driver.

#include "tests/golden.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include "base/render.h"
#include "driver/commands.h"
#include "driver/explain_spec.h"
#include "driver/pipeline.h"
#include "frontend/print_spec.h"
#include "ir/draw.h"
#include "ir/draw_json.h"
#include "ir/parse.h"
#include "ir/print.h"
#include "jit/native_part.h"
#include "jit/part_function.h"
#include "runtime/plan.h"

namespace kaspr::golden {
namespace {

bool IsYaml(const fs::path& path) {
  return path.extension() == ".yaml";
}

// The files and folders that are an app each.
std::vector<fs::path> AppsIn(const fs::path& folder) {
  std::vector<fs::path> apps;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() || IsYaml(entry.path())) apps.push_back(entry.path());
  }
  std::ranges::sort(apps);
  return apps;
}

// An app, compiled under the names that a user in `folder` would see.
struct Compiled {
  driver::Compilation result;
  std::vector<const SourceFile*> files;
  bool ok = false;

  Compiled(const fs::path& app, const fs::path& folder, python::Interpreter& interpreter) {
    for (const fs::path& file : fs::is_directory(app) ? FilesBelow(app) : std::vector{app}) {
      EXPECT_TRUE(IsYaml(file)) << file << " is not read";
      files.push_back(&result.files.Add(fs::relative(file, folder).string(), ReadFile(file)));
    }
    ok = driver::Compile(files, interpreter, {}, "", result);
  }

  // What `kasprc check` says.
  std::string Said() const {
    return result.diagnostics.empty() ? "" : driver::RenderAll(result.diagnostics, files, false);
  }
};

fs::path Beside(const fs::path& app, const std::string& extension) {
  return app.string() + extension;
}

void ExpectRoundTrip(const ir::Graph& graph) {
  const SourceFile file("printed", ir::Print(graph));
  Diagnostics diagnostics;
  const auto back = ir::Parse(file, diagnostics);
  ASSERT_TRUE(back) << Render(diagnostics);
  EXPECT_TRUE(*back == graph) << file.text();
  EXPECT_EQ(ir::Print(*back), file.text());
}

void RunSpec(const fs::path& app, const fs::path& folder, python::Interpreter& interpreter) {
  const Compiled compiled(app, folder, interpreter);
  const driver::Compilation& result = compiled.result;
  ASSERT_TRUE(compiled.ok) << compiled.Said();
  ExpectRoundTrip(*result.graph);
  ExpectRoundTrip(*result.optimized);

  ExpectFile(Beside(app, ".ir"), ir::Print(*result.graph, {.exprs = false}));
  ExpectFile(Beside(app, ".ir-opt"), ir::Print(*result.optimized, {.exprs = false}));
  if (fs::exists(Beside(app, ".expr"))) {
    ExpectFile(Beside(app, ".expr"), ir::PrintExprs(*result.graph));
  }
  ExpectFile(Beside(app, ".plan"), runtime::PrintPlan(runtime::MakePlan(*result.optimized)));
  ExpectFile(Beside(app, ".graph"), ir::DrawText(*result.optimized));
  if (!compiled.Said().empty() || fs::exists(Beside(app, ".err"))) {
    ExpectFile(Beside(app, ".err"), compiled.Said());
  }
  if (fs::exists(Beside(app, ".dot"))) {
    ExpectFile(Beside(app, ".dot"), ir::DrawDot(*result.optimized));
  }
  constexpr ir::DrawOptions kFields{.fields = true};
  if (fs::exists(Beside(app, ".graph-fields"))) {
    ExpectFile(Beside(app, ".graph-fields"), ir::DrawText(*result.optimized, kFields));
    ExpectFile(Beside(app, ".dot-fields"), ir::DrawDot(*result.optimized, kFields));
    ExpectFile(Beside(app, ".mermaid-fields"), ir::DrawMermaid(*result.optimized, kFields));
  }
  if (fs::exists(Beside(app, ".json"))) {
    ExpectFile(Beside(app, ".json"), ir::DrawJson({.written = *result.graph,
                                                   .optimized = *result.optimized,
                                                   .passes = result.passes,
                                                   .diagnostics = result.diagnostics,
                                                   .engines = jit::EnginesOf}));
  }
  if (fs::exists(Beside(app, ".mermaid"))) {
    ExpectFile(Beside(app, ".mermaid"), ir::DrawMermaid(*result.optimized));
  }
  if (fs::exists(Beside(app, ".locs"))) {
    ExpectFile(Beside(app, ".locs"), ir::Print(*result.graph, {.places = true, .exprs = false}));
  }
  if (fs::exists(Beside(app, ".native"))) {
    std::string native;
    for (const ir::Agent& agent : result.optimized->agents) native += jit::PrintParts(agent);
    ExpectFile(Beside(app, ".native"), native);
  }
  if (fs::exists(Beside(app, ".explain"))) {
    ExpectFile(Beside(app, ".explain"), driver::ExplainText(result));
  }
  if (fs::exists(Beside(app, ".spec"))) {
    ExpectFile(Beside(app, ".spec"), frontend::PrintSpec(*result.spec));
  }
}

void RunDiagnostics(const fs::path& app, const fs::path& folder, python::Interpreter& interpreter) {
  const Compiled compiled(app, folder, interpreter);
  EXPECT_NE(compiled.Said(), "") << app << " is right";
  EXPECT_EQ(compiled.ok, !compiled.result.diagnostics.has_errors());
  ExpectFile(Beside(app, ".err"), compiled.Said());
}

// Every file is an app or what is expected of one.
void ExpectNoStrays(const fs::path& folder, const std::set<std::string>& extensions) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path path = entry.path();
    if (entry.is_directory() || IsYaml(path) || path.filename() == "README.md") continue;
    EXPECT_TRUE(extensions.contains(path.extension().string())) << path << " is read by nobody";
    const fs::path app = fs::path(path).replace_extension();
    EXPECT_TRUE(fs::exists(app)) << path << " is expected of " << app << ", which is not there";
  }
}

// Every diagnostic the compiler can make is shown somewhere.
void ExpectAllCodesShown(const fs::path& golden) {
  std::string shown;
  for (const fs::path& path : FilesBelow(golden)) {
    if (path.extension() == ".err" || path.extension() == ".test") shown += ReadFile(path);
  }
  const std::string codes = ReadFile(fs::path(KASPR_TESTS).parent_path() / "base/codes.h");
  const std::regex definition("(k[A-Za-z0-9]+) = ([0-9]+)");
  std::string missing;
  size_t count = 0;
  for (auto it = std::sregex_iterator(codes.begin(), codes.end(), definition);
       it != std::sregex_iterator(); ++it, ++count) {
    const std::string number = (*it)[2].str();
    const std::string name =
        "K" + std::string(4 - std::min<size_t>(4, number.size()), '0') + number;
    if (shown.find("[" + name + "]") == std::string::npos) {
      missing += " " + name + " (" + (*it)[1].str() + ")";
    }
  }
  EXPECT_GT(count, 0u);
  EXPECT_EQ(missing, "") << "no golden shows these";
}

void RegisterAll(const fs::path& golden, python::Interpreter& interpreter) {
  const fs::path specs = golden / "specs";
  for (const fs::path& app : AppsIn(specs)) {
    Register("specs", app.filename(), [=, &interpreter] { RunSpec(app, specs, interpreter); });
  }
  const fs::path wrong = golden / "diagnostics";
  for (const fs::path& app : AppsIn(wrong)) {
    Register("diagnostics", app.filename(),
             [=, &interpreter] { RunDiagnostics(app, wrong, interpreter); });
  }
  Register("golden", "NoStrays", [=] {
    ExpectNoStrays(specs, {".ir", ".ir-opt", ".plan", ".graph", ".err", ".dot", ".json", ".mermaid",
                           ".locs", ".spec", ".explain", ".native", ".expr", ".graph-fields",
                           ".dot-fields", ".mermaid-fields"});
    ExpectNoStrays(wrong, {".err"});
  });
  Register("golden", "EveryCodeIsShown", [=] { ExpectAllCodesShown(golden); });
}

}  // namespace
}  // namespace kaspr::golden

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  kaspr::python::Interpreter interpreter;
  kaspr::golden::RegisterAll(KASPR_TESTS "/golden", interpreter);
  return RUN_ALL_TESTS();
}
