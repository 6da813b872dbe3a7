#include "jit/native_body.h"

#include <memory>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "jit/early.h"
#include "jit/native_part.h"
#include "jit/part_function.h"
#include "jit/record.h"
#include "value/containers.h"
#include "value/json_read.h"
#include "value/semantics/operands.h"

namespace kaspr::jit {

using value::Status;
using value::Tag;
using value::Value;

namespace {

// What one thread needs to run events: it has the memory of the values of one event at a time.
class Machine final : ir::RecordSink {
 public:
  Machine(const NativePart& part, const ir::AppContext& app, bool compensated_sums)
      : part_(part), records_(part.destinations, app) {
    own_heap_.compensated_sum = compensated_sums;
    for (const NativeStep& step : part.steps) gains_.emplace_back(step.early.size());
    surroundings_.event = [this](std::string_view path, value::Heap&, Value& result) {
      return EventField(path, result);
    };
    surroundings_.records = this;
  }

  // `python`: or null.
  void Begin(value::Batch& batch, ir::PythonCalls* python) {
    surroundings_.python = python;
    batch_ = &batch;
    records_.Begin(batch.arena);
  }

  void Run(value::Event& event) {
    event_ = &event;
    sends_.clear();
    filtered_ = 0;
    left_ = Value::Unbound();
    if (!KeyReads() || IsDeep()) return;
    if (!part_.why.empty() && !part_.keeps_values) return RunForLane();
    heap_ = &own_heap_;
    heap_->Reset();
    if (!RunSteps()) return;
    if (left_.Is(Tag::kUnbound)) return Finish();
    event_->steps_done = static_cast<uint32_t>(part_.steps.size());
  }

 private:
  // What the steps leave goes on in CPython, and lives as long as the batch.
  void RunForLane() {
    if (!batch_->heap) batch_->heap = std::make_unique<value::Heap>();
    heap_ = batch_->heap.get();
    heap_->compensated_sum = own_heap_.compensated_sum;
    const value::Arena::Position before = heap_->position();
    const bool ran = RunSteps();
    if (ran && !left_.Is(Tag::kUnbound)) {
      event_->steps_done = static_cast<uint32_t>(part_.steps.size());
      const std::span<Value> kept = batch_->arena.AllocateArray<Value>(1);
      kept.front() = left_;
      event_->value = kept.data();
      return;
    }
    heap_->RewindTo(before);
    if (ran) Finish();
  }

  // CPython says what is wrong with a key, before anything else runs.
  bool KeyReads() {
    const std::optional<std::string_view>& key = event_->message.key;
    return part_.key == ir::Serializer::kRaw || !key || key_reader_.Read(*key) != nullptr;
  }

  // What recurses over a value fails in CPython at some depth.
  bool IsDeep() const {
    return event_->document != nullptr && event_->document->depth > value::Heap::kDeepest;
  }

  bool RunSteps() {
    const value::Document* document = event_->document;
    const Value value = document != nullptr ? heap_->Read(*document) : Value::None();
    return One(0, value) == Status::kOk;
  }

  // There is nothing left to do, or nothing but what is sent.
  void Finish() {
    const std::span<value::Send> prepared = batch_->arena.AllocateRoom<value::Send>(sends_.size());
    std::uninitialized_copy(sends_.begin(), sends_.end(), prepared.begin());
    event_->prepared = prepared;
    event_->filtered = filtered_;
    event_->native = true;
  }

  static constexpr size_t kMostSends = ir::LaneWork::kMaxStagedSends;
  static constexpr size_t kMostValues = 100'000;  // of a later generator

  Status Call(const NativeFunction& function, Value argument, Value& result) {
    return Run(function, argument, surroundings_, result);
  }

  // The same of a generator, whose items go to `take`.
  Status Generate(const NativeFunction& function, Value argument,
                  std::function<Status(Value)> take) {
    ir::Surroundings surroundings = surroundings_;
    surroundings.yield = std::move(take);
    Value none;
    return Run(function, argument, surroundings, none);
  }

  Status Run(const NativeFunction& function, Value argument, const ir::Surroundings& surroundings,
             Value& result) {
    if (function.evaluator != nullptr) {
      return function.evaluator->Run(*heap_, {&argument, 1}, surroundings, result);
    }
    Context context{.heap = heap_, .turns = surroundings.most_turns, .surroundings = &surroundings};
    return function.code(context, argument, result);
  }

  // Applies a map that does not yield, a filter or a send; `dropped`: nothing goes on.
  Status Apply(const NativeStep& step, Value value, Value& result, bool& dropped) {
    dropped = false;
    result = value;
    if (step.kind == NativeStep::Kind::kSend) {
      dropped = !step.pass_through;
      Value nothing;
      return Call(*step.function, value, nothing);
    }
    Value answer;
    const Status status = Call(*step.function, value, answer);
    if (status != Status::kOk || step.kind == NativeStep::Kind::kMap) {
      result = answer;
      return status;
    }
    bool truth = false;
    const Status asked = value::semantics::Truth(answer, truth);
    dropped = !truth;
    filtered_ += dropped;
    return asked;
  }

  static bool Yields(const NativeStep& step) {
    return step.kind == NativeStep::Kind::kMap && step.function->generator();
  }

  // One value through the steps from `first` on and out; of the very first step the items one by
  // one, each through all the others (ir/ops.h).
  Status One(size_t first, Value value) {
    Asked asked;
    for (size_t i = first; i < part_.steps.size(); ++i) {
      const NativeStep& step = part_.steps[i];
      if (!step.early.empty() && AskEarly(i, value, asked)) {
        ++filtered_;
        return Status::kOk;
      }
      if (Yields(step) && i > 0) return Many(i, {value});
      if (Yields(step)) {
        return Generate(*step.function, value, [this](Value item) { return One(1, item); });
      }
      if (asked.Keeps(i)) continue;
      const bool measured = asked.gain != nullptr && asked.filter == i;
      const EarlyGain::Clock::time_point before =
          measured ? EarlyGain::Clock::now() : EarlyGain::Clock::time_point{};
      bool dropped = false;
      const Status status = Apply(step, value, value, dropped);
      if (measured) {
        const EarlyGain::Clock::time_point after = EarlyGain::Clock::now();
        std::exchange(asked.gain, nullptr)->AddSpared(after - asked.since, after - before);
      }
      if (status != Status::kOk || dropped) return status;
    }
    return Out(value);
  }

  // What filters said of a value before it got to them.
  struct Asked {
    uint64_t keep = 0;          // bit N: steps[N] would keep it
    EarlyGain* gain = nullptr;  // of the one that is measured, from
    EarlyGain::Clock::time_point since;
    size_t filter = 0;  // to steps[filter]

    bool Keeps(size_t step) const { return Has(keep, step); }
  };

  // True: a filter further on would drop the value, and nothing in between would fail.
  bool AskEarly(size_t index, Value value, Asked& asked) {
    std::vector<EarlyGain>& gains = gains_[index];
    for (size_t i = 0; i < gains.size(); ++i) {
      if (!gains[i].Asks()) continue;
      const NativeEarly& early = part_.steps[index].early[i];
      const bool measures = gains[i].measures();
      const auto before = measures ? EarlyGain::Clock::now() : EarlyGain::Clock::time_point{};
      Value answer;
      bool truth = true;
      const bool known = Call(*early.function, value, answer) == Status::kOk &&
                         value::semantics::Truth(answer, truth) == Status::kOk;
      const bool drops = known && !truth;
      if (measures) {
        const auto after = EarlyGain::Clock::now();
        gains[i].AddAsked(after - before, drops);
        if (!drops) asked.gain = &gains[i], asked.since = after, asked.filter = early.filter;
      } else if (known && early.filter < 64) {
        asked.keep |= uint64_t{truth} << early.filter;
      }
      if (drops) return true;
    }
    return false;
  }

  // Several values, each step on all of them before the next.
  Status Many(size_t first, std::vector<Value> values) {
    for (size_t i = first; i < part_.steps.size(); ++i) {
      std::vector<Value> results;
      const auto take = [&](Value item) {
        results.push_back(item);
        return results.size() > kMostValues ? Status::kBail : Status::kOk;
      };
      for (const Value value : values) {
        Value result;
        bool dropped = false;
        const Status status = Yields(part_.steps[i])
                                  ? Generate(*part_.steps[i].function, value, take)
                                  : Apply(part_.steps[i], value, result, dropped);
        if (status != Status::kOk) return status;
        if (!Yields(part_.steps[i]) && !dropped) results.push_back(result);
      }
      values = std::move(results);
    }
    for (const Value value : values) {
      if (const Status status = Out(value); status != Status::kOk) return status;
    }
    return Status::kOk;
  }

  Status Out(Value value) {
    if (part_.finish == nullptr) {
      left_ = value;
      return Status::kOk;
    }
    Value nothing;
    return Call(*part_.finish, value, nothing);
  }

  static bool Has(uint64_t bits, size_t bit) { return bit < 64 && (bits >> bit & 1) != 0; }

  Status Take(uint32_t target, Selected selected) override {
    return Add(target, selected, std::nullopt);
  }

  Status TakeFields(uint32_t target, Selected selected, std::span<const std::string_view> texts,
                    const Value* values) override {
    return Add(target, selected, Fields{texts, values});
  }

  Status Add(uint32_t target, Selected selected, const std::optional<Fields>& fields) {
    value::Send& send = sends_.emplace_back();
    const bool made =
        sends_.size() < kMostSends && records_.Write(target, selected, fields, *heap_, send);
    return made ? Status::kOk : Status::kBail;
  }

  void Drop() override { ++filtered_; }

  Status EventField(std::string_view path, Value& result) {
    const value::Message& message = event_->message;
    const auto bytes = [&](std::optional<std::string_view> text) {
      result = text ? Value::Bytes(*text) : Value::None();
      return Status::kOk;
    };
    if (path == "message.key" || (path == "key" && part_.key == ir::Serializer::kRaw)) {
      return bytes(message.key);
    }
    if (path == "message.topic") {
      result = heap_->NewStr(batch_->topic);
    } else if (path == "message.partition") {
      result = Value::Int(batch_->partition);
    } else if (path == "message.offset") {
      result = Value::Int(message.offset);
    } else if (path == "message.timestamp") {
      result = Value::Float(static_cast<double>(message.timestamp) / 1000.0);
    } else if (path == "headers") {
      return Headers(result);
    } else {
      return Status::kBail;
    }
    return Status::kOk;
  }

  Status Headers(Value& result) {
    value::Dict* headers = heap_->NewDict();
    for (const value::Header& header : event_->message.headers) {
      const Value content = header.value ? Value::Bytes(*header.value) : Value::None();
      const Value name = heap_->NewStr(header.name);
      if (!name.Is(Value::kAscii)) return Status::kBail;  // it may be no UTF-8
      if (const Status status = Put(*heap_, *headers, name, content); status != Status::kOk) {
        return status;
      }
    }
    result = Value::Of(headers);
    return Status::kOk;
  }

  const NativePart& part_;
  ir::Surroundings surroundings_;
  value::Heap own_heap_;
  value::Heap* heap_ = &own_heap_;  // of the event
  Value left_;                      // by the steps, to CPython
  value::JsonReader key_reader_;
  RecordWriter records_;
  std::vector<std::vector<EarlyGain>> gains_;  // by step, of its `early`
  std::vector<value::Send> sends_;
  uint32_t filtered_ = 0;
  value::Batch* batch_ = nullptr;
  value::Event* event_ = nullptr;
};

// The machine code of an agent, which all its bodies share.
class AgentCode {
 public:
  // The functions must outlive Wait.
  AgentCode(std::span<const NativePart> parts, CodeSymbols symbols) : symbols_(symbols) {
    for (const NativePart& part : parts) {
      for (const auto& function : part.functions) functions_.push_back(function.get());
    }
    compiled_ = CodeFunctionsOf(parts);
  }

  void Make(CompileThread* compiler) {
    if (compiled_.empty()) return;
    const auto make = [this] {
      code_ = Code::Make(compiled_, symbols_);
      for (NativeFunction* function : functions_) function->code = code_->Of(*function->expr);
    };
    if (compiler == nullptr) return make();
    made_ = compiler->Post(make);
  }

  void Wait() const {
    if (made_.valid()) made_.wait();
  }

 private:
  const CodeSymbols symbols_;
  std::vector<CodeFunction> compiled_;
  std::vector<NativeFunction*> functions_;
  std::unique_ptr<const Code> code_;
  std::shared_future<void> made_;
};

class Body final : public ir::NativeBody {
 public:
  Body(NativePart part, std::shared_ptr<const AgentCode> code, const ir::AppContext& app,
       bool compensated_sums)
      : code_(std::move(code)),
        part_(std::move(part)),
        app_(app),
        compensated_sums_(compensated_sums) {}

  ~Body() override {
    if (code_) code_->Wait();
  }

  // What it keeps of an event lies in its batch, which does not outlive the body.
  void Run(value::Batch& batch, value::JsonReader& reader) override {
    if (code_) code_->Wait();
    std::unique_ptr<Machine> machine = Take();
    machine->Begin(batch, nullptr);
    const size_t room = batch.arena.allocated() + ir::LaneWork::kMaxStagedBytes;
    for (value::Event& event : batch.events) {
      const size_t values = batch.heap ? batch.heap->allocated() : 0;
      const bool full = batch.arena.allocated() + values > room;  // what is held is bounded
      RunEvent(*machine, batch, event, reader, full);
    }
    Give(std::move(machine));
  }

  bool asks_python() const override { return part_.asks_python; }
  bool filters_first() const override { return part_.filters_first; }

  // What it stages goes on its way between two events, as what CPython stages does.
  void RunOnLane(value::Batch& batch, value::Event& event, ir::PythonCalls& python) override {
    if (event.message.value && event.document == nullptr) return;
    if (code_) code_->Wait();
    std::unique_ptr<Machine> machine = Take();
    machine->Begin(batch, &python);
    machine->Run(event);
    Give(std::move(machine));
  }

 private:
  // A document that nothing is left of for CPython is not kept.
  void RunEvent(Machine& machine, value::Batch& batch, value::Event& event,
                value::JsonReader& reader, bool full) {
    const bool leaves_values = !part_.why.empty();
    if (event.message.value) {
      event.document = reader.Read(*event.message.value);
      event.doubtful = event.document == nullptr;
      if (!event.doubtful && value::IsLarge(*event.document)) event.document = nullptr;
      if (event.document == nullptr) return;
      if (full || leaves_values) event.document = value::Keep(*event.document, batch.arena);
    }
    if (full) return;
    machine.Run(event);
    if (event.document == nullptr || leaves_values) return;
    event.document = event.native ? nullptr : value::Keep(*event.document, batch.arena);
  }

  std::unique_ptr<Machine> Take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Machine>(part_, app_, compensated_sums_);
    std::unique_ptr<Machine> machine = std::move(idle_.back());
    idle_.pop_back();
    return machine;
  }

  void Give(std::unique_ptr<Machine> machine) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(machine));
  }

  const std::shared_ptr<const AgentCode> code_;  // or null
  const NativePart part_;
  const ir::AppContext& app_;
  const bool compensated_sums_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Machine>> idle_;
};

}  // namespace

std::vector<std::unique_ptr<ir::NativeBody>> MakeNativeBodies(const ir::Agent& agent,
                                                              const ir::AppContext& app,
                                                              const NativeOptions& options) {
  std::vector<NativePart> parts = JoinedPartsOf(agent);
  std::shared_ptr<AgentCode> code;  // null: they are evaluated
  if (options.machine_code) {
    code = std::make_shared<AgentCode>(parts, options.symbols);
    code->Make(options.compiler);
  }
  std::vector<std::unique_ptr<ir::NativeBody>> bodies;
  for (NativePart& part : parts) {
    if (!part.Runs()) {
      bodies.push_back(nullptr);
      continue;
    }
    for (const std::unique_ptr<NativeFunction>& function : part.functions) {
      if (!code) function->evaluator = std::make_unique<ir::Evaluator>(*function->expr);
    }
    bodies.push_back(std::make_unique<Body>(std::move(part), code, app, options.compensated_sums));
  }
  return bodies;
}

}  // namespace kaspr::jit
