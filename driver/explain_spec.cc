#include "driver/explain_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/render.h"
#include "driver/calls.h"
#include "driver/commands.h"
#include "driver/files.h"
#include "driver/require_native.h"
#include "driver/table.h"
#include "ir/draw_json.h"
#include "ir/expr/effects.h"
#include "ir/fields.h"
#include "ir/labels.h"

namespace kaspr::driver {
namespace {

constexpr size_t kEffectsWidth = 20;  // columns of the fields and exceptions in a table

// "map    price", kinds as wide as the widest; "priced.key".
std::vector<std::string> LabelsOf(const std::vector<Call>& calls) {
  size_t width = 0;
  for (const Call& call : calls) width = std::max(width, std::string_view(call.kind).size());
  std::vector<std::string> labels;
  for (const Call& call : calls) {
    const std::string name = ir::Shown(call.name);
    labels.push_back(*call.kind == '\0' ? name : fmt::format("{:<{}} {}", call.kind, width, name));
  }
  return labels;
}

const ir::Engines::OfFunction& EngineOf(const AgentCalls& run, ir::FnId id) {
  return run.engines.functions[static_cast<size_t>(id)];
}

std::string EngineText(const AgentCalls& run, const Call& call) {
  if (!call.function) return "-";
  if (call.engine == ir::Engine::kLlvm) {
    return EngineOf(run, *call.function).asks.empty() ? "llvm" : "llvm, calls Python";
  }
  return run.agent.function(*call.function).expr ? "python, translated" : "python";
}

// What a call reads, writes and may raise: "-" is nothing.
std::vector<std::vector<std::string>> EffectCells(const ir::Agent& agent, const Call& call) {
  if (!call.function) return {};
  const ir::Function& function = agent.function(*call.function);
  if (!function.expr) return {{"unknown"}, {"unknown"}, {"unknown"}};
  const ir::Fields fields = ir::FieldsOf(agent, {*call.function});
  std::vector<std::vector<std::string>> cells{
      fields.reads, fields.writes, ir::RaisesTexts(ir::EffectsOf(*function.expr).raises)};
  if (fields.event) cells[0].emplace_back("event");
  for (std::vector<std::string>& cell : cells) {
    if (cell.empty()) cell.emplace_back("-");
  }
  return cells;
}

// The table of what is called, as written beside as run.
std::vector<Row> CallRows(const AgentCalls& written, const AgentCalls& run) {
  const std::vector<std::string> before = LabelsOf(written.calls), after = LabelsOf(run.calls);
  const auto is_operation = [](const Call& call) { return call.is_operation(); };
  const auto operations = std::ranges::count_if(run.calls, is_operation);
  const size_t digits = fmt::format("{}", operations).size();
  std::vector<Row> rows{{"as written", "as run", "engine", "reads", "writes", "may raise"}};
  size_t number = 0;
  for (size_t i = 0; i < std::max(before.size(), after.size()); ++i) {
    Row row{i < before.size() ? before[i] : ""};
    if (i < after.size()) {
      const Call& call = run.calls[i];
      const std::string at = call.is_operation() ? fmt::format("{}", ++number) : "";
      row.push_back(fmt::format("{:>{}}  {}", at, digits, after[i]));
      row.push_back(EngineText(run, call));
      AddWrapped(rows, std::move(row), EffectCells(run.agent, call), kEffectsWidth);
    } else {
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

// Why what is translated is run in Python nevertheless.
std::string LaneText(const AgentCalls& run) {
  std::string out;
  std::set<std::string> said;
  for (const Call& call : FirstCalls(run.calls)) {
    if (call.engine == ir::Engine::kLlvm || !run.agent.function(*call.function).expr) continue;
    const std::string& why = EngineOf(run, *call.function).why;
    if (said.insert(why).second) out += fmt::format("  python, translated: {}\n", why);
  }
  return out;
}

// What is not translated, and the token that says why.
std::vector<Row> UntranslatedRows(const AgentCalls& run) {
  const std::vector<Call> functions = FirstCalls(run.calls);
  const std::vector<std::string> labels = LabelsOf(functions);
  std::vector<Row> rows;
  for (size_t i = 0; i < functions.size(); ++i) {
    const ir::Function& function = run.agent.function(*functions[i].function);
    if (function.expr) continue;
    rows.push_back({labels[i], "python: " + function.untranslated.why});
    if (function.untranslated.span) rows.push_back({"", PlaceText(function.untranslated.span)});
  }
  return rows;
}

// What native functions have CPython do.
std::vector<Row> AskRows(const AgentCalls& run) {
  const std::vector<Call> functions = FirstCalls(run.calls);
  const std::vector<std::string> labels = LabelsOf(functions);
  std::vector<Row> rows;
  for (size_t i = 0; i < functions.size(); ++i) {
    const std::vector<std::string>& asks = EngineOf(run, *functions[i].function).asks;
    if (asks.empty()) continue;
    rows.push_back({labels[i], fmt::format("llvm, calls '{}' in Python", fmt::join(asks, "', '"))});
  }
  return rows;
}

std::vector<Row> RemarkRows(const ir::PassContext& passes, const std::string& agent) {
  std::vector<Row> rows;
  std::string_view last;
  for (const ir::Remark& remark : passes.remarks) {
    if (remark.agent != agent) continue;
    rows.push_back({std::string(remark.pass == last ? "" : remark.pass), remark.text});
    last = remark.pass;
  }
  return rows;
}

// "orders -> priced, channel large".
std::string FlowOf(const ir::Agent& agent) {
  std::vector<std::string> written;
  const auto add = [&](std::string text) {
    if (std::ranges::find(written, text) == written.end()) written.push_back(std::move(text));
  };
  for (const ir::Target& target : ir::TargetsOf(agent)) {
    if (target.group != nullptr) continue;
    if (target.channel != nullptr) add("channel " + target.name);
    if (target.destination != nullptr) add(ir::TopicLabel(agent, *target.destination));
    if (target.channel == nullptr && target.destination == nullptr) add(target.name);
  }
  for (const ir::Node& node : agent.nodes) {
    if (const auto* sink = std::get_if<ir::PythonSink>(&node.op)) add("sink " + sink->name);
  }
  return fmt::format("{} -> {}", fmt::join(ir::SourceLabels(agent.input()), ", "),
                     written.empty() ? "nothing" : fmt::format("{}", fmt::join(written, ", ")));
}

std::string AgentText(const AgentCalls& written, const AgentCalls& run,
                      const ir::PassContext& passes) {
  std::string out = fmt::format("\nagent {}   {}\n", run.agent.name, FlowOf(run.agent));
  const std::vector<Row> calls = CallRows(written, run), asks = AskRows(run),
                         untranslated = UntranslatedRows(run),
                         remarks = RemarkRows(passes, run.agent.name);
  if (run.calls.empty()) return out + "  calls no function\n";
  size_t width = 0;
  for (const auto* table : {&calls, &asks, &untranslated, &remarks}) {
    for (const Row& row : *table) width = std::max(width, ir::Columns(row.front()));
  }
  out += Table(calls, width);
  const std::string why = Table(asks, width) + LaneText(run) + Table(untranslated, width);
  if (!why.empty()) out += "\n" + why;
  if (!remarks.empty()) out += "\n" + Table(remarks, width);
  return out;
}

// "orders.yaml: app shop, 1 agent, 3 operations, 1 output".
std::string Title(const ir::Graph& graph) {
  std::set<std::string> files;
  size_t operations = 0, outputs = 0;
  for (const ir::Agent& agent : graph.agents) {
    if (agent.place.span) files.insert(agent.place.span.file->path());
    for (const ir::Node& node : agent.nodes) {
      if (ir::IsOutput(node.op)) ++outputs;
      if (!ir::IsOutput(node.op) && !std::holds_alternative<ir::Input>(node.op)) ++operations;
    }
  }
  std::string from;  // an app may have no agents
  if (!files.empty()) {
    from = (files.size() == 1 ? *files.begin() : Counted(files.size(), "file")) + ": ";
  }
  return fmt::format("{}app {}, {}, {}, {}\n", from, graph.app,
                     Counted(graph.agents.size(), "agent"), Counted(operations, "operation"),
                     Counted(outputs, "output"));
}

// "file": "orders.yaml", "line": 41, "column": 32; nothing of what no file wrote.
std::string PlaceJson(Span span) {
  if (!span) return "";
  const Position at = span.file->PositionOf(span.begin);
  return fmt::format(R"(, "file": {}, "line": {}, "column": {})", JsonQuoted(span.file->path()),
                     at.line, at.column);
}

std::string FunctionJson(const AgentCalls& run, const Call& call) {
  const ir::Function& function = run.agent.function(*call.function);
  const ir::Engines::OfFunction& runs = EngineOf(run, *call.function);
  std::vector<std::string> asks;
  for (const std::string& name : runs.asks) asks.push_back(JsonQuoted(name));
  std::string effects;
  for (const auto& [key, json] : ir::EffectsJson(function)) {
    effects += fmt::format(R"(, "{}": {})", key, json);
  }
  return fmt::format(
      R"({{"name": {}, "role": {}, "operation": {}, "translated": {}, "engine": {}, "reason": {}, "calls_python": [{}]{}{}}})",
      JsonQuoted(function.name), JsonQuoted(ir::RoleName(function.role)),
      call.operation.empty() ? "null" : JsonQuoted(call.operation), function.expr.has_value(),
      JsonQuoted(ir::EngineName(runs.engine)), JsonQuoted(runs.why), fmt::join(asks, ", "), effects,
      PlaceJson(function.expr ? function.map.scalar : function.untranslated.span));
}

std::string AgentJson(const AgentCalls& run, const ir::PassContext& passes) {
  std::vector<std::string> parts, functions, remarks;
  for (const std::string& why : run.engines.parts) {
    parts.push_back(fmt::format(R"({{"reason": {}}})", JsonQuoted(why)));
  }
  for (const Call& call : FirstCalls(run.calls)) functions.push_back(FunctionJson(run, call));
  for (const ir::Remark& remark : passes.remarks) {
    if (remark.agent != run.agent.name) continue;
    remarks.push_back(fmt::format(R"({{"pass": {}, "message": {}}})", JsonQuoted(remark.pass),
                                  JsonQuoted(remark.text)));
  }
  return fmt::format(R"({{"name": {}, "parts": [{}], "functions": [{}], "remarks": [{}]}})",
                     JsonQuoted(run.agent.name), fmt::join(parts, ", "), fmt::join(functions, ", "),
                     fmt::join(remarks, ", "));
}

}  // namespace

std::string ExplainText(const Compilation& compiled) {
  std::string out = Title(*compiled.graph);
  for (size_t i = 0; i < compiled.graph->agents.size(); ++i) {
    out += AgentText(AgentCalls(compiled.graph->agents[i]),
                     AgentCalls(compiled.optimized->agents[i]), compiled.passes);
  }
  return out;
}

std::string ExplainJson(const Compilation& compiled) {
  size_t functions = 0, translated = 0;
  std::string agents;
  for (const ir::Agent& agent : compiled.optimized->agents) {
    const AgentCalls run(agent);
    for (const Call& call : FirstCalls(run.calls)) {
      ++functions;
      if (agent.function(*call.function).expr) ++translated;
    }
    agents += (agents.empty() ? "" : ", ") + AgentJson(run, compiled.passes);
  }
  return fmt::format(
      R"({{"app": {}, "agents": [{}], "summary": {{"functions": {}, "translated": {}}}}})"
      "\n",
      JsonQuoted(compiled.optimized->app), agents, functions, translated);
}

int ExplainSpec(const Options& options) {
  Compilation compiled;
  python::Interpreter interpreter;
  const int code = Load(options, interpreter, compiled);
  if (code != kExitOk) return code;
  std::string error;
  const int answer = RequireNative(compiled, options.require_native, error);
  if (answer != kExitUsage &&
      !WriteFile("-", options.json ? ExplainJson(compiled) : ExplainText(compiled))) {
    return kExitIo;
  }
  fmt::print(stderr, "{}", error);
  return answer;
}

}  // namespace kaspr::driver
