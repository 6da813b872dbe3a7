#include "driver/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/render.h"
#include "driver/child.h"
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

bool HasMistakes(const Diagnostics& diagnostics) {
  return diagnostics.error_count() + diagnostics.warning_count() > 0;
}

// Runs after `options`' files were read: compiles and prints what is wrong. Remarks are for
// `check`.
int Compiled(const std::vector<const SourceFile*>& specs, const Options& options,
             python::Interpreter& interpreter, Compilation& result) {
  ir::PassOptions passes{.disabled = options.disabled_passes};
  passes.changed = [&](const ir::Pass& pass, const ir::Graph& graph) {
    if (std::count(options.print_after.begin(), options.print_after.end(), pass.name) > 0) {
      fmt::print(stderr, "# after {}\n{}\n", pass.name, ir::Print(graph));
    }
  };
  const bool ok = Compile(specs, interpreter, passes, options.app, result);
  const bool remarks = options.verb == Verb::kCheck;
  fmt::print(stderr, "{}", RenderAll(result.diagnostics, specs, ColorOnStderr(), remarks));
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

// The picture that Graphviz makes; nothing after saying why not.
std::optional<std::string> DrawSvg(const ir::Graph& graph) {
  std::string why;
  std::optional<ChildResult> dot = RunChild({"dot", "-Tsvg"}, ir::DrawDot(graph), why);
  if (dot && dot->exit_code == 0) return std::move(dot->out);
  if (dot) {
    why = fmt::format("exit code {}", dot->exit_code);
    const std::string_view said = std::string_view(dot->err).substr(0, dot->err.find('\n'));
    if (!said.empty()) why += fmt::format(", {}", said);
  }
  fmt::print(stderr,
             "error: cannot draw svg: running 'dot' failed: {}\n"
             "Install graphviz, or take its input with -o dot.\n",
             why);
  return std::nullopt;
}

std::optional<std::string> Draw(const ir::Graph& graph, std::string_view format) {
  if (format == "dot") return ir::DrawDot(graph);
  if (format == "mermaid") return ir::DrawMermaid(graph);
  if (format == "svg") return DrawSvg(graph);
  return ir::DrawText(graph);
}

}  // namespace

bool ColorOn(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(descriptor) == 1 && (no_color == nullptr || *no_color == '\0');
}

bool ColorOnStderr() {
  return ColorOn(STDERR_FILENO);
}

std::string RenderAll(const Diagnostics& diagnostics, const std::vector<const SourceFile*>& files,
                      bool color, bool remarks) {
  std::string out;
  size_t errors = 0, warnings = 0;
  for (const Diagnostic& shown : diagnostics.Sorted()) {
    if (shown.severity == Severity::kRemark && !remarks) continue;
    out += (out.empty() ? "" : "\n") + Render(shown, {.color = color});
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
  if (!HasMistakes(compiled.diagnostics)) {
    const bool first = compiled.diagnostics.empty();
    fmt::print(stderr, "{}no mistakes in {}\n", first ? "" : "\n", NameOf(specs));
  }
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
  const std::optional<std::string> picture = Draw(*compiled.optimized, options.drawing);
  return picture && WriteFile("-", *picture) ? kExitOk : kExitIo;
}

}  // namespace kaspr::driver
