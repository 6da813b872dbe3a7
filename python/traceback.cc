#include "python/traceback.h"

#include <Python.h>
#include <fmt/format.h>
#include <frameobject.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace kaspr::python {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSelectors = {{
    {"name", "name selector"},
    {"when", "predicate"},
    {"key", "key selector"},
    {"value", "value selector"},
    {"partition", "partition selector"},
    {"headers", "headers selector"},
}};

std::string Utf8(PyObject* text) {
  Ref bytes = Ref::Own(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
  if (!bytes) {
    PyErr_Clear();
    return {};
  }
  return {PyBytes_AS_STRING(bytes.get()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.get()))};
}

const ir::Function* FunctionOf(const ir::Agent& agent, PyCodeObject* code) {
  const std::string file = Utf8(code->co_filename);
  for (const ir::Function& function : agent.functions) {
    if (BlockFileName(agent, function) == file) return &function;
  }
  return nullptr;
}

// An entry of a traceback in a block; the traceback keeps the code alive.
struct Frame {
  PyTracebackObject* entry = nullptr;
  PyCodeObject* code = nullptr;
  const ir::Function* function = nullptr;
};

// The expression that was being evaluated.
Span Locate(const Frame& frame, int& line) {
  int column = 0, end_line = 0, end_column = 0;
  if (PyCode_Addr2Location(frame.code, frame.entry->tb_lasti, &line, &column, &end_line,
                           &end_column) == 0 ||
      line <= 0) {
    line = frame.entry->tb_lineno;
  }
  return LocateInBlock(*frame.function, line, column, end_line, end_column);
}

}  // namespace

std::string DescribeFunction(const ir::Function& function) {
  switch (function.role) {
    case ir::Role::kOperation:
      return fmt::format("operation '{}'", function.name);
    case ir::Role::kInit:
      return "init";
    case ir::Role::kSink:
      return fmt::format("the sink '{}'", function.name);
    case ir::Role::kSelector:
    case ir::Role::kChannelSelector:
    case ir::Role::kNative:
      break;
  }
  const char* owner = function.role == ir::Role::kChannelSelector ? "channel " : "";
  const size_t dot = function.name.rfind('.');
  for (const auto& [suffix, words] : kSelectors) {
    if (dot == std::string::npos || !function.name.substr(dot + 1).starts_with(suffix)) continue;
    return fmt::format("the {} of {}'{}'", words, owner, function.name.substr(0, dot));
  }
  return fmt::format("selector '{}'", function.name);
}

std::string OperationOf(const ir::Agent& agent, const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot + 1 == name.size() ||
      name.find_first_not_of("0123456789", dot + 1) != std::string::npos) {
    return name;
  }
  const std::string first = name.substr(0, dot);
  const auto has = [&](const ir::Node& node) {
    if (node.name == first) return true;
    const auto* stage = std::get_if<ir::Stage>(&node.op);
    return stage != nullptr &&
           std::any_of(stage->steps.begin(), stage->steps.end(),
                       [&](const ir::Stage::Step& step) { return step.name == first; });
  };
  return std::any_of(agent.nodes.begin(), agent.nodes.end(), has) ? first : name;
}

std::string BlockFileName(const ir::Agent& agent, const ir::Function& function) {
  return fmt::format("<{}/{}>", agent.name, function.name);
}

Span LocateInBlock(const ir::Function& function, int line, int column, int end_line,
                   int end_column) {
  const auto row = static_cast<uint32_t>(std::max(line, 1));
  const uint32_t begin =
      BlockOffset(function.text, row, static_cast<uint32_t>(std::max(column, 0)));
  uint32_t end = 0;
  if (end_line == line && end_column > column) {
    end = BlockOffset(function.text, row, static_cast<uint32_t>(end_column));
  } else {
    end = BlockOffset(function.text, row, UINT32_MAX / 2);
    if (end_line <= line && column >= 0) end = std::min(end, begin + 1);
  }
  return function.map.Locate(begin, std::max(begin, end));
}

std::string BlockContext(const ir::Function& function, int line) {
  return fmt::format("python of {}, line {}", DescribeFunction(function), line);
}

ir::Raised Exception::Describe() const {
  ir::Raised raised{.type = type_name(), .message = ""};
  if (!value_) return raised;
  Ref text = Ref::Own(PyObject_Str(value_.get()));
  if (text) {
    raised.message = Utf8(text.get());
  } else {
    PyErr_Clear();
  }
  return raised;
}

const char* Exception::type_name() const {
  // tp_name of builtin types carries the module: "json.decoder.JSONDecodeError" does not, but
  // "decimal.InvalidOperation" does.
  const char* name = reinterpret_cast<PyTypeObject*>(type_.get())->tp_name;
  const char* dot = std::strrchr(name, '.');
  return dot == nullptr ? name : dot + 1;
}

Exception::Site Exception::FindSite(const ir::Agent& agent) const {
  // A recursion has thousands of entries: find the last one of ours, and the last one of another
  // block, then their places.
  Frame innermost, caller;
  PyCodeObject* skipped = nullptr;
  for (auto* entry = reinterpret_cast<PyTracebackObject*>(traceback_.get()); entry != nullptr;
       entry = entry->tb_next) {
    Ref code = Ref::Own(reinterpret_cast<PyObject*>(PyFrame_GetCode(entry->tb_frame)));
    auto* of = reinterpret_cast<PyCodeObject*>(code.get());
    if (of == skipped) continue;
    const ir::Function* function =
        of == innermost.code ? innermost.function : FunctionOf(agent, of);
    if (function == nullptr) {
      skipped = of;
      continue;
    }
    if (innermost.function != nullptr && function != innermost.function) caller = innermost;
    innermost = {entry, of, function};
  }
  Site site;
  if (innermost.function == nullptr) return site;
  site.function = innermost.function;
  site.span = Locate(innermost, site.line);
  int line = 0;
  if (caller.function != nullptr) site.caller = Locate(caller, line);
  return site;
}

Exception TakeException() {
  PyObject* type = nullptr;
  PyObject* value = nullptr;
  PyObject* traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  return Exception(Ref::Own(type), Ref::Own(value), Ref::Own(traceback));
}

std::string OneLine(const ir::Raised& raised, const char* separator, size_t limit) {
  std::string message;
  size_t offset = 0;
  while (offset < raised.message.size()) {
    const size_t begin = offset;
    const char32_t c = NextCodePoint(raised.message, offset);
    if (offset > limit) {
      message += "...";
      break;
    }
    message += c < 0x20 || c == 0x7f ? " " : raised.message.substr(begin, offset - begin);
  }
  return message.empty() ? raised.type : fmt::format("{}{}{}", raised.type, separator, message);
}

Diagnostic MakeDiagnostic(const Activity& activity, const ir::Raised& raised,
                          const Exception::Site& site) {
  Diagnostic diagnostic{
      .severity = Severity::kError,
      .code = activity.code,
      .message = fmt::format("{}: {}", activity.failed, OneLine(raised, ": ", 300)),
      .context = "",
      .labels = {},
      .notes = {}};
  const Span span = site.function != nullptr ? site.span : activity.place;
  if (span) diagnostic.labels.push_back({.span = span, .text = ""});
  if (site.function != nullptr) {
    diagnostic.context = BlockContext(*site.function, site.line);
    if (site.caller) diagnostic.labels.push_back({.span = site.caller, .text = "called from here"});
  } else if (!activity.note.empty()) {
    diagnostic.notes.push_back(activity.note);
  }
  return diagnostic;
}

}  // namespace kaspr::python
