#include "python/kernel.h"

#include <Python.h>
#include <fmt/format.h>

#include "base/render.h"
#include "python/outputs.h"
#include "python/pipeline.h"

namespace kaspr::python {

namespace {

Activity DecodeActivity(const char* part, ir::Serializer serializer, const ir::Node& input) {
  return {
      .code = Code::kDecodeFailed,
      .failed = fmt::format("the {} of a record is not {}", part, ir::SerializerName(serializer)),
      .where = fmt::format("in the {}", part),
      .place = input.place.span,
      .note = ""};
}

// "record orders/0 at offset 17, key "u-204"".
std::string DescribeRecord(const value::Batch& batch, const value::Event& event) {
  constexpr size_t kShown = 60;
  std::string text =
      fmt::format("record {}/{} at offset {}", batch.topic, batch.partition, event.message.offset);
  if (const auto& key = event.message.key) {
    text += fmt::format(", key {}{}", JsonQuoted(key->substr(0, kShown)),
                        key->size() > kShown ? "..." : "");
  }
  return text;
}

// Would its nodes take many times the memory of its bytes, which are all that is counted of it?
bool IsLarge(const value::Document& document) {
  constexpr size_t kSmall = 256;
  return document.nodes.size_bytes() > 4 * document.bytes.size() + kSmall;
}

class PythonKernel final : public ir::Kernel {
 public:
  PythonKernel(Interpreter& interpreter, const ir::Agent& agent, const ir::AppContext& app,
               ir::FailureLog& failures, std::unique_ptr<InitScope> scope)
      : interpreter_(interpreter),
        state_(interpreter.state()),
        agent_(agent),
        failures_(failures),
        scope_(std::move(scope)),
        pipeline_(std::make_unique<Pipeline>(state_, agent, app, *scope_)),
        outputs_(std::make_unique<Outputs>(state_, agent, app, *scope_)),
        decode_key_(DecodeActivity("key", agent.input().key, agent.nodes.front())),
        decode_value_(DecodeActivity("value", agent.input().value, agent.nodes.front())) {}

  ~PythonKernel() override {
    interpreter_.Call([this] {
      outputs_.reset();
      pipeline_.reset();
      scope_.reset();
    });
  }

  Pipeline& pipeline() { return *pipeline_; }

  // Reads the values, so that the lane only makes objects of them.
  void Prepare(value::Batch& batch) override {
    if (agent_.input().value != ir::Serializer::kJson) return;
    std::unique_ptr<value::JsonReader> reader = readers_.Take();
    for (value::Event& event : batch.events) {
      if (!event.message.value) continue;
      const value::Document* document = reader->Read(*event.message.value);
      if (document == nullptr || IsLarge(*document)) continue;
      event.document = value::Keep(*document, batch.arena);
    }
    readers_.Give(std::move(reader));
  }

  void Run(value::Batch& batch, ir::Emitter& emitter) override {
    bool stopped = false;
    for (value::Event& event : batch.events) {
      if (event.outcome != value::Outcome::kPending) continue;
      UserCode user_code(state_);
      if (stopped || state_.interrupted) {
        event.outcome = value::Outcome::kInterrupted;
        continue;
      }
      Staging staging(state_, batch, emitter);
      RunEvent(staging, event);
      // What a batch holds is bounded, whatever becomes of its events.
      if (batch.staged_bytes() > ir::Emitter::kMaxStagedBytes && !staging.Flush()) PyErr_Clear();
      stopped = staging.stopped();
    }
  }

 private:
  void RunEvent(Staging& staging, value::Event& event) {
    state_.cut = false;
    const Activity* activity = &decode_key_;
    const bool done = RunPipeline(event, staging, activity);
    if (state_.cut || staging.stopped()) {
      PyErr_Clear();
      staging.Undo();
      event.outcome = value::Outcome::kInterrupted;
      return;
    }
    event.outcome = done ? value::Outcome::kDone : value::Outcome::kFailed;
    if (!done) Report(*activity, staging.batch(), event);
  }

  bool RunPipeline(value::Event& event, Staging& staging, const Activity*& activity) {
    CurrentEvent current(state_, scope_->app, staging.batch(), event);
    if (!DecodeKey(event, current)) return false;
    activity = &decode_value_;
    Ref value = event.document != nullptr ? state_.codec->Decode(*event.document)
                                          : Decode(agent_.input().value, event.message.value);
    if (!value) return false;
    current.SetValue(value);
    return pipeline_->Run(value, current, event.filtered, *outputs_, staging, activity);
  }

  // Raw keys are made when somebody looks at them.
  bool DecodeKey(const value::Event& event, CurrentEvent& current) {
    if (agent_.input().key == ir::Serializer::kRaw) return true;
    Ref key = Decode(agent_.input().key, event.message.key);
    const bool decoded = static_cast<bool>(key);
    current.SetKey(std::move(key));
    return decoded;
  }

  Ref Decode(ir::Serializer serializer, std::optional<std::string_view> bytes) {
    return bytes ? state_.codec->Decode(serializer, *bytes) : Ref::Share(Py_None);
  }

  void Report(const Activity& activity, const value::Batch& batch, const value::Event& event) {
    const Exception exception = TakeException();
    const Exception::Site site = exception.FindSite(agent_);
    const std::string key =
        fmt::format("{}|{}|{}|{}", activity.failed, exception.type_name(),
                    site.function != nullptr ? site.function->name : "", site.line);
    failures_.Report(agent_.name, key, [&] {
      Diagnostic diagnostic = MakeDiagnostic(activity, exception, site);
      diagnostic.notes.push_back(DescribeRecord(batch, event) +
                                 ": skipped; further ones like it are only counted");
      return std::pair(fmt::format("{} {}", OneLine(exception.Describe(), " ", 60), activity.where),
                       std::move(diagnostic));
    });
  }

  Interpreter& interpreter_;
  Interpreter::State& state_;
  const ir::Agent& agent_;
  ir::FailureLog& failures_;
  std::unique_ptr<InitScope> scope_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Outputs> outputs_;
  Activity decode_key_, decode_value_;
  value::JsonReaders readers_;  // of Prepare
};

Ref MakeApp(Interpreter::State& state, std::string_view name) {
  Ref type = Ref::Own(PyObject_GetAttrString(state.context_module.get(), "App"));
  Ref text =
      Ref::Own(PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), "replace"));
  return Ref::Own(PyObject_CallOneArg(type.get(), text.get()));
}

// Runs init's block and then the function that it names. False: an exception is set.
bool RunInit(Interpreter::State& state, const ir::Agent& agent, InitScope& scope) {
  Ref context = Ref::Own(PyDict_New());
  scope.globals = Ref::Own(PyDict_New());
  PyDict_SetItemString(context.get(), "app", scope.app.get());
  PyDict_SetItem(scope.globals.get(), state.context_name.get(), context.get());
  PyDict_SetItem(scope.globals.get(), state.builtins_name.get(), state.builtins.get());
  if (state.interrupted) {  // before UserCode began, so nothing will raise it
    state.cut = true;
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    return false;
  }
  if (!agent.init) return true;
  const ir::Function& init = agent.function(*agent.init);
  Ref code = CompileBlock(agent, init);
  if (!code) return false;
  Ref done = Ref::Own(PyEval_EvalCode(code.get(), scope.globals.get(), scope.globals.get()));
  if (!done) return false;
  if (init.entrypoint.empty()) return true;
  PyObject* function = ChooseFunction(init, scope.globals.get(), scope.globals.get(), code.get());
  Ref result = Ref::Own(function != nullptr ? PyObject_CallNoArgs(function) : nullptr);
  if (result && IsAwaitable(result.get())) result = Await(state, result.get());
  return static_cast<bool>(result);
}

void ReportStart(const ir::Agent& agent, const Activity& activity, Interpreter::State& state,
                 Diagnostics& diagnostics) {
  const Exception exception = TakeException();
  const Exception::Site site = exception.FindSite(agent);
  Diagnostic diagnostic = MakeDiagnostic(activity, exception, site);
  if (state.cut) diagnostic.message = activity.failed + ": interrupted";
  const Span* span = diagnostic.primary();
  DiagnosticBuilder builder = diagnostics.Error(Code::kInitFailed, diagnostic.message,
                                                span != nullptr ? *span : agent.place.span);
  builder.Context(diagnostic.context);
  for (std::string& note : diagnostic.notes) builder.Note(std::move(note));
}

std::unique_ptr<ir::Kernel> Start(Interpreter& interpreter, const ir::Agent& agent,
                                  const ir::AppContext& app, ir::FailureLog& failures,
                                  Diagnostics& diagnostics) {
  Interpreter::State& state = interpreter.state();
  UserCode user_code(state);
  state.cut = false;
  auto scope = std::make_unique<InitScope>();
  scope->app = MakeApp(state, app.name);
  Activity activity{.code = Code::kInitFailed,
                    .failed = "init failed",
                    .where = "in init",
                    .place = agent.place.span,
                    .note = ""};
  if (!RunInit(state, agent, *scope)) {
    ReportStart(agent, activity, state, diagnostics);
    return nullptr;
  }
  auto kernel = std::make_unique<PythonKernel>(interpreter, agent, app, failures, std::move(scope));
  const Block* failed = nullptr;
  if (!kernel->pipeline().RunBlocks(failed)) {
    ReportStart(agent, failed->activity(), state, diagnostics);
    return nullptr;
  }
  return kernel;
}

}  // namespace

std::unique_ptr<ir::Kernel> MakeKernel(Interpreter& interpreter, const ir::Agent& agent,
                                       const ir::AppContext& app, ir::FailureLog& failures,
                                       Diagnostics& diagnostics) {
  std::unique_ptr<ir::Kernel> kernel;
  interpreter.Call([&] { kernel = Start(interpreter, agent, app, failures, diagnostics); });
  return kernel;
}

}  // namespace kaspr::python
