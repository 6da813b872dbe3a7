#include "python/check/check.h"

#include <Python.h>
#include <fmt/format.h>

#include <set>

#include "base/check.h"
#include "python/state.h"
#include "python/traceback.h"

namespace kaspr::embedded {
extern const std::string_view k_answers_py;
extern const std::string_view k_blocking_py;
extern const std::string_view k_blocks_py;
extern const std::string_view k_check_py;
extern const std::string_view k_choice_py;
extern const std::string_view k_escapes_py;
extern const std::string_view k_lookups_py;
extern const std::string_view k_once_py;
extern const std::string_view k_origins_py;
extern const std::string_view k_scopes_py;
extern const std::string_view k_shadows_py;
extern const std::string_view k_suspects_py;
extern const std::string_view k_undefined_py;
}  // namespace kaspr::embedded

namespace kaspr::python {

namespace {

// check.py has answered wrongly or raised: our mistake, shown with its traceback.
[[noreturn]] void Unexpected() {
  if (PyErr_Occurred() != nullptr) PyErr_Print();
  KASPR_UNREACHABLE("check.py");
}

Ref Text(std::string_view text) {
  Ref object =
      Ref::Own(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
  if (!object) Unexpected();
  return object;
}

std::string Utf8(PyObject* text) {
  Ref bytes = Ref::Own(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
  if (!bytes) Unexpected();
  return {PyBytes_AS_STRING(bytes.get()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.get()))};
}

// The functions whose result is only asked whether it is true, but for predicates.
std::set<std::string_view> FiltersOf(const ir::Agent& agent) {
  std::set<std::string_view> names;
  for (const ir::Node& node : agent.nodes) {
    const auto* filter = std::get_if<ir::Filter>(&node.op);
    if (filter != nullptr) names.insert(agent.function(filter->function).name);
  }
  return names;
}

const char* RoleName(const ir::Function& function, const std::set<std::string_view>& filters) {
  switch (function.role) {
    case ir::Role::kOperation:
      return filters.contains(function.name) ? "filter" : "operation";
    case ir::Role::kSelector:
    case ir::Role::kChannelSelector:
      return DescribeFunction(function).starts_with("the predicate") ? "predicate" : "selector";
    case ir::Role::kSink:
      return "sink";
    case ir::Role::kInit:
      return "init";
    case ir::Role::kNative:
      break;  // made behind the checks
  }
  KASPR_UNREACHABLE("role");
}

// [(role, words, text, entrypoint)] of an agent's functions.
Ref DescribeBlocks(const ir::Agent& agent) {
  const std::set<std::string_view> filters = FiltersOf(agent);
  Ref blocks = Ref::Own(PyList_New(0));
  for (const ir::Function& function : agent.functions) {
    Ref role = Text(RoleName(function, filters));
    Ref words = Text(DescribeFunction(function));
    Ref text = Text(function.text);
    Ref entrypoint = Text(function.entrypoint);
    Ref block = Ref::Own(PyTuple_Pack(4, role.get(), words.get(), text.get(), entrypoint.get()));
    if (!blocks || !block || PyList_Append(blocks.get(), block.get()) < 0) Unexpected();
  }
  return blocks;
}

Severity SeverityOf(const std::string& word) {
  if (word == "error") return Severity::kError;
  return word == "warning" ? Severity::kWarning : Severity::kRemark;
}

struct FindingPlace {
  Span span;
  int line = 0;  // 0: not in the block
};

FindingPlace LocateFinding(const ir::Function& function, PyObject* place) {
  if (place == Py_None) return {.span = function.map.scalar};
  if (PyUnicode_Check(place)) {
    const Span span = function.entrypoint_place.span;
    return {.span = span ? span : function.map.scalar};
  }
  int line = 0, column = 0, end_line = 0, end_column = 0;
  if (PyArg_ParseTuple(place, "iiii", &line, &column, &end_line, &end_column) == 0) Unexpected();
  return {.span = LocateInBlock(function, line, column, end_line, end_column), .line = line};
}

// Says where in a folded block it is, since its own place is lost: '>' joins lines.
void ExplainFolding(const ir::Function& function, int line, DiagnosticBuilder& builder) {
  const Span& scalar = function.map.scalar;
  if (function.map.exact() || line == 0 || !scalar || scalar.begin >= scalar.end) return;
  const uint32_t begin = BlockOffset(function.text, static_cast<uint32_t>(line), 0);
  const uint32_t end = BlockOffset(function.text, static_cast<uint32_t>(line), 120);
  builder.Note(
      fmt::format("line {} of the program is: {}", line, function.text.substr(begin, end - begin)));
  if (scalar.text().front() == '>') {
    builder.Note("'>' joins the lines of a program; write '|', which keeps them");
  }
}

// Reports (code, severity, message, place, label, notes, also).
void Report(const ir::Function& function, PyObject* finding, Diagnostics& diagnostics) {
  int code = 0;
  PyObject *severity, *message, *place, *label, *notes, *also;
  if (PyArg_ParseTuple(finding, "iUUOUO!O!", &code, &severity, &message, &place, &label,
                       &PyList_Type, &notes, &PyList_Type, &also) == 0) {
    Unexpected();
  }
  const FindingPlace found = LocateFinding(function, place);
  DiagnosticBuilder builder = diagnostics.Add(SeverityOf(Utf8(severity)), static_cast<Code>(code),
                                              Utf8(message), found.span);
  if (found.line > 0) builder.Context(BlockContext(function, found.line));
  if (PyUnicode_GET_LENGTH(label) > 0) builder.Text(Utf8(label));
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(also); ++i) {
    PyObject *other, *text;
    if (PyArg_ParseTuple(PyList_GET_ITEM(also, i), "OU", &other, &text) == 0) Unexpected();
    builder.Label(LocateFinding(function, other).span, Utf8(text));
  }
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(notes); ++i) {
    builder.Note(Utf8(PyList_GET_ITEM(notes, i)));
  }
  ExplainFolding(function, found.line, builder);
}

void CheckAgent(PyObject* check_agent, ir::Agent& agent, Diagnostics& diagnostics) {
  Ref blocks = DescribeBlocks(agent);
  Ref reports = Ref::Own(PyObject_CallOneArg(check_agent, blocks.get()));
  if (!reports || !PyList_Check(reports.get())) Unexpected();
  for (size_t i = 0; i < agent.functions.size(); ++i) {
    ir::Function& function = agent.functions[i];
    PyObject* report = PyList_GET_ITEM(reports.get(), static_cast<Py_ssize_t>(i));
    PyObject* findings = PyDict_GetItemString(report, "findings");
    for (Py_ssize_t j = 0; j < PyList_GET_SIZE(findings); ++j) {
      Report(function, PyList_GET_ITEM(findings, j), diagnostics);
    }
    function.entrypoint = Utf8(PyDict_GetItemString(report, "entrypoint"));
    function.per_call = PyDict_GetItemString(report, "per_call") == Py_True;
  }
}

// check.py's check_agent, loaded when the first app is checked.
PyObject* LoadCheck(Interpreter::State& state) {
  if (state.check_agent) return state.check_agent.get();
  // A module after those that it imports.
  LoadModule("_kaspr_blocks", embedded::k_blocks_py);
  LoadModule("_kaspr_lookups", embedded::k_lookups_py);
  LoadModule("_kaspr_scopes", embedded::k_scopes_py);
  LoadModule("_kaspr_origins", embedded::k_origins_py);
  LoadModule("_kaspr_escapes", embedded::k_escapes_py);
  LoadModule("_kaspr_once", embedded::k_once_py);
  LoadModule("_kaspr_choice", embedded::k_choice_py);
  LoadModule("_kaspr_undefined", embedded::k_undefined_py);
  LoadModule("_kaspr_answers", embedded::k_answers_py);
  LoadModule("_kaspr_blocking", embedded::k_blocking_py);
  LoadModule("_kaspr_shadows", embedded::k_shadows_py);
  LoadModule("_kaspr_suspects", embedded::k_suspects_py);
  Ref module = LoadModule("_kaspr_check", embedded::k_check_py);
  state.check_agent = Ref::Own(PyObject_GetAttrString(module.get(), "check_agent"));
  if (!state.check_agent) Unexpected();
  return state.check_agent.get();
}

}  // namespace

bool CheckFunctions(Interpreter& interpreter, ir::Graph& graph, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  interpreter.Call([&] {
    PyObject* check_agent = LoadCheck(interpreter.state());
    for (ir::Agent& agent : graph.agents) CheckAgent(check_agent, agent, diagnostics);
  });
  return diagnostics.error_count() == errors;
}

}  // namespace kaspr::python
