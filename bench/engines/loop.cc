#include <Python.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <utility>
#include <variant>

#include "base/check.h"
#include "base/match.h"
#include "bench/engines/columns.h"
#include "python/object.h"
#include "python/state.h"

namespace kaspr::bench {

namespace {

using python::Ref;

Ref Text(std::string_view text) {
  return Ref::Own(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

// The arguments of make() in loop.py.
struct Arguments {
  Ref steps = Ref::Own(PyList_New(0));
  Ref outputs = Ref::Own(PyList_New(0));
};

class ArgumentsOf {
 public:
  explicit ArgumentsOf(const ir::Agent& agent) : agent_(agent) {}

  Arguments Make() {
    for (const ir::Node& node : agent_.nodes) {
      std::visit(Match{
                     [](const ir::Input&) {},
                     [&](const ir::Map& map) { Step("map", map.function); },
                     [&](const ir::Filter& filter) { Step("filter", filter.function); },
                     [&](const ir::Output& output) { Output(output.destination); },
                     [](const ir::TopicSend&) { KASPR_UNREACHABLE("no spec sends in between"); },
                     [](const ir::GroupBy&) { KASPR_UNREACHABLE("no spec groups"); },
                     [](const ir::Stage&) { KASPR_UNREACHABLE("it was optimized"); },
                     [](const ir::ChannelOutput&) { KASPR_UNREACHABLE("no spec has channels"); },
                     [](const ir::PythonSink&) { KASPR_UNREACHABLE("no spec has sinks"); },
                 },
                 node.op);
    }
    return std::move(arguments_);
  }

 private:
  void Step(const char* kind, ir::FnId function) {
    const std::string& program = agent_.function(function).text;
    Append(arguments_.steps, Ref::Own(Py_BuildValue("(sN)", kind, Text(program).Release())));
  }
  void Output(const ir::Destination& destination) {
    const ir::Destination::Selectors& selectors = destination.selectors;
    KASPR_CHECK(!selectors.name && !selectors.partition && !selectors.headers,
                "the loop knows no such selector");
    Append(arguments_.outputs,
           Ref::Own(Py_BuildValue("(NNN)", Program(selectors.predicate), Program(selectors.key),
                                  Program(selectors.value))));
  }
  PyObject* Program(const std::optional<ir::FnId>& function) {
    if (!function) return Ref::Share(Py_None).Release();
    return Text(agent_.function(*function).text).Release();
  }
  static void Append(const Ref& list, Ref item) { PyList_Append(list.get(), item.get()); }

  const ir::Agent& agent_;
  Arguments arguments_;
};

class LoopColumn final : public Column {
 public:
  LoopColumn(const Spec& spec, python::Interpreter& interpreter) : interpreter_(interpreter) {
    std::ifstream file(KASPR_BENCH "/engines/loop.py");
    const std::string source((std::istreambuf_iterator<char>(file)), {});
    interpreter_.Call([&] {
      Ref module = python::LoadModule("kaspr_bench_loop", source);
      Arguments arguments = ArgumentsOf(spec.written()).Make();
      loop_ = Ref::Own(PyObject_CallMethod(module.get(), "make", "OO", arguments.steps.get(),
                                           arguments.outputs.get()));
      if (!loop_) PyErr_Print();
    });
    KASPR_CHECK(loop_, "a spec that the loop cannot run");
  }

  ~LoopColumn() override {
    interpreter_.Call([this] { loop_ = Ref(), lines_ = Ref(), sent_ = Ref(); });
  }

  void Load(value::Batch& batch) override {
    interpreter_.Call([&] {
      lines_ = Ref::Own(PyList_New(0));
      for (const value::Event& event : batch.events) {
        const std::string_view text = *event.message.value;
        Ref line =
            Ref::Own(PyBytes_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
        PyList_Append(lines_.get(), line.get());
      }
    });
  }

  void Run(value::Batch&) override {
    interpreter_.Call([this] {
      sent_ = Ref();
      sent_ = Ref::Own(PyObject_CallOneArg(loop_.get(), lines_.get()));
      if (!sent_) PyErr_Print();
    });
    KASPR_CHECK(sent_, "the loop raised");
  }

  std::optional<std::string> Sent(const value::Batch&) override {
    std::string text;
    interpreter_.Call([&] {
      for (Py_ssize_t i = 0; i < PyList_GET_SIZE(sent_.get()); ++i) {
        PyObject* record = PyList_GET_ITEM(sent_.get(), i);
        PyObject* key = PyTuple_GET_ITEM(record, 1);
        text += fmt::format("{} {} {}\n", PyLong_AsLong(PyTuple_GET_ITEM(record, 0)),
                            key == Py_None ? "(no key)" : Bytes(key),
                            Bytes(PyTuple_GET_ITEM(record, 2)));
      }
    });
    return text;
  }

 private:
  static std::string_view Bytes(PyObject* bytes) {
    return {PyBytes_AS_STRING(bytes), static_cast<size_t>(PyBytes_GET_SIZE(bytes))};
  }

  python::Interpreter& interpreter_;
  Ref loop_, lines_, sent_;  // of the lane's thread
};

}  // namespace

std::unique_ptr<Column> MakeLoopColumn(const Spec& spec, python::Interpreter& interpreter) {
  return std::make_unique<LoopColumn>(spec, interpreter);
}

}  // namespace kaspr::bench
