#include "python/translate/translate.h"

#include <Python.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/render.h"
#include "ir/expr/parse.h"
#include "ir/expr/verify.h"
#include "python/state.h"
#include "python/traceback.h"
#include "value/primitives.h"

namespace kaspr::embedded {
extern const std::string_view k_asks_py;
extern const std::string_view k_builtins_py;
extern const std::string_view k_calls_py;
extern const std::string_view k_comprehensions_py;
extern const std::string_view k_emit_py;
extern const std::string_view k_expressions_py;
extern const std::string_view k_flow_py;
extern const std::string_view k_intrinsics_py;
extern const std::string_view k_iterators_py;
extern const std::string_view k_kinds_py;
extern const std::string_view k_library_py;
extern const std::string_view k_loops_py;
extern const std::string_view k_matches_py;
extern const std::string_view k_rewrite_py;
extern const std::string_view k_scope_py;
extern const std::string_view k_statements_py;
extern const std::string_view k_translate_py;
extern const std::string_view k_tries_py;
}  // namespace kaspr::embedded

namespace kaspr::python {

namespace {

// translate.py has answered wrongly or raised: our mistake, shown with its traceback.
[[noreturn]] void Unexpected() {
  if (PyErr_Occurred() != nullptr) PyErr_Print();
  KASPR_UNREACHABLE("translate.py");
}

Ref Checked(Ref object) {
  if (!object) Unexpected();
  return object;
}

Ref Text(const std::string& text) {
  const auto size = static_cast<Py_ssize_t>(text.size());
  return Checked(Ref::Own(PyUnicode_DecodeUTF8(text.data(), size, "replace")));
}

// {name: (fewest, most)}
Ref DescribePrimitives() {
  Ref described = Checked(Ref::Own(PyDict_New()));
  for (const value::Primitive& primitive : value::Primitives()) {
    Ref counts = Checked(Ref::Own(Py_BuildValue("(ii)", primitive.fewest, primitive.most)));
    const std::string name(primitive.name);
    if (PyDict_SetItemString(described.get(), name.c_str(), counts.get()) < 0) Unexpected();
  }
  return described;
}

// [(name, role, text, entrypoint, per_call)] of an agent's functions.
Ref DescribeBlocks(const ir::Agent& agent) {
  Ref blocks = Checked(Ref::Own(PyList_New(0)));
  for (const ir::Function& function : agent.functions) {
    Ref block = Checked(Ref::Own(
        Py_BuildValue("(NsNsO)", Text(function.name).Release(), ir::RoleName(function.role),
                      Text(function.text).Release(), function.entrypoint.c_str(),
                      function.per_call ? Py_True : Py_False)));
    if (PyList_Append(blocks.get(), block.get()) < 0) Unexpected();
  }
  return blocks;
}

// The IR that translate.py wrote: if it is none, that is our mistake.
ir::Expr ReadExpr(const std::string& text) {
  SourceFiles files;
  Diagnostics diagnostics;
  std::optional<ir::Expr> expr = ir::ParseExpr(files.Add("<expr>", text), diagnostics);
  const std::string wrong = expr ? ir::VerifyExpr(*expr) : "";
  if (!expr || !wrong.empty()) {
    fmt::print(stderr, "{}{}\n{}", text, wrong, Render(diagnostics));
    KASPR_UNREACHABLE("translate.py wrote no IR");
  }
  return std::move(*expr);
}

std::string TextOf(PyObject* dict, const char* key) {
  const char* text = PyUnicode_AsUTF8(PyDict_GetItemString(dict, key));
  if (text == nullptr) Unexpected();
  return text;
}

// What the blocks of all agents do to modules, which they share.
Ref FindChanges(const ir::Graph& graph) {
  Ref texts = Checked(Ref::Own(PyList_New(0)));
  for (const ir::Agent& agent : graph.agents) {
    for (const ir::Function& function : agent.functions) {
      Ref text = Text(function.text);
      if (PyList_Append(texts.get(), text.get()) < 0) Unexpected();
    }
  }
  Ref library = Checked(Ref::Own(PyImport_ImportModule("_kaspr_library")));
  return Checked(Ref::Own(PyObject_CallMethod(library.get(), "Changes", "O", texts.get())));
}

void TranslateAgent(const Interpreter::State& state, PyObject* changes, ir::Agent& agent) {
  Ref blocks = DescribeBlocks(agent);
  // What CPython does in the midst of native code, no time limit ends.
  PyObject* asks_python = agent.timeout.count() == 0 ? Py_True : Py_False;
  PyObject* arguments[] = {blocks.get(), state.primitives.get(), changes, asks_python};
  Ref results =
      Checked(Ref::Own(PyObject_Vectorcall(state.translate_agent.get(), arguments, 4, nullptr)));
  for (size_t i = 0; i < agent.functions.size(); ++i) {
    ir::Function& function = agent.functions[i];
    PyObject* result = PyList_GetItem(results.get(), static_cast<Py_ssize_t>(i));
    if (result == nullptr) Unexpected();
    const std::string text = TextOf(result, "expr");
    if (!text.empty()) {
      function.expr = ReadExpr(text);
      continue;
    }
    function.untranslated = {.why = TextOf(result, "why"), .span = function.map.scalar};
    PyObject* place = PyDict_GetItemString(result, "place");
    int line = 0, column = 0, end_line = 0, end_column = 0;
    if (place == Py_None) continue;
    if (PyArg_ParseTuple(place, "iiii", &line, &column, &end_line, &end_column) == 0) Unexpected();
    function.untranslated.span = LocateInBlock(function, line, column, end_line, end_column);
  }
}

// A module after those that it imports, of which check.py has loaded some.
void Load(Interpreter::State& state) {
  LoadModule("_kaspr_emit", embedded::k_emit_py);
  LoadModule("_kaspr_flow", embedded::k_flow_py);
  LoadModule("_kaspr_library", embedded::k_library_py);
  LoadModule("_kaspr_scope", embedded::k_scope_py);
  LoadModule("_kaspr_kinds", embedded::k_kinds_py);
  LoadModule("_kaspr_rewrite", embedded::k_rewrite_py);
  LoadModule("_kaspr_intrinsics", embedded::k_intrinsics_py);
  LoadModule("_kaspr_asks", embedded::k_asks_py);
  LoadModule("_kaspr_iterators", embedded::k_iterators_py);
  LoadModule("_kaspr_builtins", embedded::k_builtins_py);
  LoadModule("_kaspr_calls", embedded::k_calls_py);
  LoadModule("_kaspr_comprehensions", embedded::k_comprehensions_py);
  LoadModule("_kaspr_expressions", embedded::k_expressions_py);
  LoadModule("_kaspr_loops", embedded::k_loops_py);
  LoadModule("_kaspr_matches", embedded::k_matches_py);
  LoadModule("_kaspr_tries", embedded::k_tries_py);
  LoadModule("_kaspr_statements", embedded::k_statements_py);
  Ref module = LoadModule("_kaspr_translate", embedded::k_translate_py);
  state.translate_agent =
      Checked(Ref::Own(PyObject_GetAttrString(module.get(), "translate_agent")));
  state.primitives = DescribePrimitives();
}

}  // namespace

void TranslateFunctions(Interpreter& interpreter, ir::Graph& graph) {
  interpreter.Call([&] {
    Interpreter::State& state = interpreter.state();
    if (!state.translate_agent) Load(state);
    Ref changes = FindChanges(graph);
    for (ir::Agent& agent : graph.agents) TranslateAgent(state, changes.get(), agent);
  });
}

}  // namespace kaspr::python
