#include "python/kernel.h"

#include <Python.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <span>

#include "python/runner.h"

namespace kaspr::python {

namespace {

// An agent and its runners. Of the lane's thread.
struct Running {
  Running(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
          ir::FailureLog& failures)
      : agent(state, agent, app, failures) {}

  RunningAgent agent;
  std::map<const void*, std::unique_ptr<Runner>> runners;  // by stream; one for all is null's

  Runner& RunnerOf(const ir::LaneWork& work) {
    const bool isolated = agent.agent.input().isolated_partitions && !IsChannel();
    std::unique_ptr<Runner>& runner = runners[isolated ? work.stream() : nullptr];
    if (!runner) runner = std::make_unique<Runner>(agent);
    return *runner;
  }
  bool IsChannel() const { return !agent.agent.input().channel.empty(); }
};

class PythonKernel final : public ir::LaneKernel {
 public:
  PythonKernel(Interpreter& interpreter, std::shared_ptr<Running> running, Part& part,
               bool reads_json, std::unique_ptr<ir::NativeBody> native)
      : interpreter_(interpreter),
        running_(std::move(running)),
        part_(part),
        reads_json_(reads_json),
        native_(std::move(native)) {}

  ~PythonKernel() override {
    interpreter_.Call([this] { running_.reset(); });
  }

  // Reads the values, so that the lane only makes objects of them; and runs the events that need
  // no lane.
  void Prepare(value::Batch& batch) override {
    if (!reads_json_) return;
    std::unique_ptr<value::JsonReader> reader = readers_.Take();
    if (native_ != nullptr) {
      native_->Run(batch, *reader);
    } else if (part_.native != nullptr && part_.native->filters_first()) {
      part_.native->Run(batch, *reader);
    } else {
      for (value::Event& event : batch.events) Read(event, batch.arena, *reader);
    }
    readers_.Give(std::move(reader));
  }

  void Submit(std::shared_ptr<ir::LaneWork> work) override {
    Post([this, work = std::move(work)]() mutable {
      Runner& runner = running_->RunnerOf(*work);
      runner.Submit(part_, std::move(work));
    });
  }

  void Flush() override {
    Post([this] {
      for (const auto& [stream, runner] : running_->runners) runner->Flush();
    });
  }

  void Forget(std::string topic, int32_t partition) override {
    Post([this, topic = std::move(topic), partition] {
      for (const auto& [stream, runner] : running_->runners) runner->Forget(topic, partition);
    });
  }

 private:
  static void Read(value::Event& event, value::Arena& arena, value::JsonReader& reader) {
    if (!event.message.value) return;
    const value::Document* document = reader.Read(*event.message.value);
    event.doubtful = document == nullptr;
    if (event.doubtful || value::IsLarge(*document)) return;
    event.document = value::Keep(*document, arena);
  }

  void Post(std::function<void()> task) { interpreter_.state().Post(std::move(task)); }

  Interpreter& interpreter_;
  std::shared_ptr<Running> running_;
  Part& part_;
  const bool reads_json_;
  const std::unique_ptr<ir::NativeBody> native_;  // or null
  value::JsonReaders readers_;                    // of Prepare
};

Ref MakeApp(Interpreter::State& state, std::string_view name) {
  Ref type = Ref::Own(PyObject_GetAttrString(state.context_module.get(), "App"));
  Ref text =
      Ref::Own(PyUnicode_DecodeUTF8(name.data(), static_cast<Py_ssize_t>(name.size()), "replace"));
  return Ref::Own(PyObject_CallOneArg(type.get(), text.get()));
}

void MakeParts(RunningAgent& agent) {
  const std::span<const ir::Node> nodes = agent.agent.nodes;
  size_t begin = 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!std::holds_alternative<ir::GroupBy>(nodes[i].op) && i + 1 < nodes.size()) continue;
    agent.parts.push_back(std::make_unique<Part>(
        agent.state, agent.agent, nodes.subspan(begin, i + 1 - begin), agent.app, agent.scope));
    begin = i + 1;
  }
}

// The start of an agent, as a task of the loop: init may wait, and what it starts runs on.
class Startup {
 public:
  Startup(Interpreter::State& state, RunningAgent& agent, Diagnostics& diagnostics)
      : state_(state),
        agent_(agent),
        diagnostics_(diagnostics),
        driver_(state, [this](Driver&) { return Start(); }) {}

  // On the lane's thread; the rest on the waiting one.
  void Begin() { driver_.Start(); }
  bool Wait() {
    std::unique_lock lock(mutex_);
    over_.wait(lock, [this] { return is_over_; });
    return started_;
  }

 private:
  Task<bool> Start() {
    const bool started = co_await Run();
    const std::lock_guard lock(mutex_);
    started_ = started;
    is_over_ = true;
    over_.notify_one();
    co_return true;
  }

  Task<bool> Run() {
    Activity activity{.code = Code::kInitFailed,
                      .failed = "init failed",
                      .where = "in init",
                      .operation = "init",
                      .place = agent_.agent.place.span,
                      .note = ""};
    agent_.scope.app = MakeApp(state_, agent_.app.name);
    driver_.Begin({});
    const bool ready = co_await RunInit();
    if (!ready) {
      Report(activity);
      co_return false;
    }
    MakeParts(agent_);
    for (const std::unique_ptr<Part>& part : agent_.parts) {
      const Block* failed = nullptr;
      if (part->pipeline.RunBlocks(failed)) continue;
      Report(failed->activity());
      co_return false;
    }
    co_return true;
  }

  // Runs init's block and then the function that it names. False: an exception is set.
  Task<bool> RunInit() {
    InitScope& scope = agent_.scope;
    Ref context = Ref::Own(PyDict_New());
    scope.globals = Ref::Own(PyDict_New());
    PyDict_SetItemString(context.get(), "app", scope.app.get());
    PyDict_SetItem(scope.globals.get(), state_.context_name.get(), context.get());
    PyDict_SetItem(scope.globals.get(), state_.builtins_name.get(), state_.builtins.get());
    if (driver_.interrupted()) {  // before user code began, so nothing will raise it
      driver_.SetReason();
      co_return false;
    }
    if (!agent_.agent.init) co_return true;
    const ir::Function& init = agent_.agent.function(*agent_.agent.init);
    Ref code = CompileBlock(agent_.agent, init);
    if (!code) co_return false;
    Ref done = Ref::Own(PyEval_EvalCode(code.get(), scope.globals.get(), scope.globals.get()));
    if (!done) co_return false;
    if (init.entrypoint.empty()) co_return true;
    PyObject* function = ChooseFunction(init, scope.globals.get(), scope.globals.get(), code.get());
    Ref result = Ref::Own(function != nullptr ? PyObject_CallNoArgs(function) : nullptr);
    if (result && IsAwaitable(state_, result.get())) {
      result = co_await driver_.Wait(std::move(result));
    }
    co_return static_cast<bool>(result);
  }

  void Report(const Activity& activity) {
    const Exception exception = TakeException();
    const Exception::Site site = exception.FindSite(agent_.agent);
    Diagnostic diagnostic = MakeDiagnostic(activity, exception.Describe(), site);
    if (driver_.interrupted()) diagnostic.message = activity.failed + ": interrupted";
    const Span* span = diagnostic.primary();
    DiagnosticBuilder builder = diagnostics_.Error(
        Code::kInitFailed, diagnostic.message, span != nullptr ? *span : agent_.agent.place.span);
    builder.Context(diagnostic.context);
    for (std::string& note : diagnostic.notes) builder.Note(std::move(note));
  }

  Interpreter::State& state_;
  RunningAgent& agent_;
  Diagnostics& diagnostics_;
  std::mutex mutex_;
  std::condition_variable over_;
  bool is_over_ = false;  // guarded by mutex_
  bool started_ = false;  // guarded by mutex_
  Driver driver_;
};

}  // namespace

std::vector<std::unique_ptr<ir::LaneKernel>> MakeKernels(Interpreter& interpreter,
                                                         const ir::Agent& agent,
                                                         const ir::AppContext& app,
                                                         ir::FailureLog& failures, Native native,
                                                         Diagnostics& diagnostics) {
  Interpreter::State& state = interpreter.state();
  std::shared_ptr<Running> running;
  std::unique_ptr<Startup> startup;
  interpreter.Call([&] {
    state.OpenLoop();
    if (!state.pure) state.pure = std::make_unique<Pure>();
    running = std::make_shared<Running>(state, agent, app, failures);
    running->agent.verification = native.verification;
    startup = std::make_unique<Startup>(state, running->agent, diagnostics);
    startup->Begin();
  });
  const bool started = startup->Wait();
  std::vector<std::unique_ptr<ir::LaneKernel>> kernels;
  interpreter.Call([&] {
    startup.reset();
    if (!started) running.reset();
  });
  if (!started) return kernels;
  for (const std::unique_ptr<Part>& part : running->agent.parts) {
    const bool channel = kernels.empty() && !agent.input().channel.empty();
    std::unique_ptr<ir::NativeBody> body;
    if (kernels.size() < native.bodies.size()) {
      body = std::move(native.bodies[kernels.size()]);
    }
    if (body != nullptr && body->asks_python()) {
      part->native = std::move(body);
      part->calls =
          std::make_unique<Calls>(*state.pure, agent, running->agent.scope, part->pipeline);
    }
    kernels.push_back(std::make_unique<PythonKernel>(
        interpreter, running, *part, part->value == ir::Serializer::kJson && !channel,
        std::move(body)));
  }
  interpreter.Call([&] { running.reset(); });
  return kernels;
}

}  // namespace kaspr::python
