#include "driver/commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "base/render.h"
#include "driver/child.h"
#include "driver/files.h"
#include "driver/graph/page.h"
#include "driver/require_native.h"
#include "frontend/print_spec.h"
#include "ir/draw.h"
#include "ir/draw_json.h"
#include "ir/print.h"
#include "jit/listing.h"
#include "jit/native_part.h"
#include "jit/part_function.h"
#include "runtime/plan.h"

namespace kaspr::driver {

namespace {

std::string NameOf(const std::vector<const SourceFile*>& files) {
  return files.size() == 1 ? files.front()->path() : Counted(files.size(), "file");
}

bool HasMistakes(const Diagnostics& diagnostics) {
  return diagnostics.error_count() + diagnostics.warning_count() > 0;
}

// One line per agent: "orders: orders -> priced, 3 operations, python".
std::string Summary(const Compilation& compiled) {
  const runtime::Plan plan = runtime::MakePlan(*compiled.optimized);
  std::string out;
  for (size_t agent = 0; agent < plan.agents.size(); ++agent) {
    std::vector<std::string> read, written;
    const std::vector<std::string> lane = jit::EnginesOf(compiled.optimized->agents[agent]).parts;
    for (const runtime::Segment& segment : plan.segments) {
      if (segment.agent_index != agent) continue;
      for (std::string& topic : segment.WrittenTopics()) written.push_back(std::move(topic));
      if (!segment.counts_source) continue;
      read = segment.topics;
      if (!segment.pattern.empty()) read.push_back("topics like " + segment.pattern);
      if (!segment.channel.empty()) read.push_back("channel " + segment.channel);
    }
    const auto is_operation = [](const ir::Node& node) {
      return !std::holds_alternative<ir::Input>(node.op) && !ir::IsOutput(node.op);
    };
    const auto& nodes = compiled.graph->agents[agent].nodes;
    const auto operations = std::count_if(nodes.begin(), nodes.end(), is_operation);
    out += fmt::format("{}: {} -> {}, {}, {}\n", plan.agents[agent], fmt::join(read, ", "),
                       written.empty() ? "nothing" : fmt::format("{}", fmt::join(written, ", ")),
                       Counted(static_cast<size_t>(operations), "operation"),
                       std::ranges::all_of(lane, &std::string::empty) ? "native" : "python");
  }
  return out;
}

std::string ListNative(const Compilation& compiled, bool places) {
  std::string out;
  for (const ir::Agent& agent : compiled.optimized->agents) {
    const std::string text = jit::PrintParts(agent, places);
    out += fmt::format("{}# agent {}{}\n{}", out.empty() ? "" : "\n", agent.name,
                       text.empty() ? ": all of it runs in Python" : "", text);
  }
  return out;
}

std::string ListCode(const Compilation& compiled, jit::Listing listing) {
  const char* comment = listing == jit::Listing::kLlvm ? ";" : "#";
  std::string out;
  for (const ir::Agent& agent : compiled.optimized->agents) {
    const std::vector<jit::NativePart> parts = jit::JoinedPartsOf(agent);
    const std::vector<jit::CodeFunction> functions = jit::CodeFunctionsOf(parts);
    out += fmt::format("{}{} agent {}{}\n", out.empty() ? "" : "\n", comment, agent.name,
                       functions.empty() ? ": all of it runs in Python" : "");
    if (!functions.empty()) out += jit::List(functions, listing);
  }
  return out;
}

// Makes the machine code of all agents, as a run would, and notes how long that takes.
void MakeCode(Compilation& compiled) {
  for (const ir::Agent& agent : compiled.optimized->agents) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<jit::NativePart> parts = jit::JoinedPartsOf(agent);
    const std::vector<jit::CodeFunction> functions = jit::CodeFunctionsOf(parts);
    if (functions.empty()) continue;
    jit::Code::Make(functions);
    compiled.phases.push_back({.name = fmt::format("make the code of '{}'", agent.name),
                               .time = std::chrono::steady_clock::now() - begin});
  }
}

std::string PhaseText(const Compilation& compiled) {
  std::string out;
  for (const Compilation::Phase& phase : compiled.phases) {
    const std::chrono::duration<double, std::milli> time = phase.time;
    out += fmt::format("{:>9.1f} ms  {}\n", time.count(), phase.name);
  }
  return out;
}

std::string Emit(const Compilation& compiled, const Options& options) {
  const ir::PrintOptions print{.places = options.places, .exprs = false};
  if (options.emit == "spec") return frontend::PrintSpec(*compiled.spec);
  if (options.emit == "ir") return ir::Print(*compiled.graph, print);
  if (options.emit == "expr") return ir::PrintExprs(*compiled.graph, print);
  if (options.emit == "ir-opt") return ir::Print(*compiled.optimized, print);
  if (options.emit == "native") return ListNative(compiled, options.places);
  if (options.emit == "llvm") return ListCode(compiled, jit::Listing::kLlvm);
  if (options.emit == "asm") return ListCode(compiled, jit::Listing::kAssembly);
  if (options.emit == "plan") return runtime::PrintPlan(runtime::MakePlan(*compiled.optimized));
  return Summary(compiled);
}

// The picture that Graphviz makes; nothing after saying why not.
std::optional<std::string> DrawSvg(const ir::Graph& graph, const ir::DrawOptions& options) {
  std::string why;
  std::optional<ChildResult> dot = RunChild({"dot", "-Tsvg"}, ir::DrawDot(graph, options), why);
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

std::string DrawJson(const Compilation& compiled, bool fields) {
  return ir::DrawJson({.written = *compiled.graph,
                       .optimized = *compiled.optimized,
                       .passes = compiled.passes,
                       .diagnostics = compiled.diagnostics,
                       .engines = jit::EnginesOf,
                       .fields = fields});
}

std::optional<std::string> Draw(const Compilation& compiled, const Options& options) {
  const ir::Graph& graph = *compiled.optimized;
  const std::string& format = options.drawing;
  const ir::DrawOptions draw{.fields = options.fields};
  if (format == "json") return DrawJson(compiled, options.fields);
  if (format == "html") {
    return GraphPage(graph.app, ir::DrawText(graph, draw), DrawJson(compiled, options.fields));
  }
  if (format == "dot") return ir::DrawDot(graph, draw);
  if (format == "mermaid") return ir::DrawMermaid(graph, draw);
  if (format == "svg") return DrawSvg(graph, draw);
  return ir::DrawText(graph, draw);
}

}  // namespace

std::string Counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(count), noun, count == 1 ? "" : "s");
}

std::string PlaceText(Span span) {
  const Position at = span.file->PositionOf(span.begin);
  return fmt::format("--> {}:{}:{}", span.file->path(), at.line, at.column);
}

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
  ir::PassOptions passes{.disabled = options.disabled_passes};
  passes.changed = [&](const ir::Pass& pass, const ir::Graph& graph) {
    if (std::count(options.print_after.begin(), options.print_after.end(), pass.name) > 0) {
      fmt::print(stderr, "# after {}\n{}\n", pass.name, ir::Print(graph));
    }
  };
  const bool ok = Compile(specs, interpreter, passes, options.app, result);
  // Remarks are for `check`.
  fmt::print(stderr, "{}", RenderAll(result.diagnostics, specs, ColorOnStderr(), false));
  return ok ? kExitOk : kExitConfig;
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
  Compile(specs, interpreter, {}, options.app, compiled);
  Diagnostics& diagnostics = compiled.diagnostics;
  if (options.strict) diagnostics.WarningsAreErrors("a warning, and an error by '--strict'");
  const int answer = diagnostics.has_errors() ? kExitNo : kExitOk;
  if (options.json) return WriteFile("-", RenderJson(diagnostics)) ? answer : kExitIo;
  fmt::print(stderr, "{}", RenderAll(diagnostics, specs, ColorOnStderr()));
  if (!HasMistakes(diagnostics)) {
    fmt::print(stderr, "{}no mistakes in {}\n", diagnostics.empty() ? "" : "\n", NameOf(specs));
  }
  return answer;
}

int CompileCommand(const Options& options) {
  Compilation compiled;
  python::Interpreter interpreter;
  const int code = Load(options, interpreter, compiled);
  if (code != kExitOk) return code;
  std::string error;
  const int answer = RequireNative(compiled, options.require_native, error);
  fmt::print(stderr, "{}", error);
  if (answer != kExitOk) return answer;
  if (options.emit.empty() || options.time) MakeCode(compiled);
  if (options.time) fmt::print(stderr, "{}", PhaseText(compiled));
  return WriteFile("-", Emit(compiled, options)) ? kExitOk : kExitIo;
}

int Graph(const Options& options) {
  Compilation compiled;
  python::Interpreter interpreter;
  const int code = Load(options, interpreter, compiled);
  if (code != kExitOk) return code;
  const std::optional<std::string> picture = Draw(compiled, options);
  return picture && WriteFile("-", *picture) ? kExitOk : kExitIo;
}

}  // namespace kaspr::driver
