#include "driver/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/render.h"
#include "driver/files.h"
#include "frontend/print_spec.h"
#include "ir/draw.h"
#include "ir/print.h"
#include "runtime/plan.h"

namespace kaspr::driver {

namespace {

std::string Counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(count), noun, count == 1 ? "" : "s");
}

std::string NameOf(const std::vector<const SourceFile*>& files) {
  return files.size() == 1 ? files.front()->path() : Counted(files.size(), "file");
}

// Runs after `options`' files were read: compiles and prints every diagnostic.
int Compiled(const std::vector<const SourceFile*>& specs, const Options& options,
             python::Interpreter& interpreter, Compilation& result) {
  ir::PassOptions passes{.disabled = options.disabled_passes};
  passes.changed = [&](const ir::Pass& pass, const ir::Graph& graph) {
    if (std::count(options.print_after.begin(), options.print_after.end(), pass.name) > 0) {
      fmt::print(stderr, "# after {}\n{}\n", pass.name, ir::Print(graph));
    }
  };
  const bool ok = Compile(specs, interpreter, passes, options.app, result);
  if (!result.diagnostics.empty()) {
    fmt::print(stderr, "{}", RenderAll(result.diagnostics, specs, ColorOnStderr()));
  }
  return ok ? kExitOk : kExitConfig;
}

// One line per agent: "orders: orders -> priced, 3 operations in 1 stage, python".
std::string Summary(const Compilation& compiled) {
  const runtime::Plan plan = runtime::MakePlan(*compiled.optimized);
  std::string out;
  for (size_t i = 0; i < plan.segments.size(); ++i) {
    const runtime::Segment& segment = plan.segments[i];
    const std::vector<std::string> topics = segment.WrittenTopics();
    const auto is_operation = [](const ir::Node& node) {
      return std::holds_alternative<ir::Map>(node.op) ||
             std::holds_alternative<ir::Filter>(node.op) ||
             std::holds_alternative<ir::TopicSend>(node.op);
    };
    const auto& written = compiled.graph->agents[i].nodes;
    const auto operations = std::count_if(written.begin(), written.end(), is_operation);
    out += fmt::format("{}: {} -> {}, {}, {}\n", segment.agent, fmt::join(segment.topics, ", "),
                       topics.empty() ? "nothing" : fmt::format("{}", fmt::join(topics, ", ")),
                       Counted(static_cast<size_t>(operations), "operation"),
                       segment.engine == runtime::Segment::Engine::kLane ? "python" : "native");
  }
  return out;
}

std::string Emit(const Compilation& compiled, const Options& options) {
  const ir::PrintOptions print{.places = options.places};
  if (options.emit == "spec") return frontend::PrintSpec(*compiled.spec);
  if (options.emit == "ir") return ir::Print(*compiled.graph, print);
  if (options.emit == "ir-opt") return ir::Print(*compiled.optimized, print);
  if (options.emit == "plan") return runtime::PrintPlan(runtime::MakePlan(*compiled.optimized));
  return Summary(compiled);
}

}  // namespace

bool ColorOnStderr() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

std::string RenderAll(const Diagnostics& diagnostics, const std::vector<const SourceFile*>& files,
                      bool color) {
  std::string out = Render(diagnostics, {.color = color});
  size_t errors = 0, warnings = 0;
  for (const Diagnostic& shown : diagnostics.Sorted()) {
    if (shown.severity == Severity::kError) ++errors;
    if (shown.severity == Severity::kWarning) ++warnings;
  }
  std::string counts;
  if (errors > 0) counts = Counted(errors, "error");
  if (warnings > 0) counts += (counts.empty() ? "" : ", ") + Counted(warnings, "warning");
  if (!counts.empty()) out += fmt::format("\n{} in {}\n", counts, NameOf(files));
  return out;
}

int Load(const Options& options, python::Interpreter& interpreter, Compilation& result) {
  std::vector<const SourceFile*> specs;
  std::string error;
  if (!ReadSpecs(options.files, result.files, specs, error)) {
    fmt::print(stderr, "error: {}\n", error);
    return kExitIo;
  }
  return Compiled(specs, options, interpreter, result);
}

int Check(const Options& options) {
  Compilation compiled;
  std::vector<const SourceFile*> specs;
  std::string error;
  if (!ReadSpecs(options.files, compiled.files, specs, error)) {
    fmt::print(stderr, "error: {}\n", error);
    return kExitIo;
  }
  python::Interpreter interpreter;
  if (options.json) {
    const bool ok = Compile(specs, interpreter, {}, options.app, compiled);
    if (!WriteFile("-", RenderJson(compiled.diagnostics))) return kExitIo;
    return ok ? kExitOk : kExitNo;
  }
  if (Compiled(specs, options, interpreter, compiled) != kExitOk) return kExitNo;
  if (compiled.diagnostics.empty()) fmt::print(stderr, "no mistakes in {}\n", NameOf(specs));
  return kExitOk;
}

int CompileCommand(const Options& options) {
  Compilation compiled;
  python::Interpreter interpreter;
  const int code = Load(options, interpreter, compiled);
  if (code != kExitOk) return code;
  return WriteFile("-", Emit(compiled, options)) ? kExitOk : kExitIo;
}

int Graph(const Options& options) {
  Compilation compiled;
  python::Interpreter interpreter;
  const int code = Load(options, interpreter, compiled);
  if (code != kExitOk) return code;
  const bool dot = options.drawing == "dot";
  const ir::Graph& graph = *compiled.optimized;
  return WriteFile("-", dot ? ir::DrawDot(graph) : ir::DrawText(graph)) ? kExitOk : kExitIo;
}

}  // namespace kaspr::driver
