#pragma once

// Agents written in C++ for tests of the Python lane, and what became of their records.
//
//   Agent agent;
//   agent.Map("double", "def f(v):\n  return v * 2\n").Output("out");
//   EXPECT_EQ(agent.Run({"1", "2"}), "out 2\nout 4\n");
//
// Every block is also a block scalar of a made-up YAML file, so that places can be tested.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/render.h"
#include "python/check/check.h"
#include "python/interpreter.h"
#include "python/kernel.h"
#include "python/translate/translate.h"

namespace kaspr::python {

// CPython starts once in a process.
inline Interpreter& Lane() {
  static Interpreter interpreter;
  return interpreter;
}

// What the runtime would do with what is handed on, and what became of it.
struct Delivery {
  std::function<std::string(const value::Send&)> show;
  std::string delivered;  // a line for each send that was handed on in the middle of a batch
  size_t flushed = 0;
  size_t largest = 0;
  int64_t offset = -1;  // of the last acknowledged send
  std::string error;    // of every one
  bool lost = false;    // whatever is handed on
  bool unacknowledged = false;
  bool stopped = false;  // by the agent's policy
};

// A batch on the lane. What `take` gathers of it is a work of its own, whose sends count as handed
// on.
class TestWork final : public ir::LaneWork {
 public:
  TestWork(Delivery& to, value::Batch& batch) : to_(to), batch_(&batch) {}
  explicit TestWork(Delivery& to) : to_(to), batch_(&own_) { own_.events.emplace_back(); }

  value::Batch& batch() override { return *batch_; }
  const void* stream() const override { return &to_; }
  void HandOn(value::DeliveryReport* report, std::function<void(bool lost)> delivered) override {
    if (report != nullptr) {
      *report = {.partition = 0,
                 .offset = ++to_.offset,
                 .timestamp = 1'700'000'000'000,
                 .error = to_.error};
    }
    to_.flushed += batch_->sends.size();
    for (const value::Send& send : batch_->sends) to_.delivered += to_.show(send);
    to_.largest = std::max(to_.largest, batch_->sends.size());
    batch_->Unstage(0);
    delivered(to_.lost);
  }
  void Finish(const value::Event* unacknowledged) override {
    to_.unacknowledged |= unacknowledged != nullptr;
    if (batch_ == &own_) return HandOn(nullptr, [](bool) {});
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_one();
  }
  std::shared_ptr<ir::LaneWork> Gather(std::vector<std::shared_ptr<ir::LaneWork>>) override {
    return std::make_shared<TestWork>(to_);
  }
  void Hold() override {}
  void Drop(const value::Event&) override {}

  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return over_; });
  }

 private:
  Delivery& to_;
  value::Batch own_;
  value::Batch* const batch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
};

class Agent {
 public:
  using Serializer = ir::Serializer;

  Agent() {
    delivery.show = [this](const value::Send& send) { return Show(send); };
    graph_.app = "shop";
    graph_.agents.emplace_back().name = "orders";
    Add({.name = "in", .op = ir::Input{.topics = {"orders"}}, .inputs = {}, .place = {}});
  }

  Agent& Serializers(Serializer key, Serializer value) {
    auto& input = std::get<ir::Input>(agent().nodes.front().op);
    input.key = key;
    input.value = value;
    return *this;
  }
  Agent& Init(std::string text, std::string entrypoint = "") {
    agent().init = AddFunction("init", ir::Role::kInit, std::move(text), std::move(entrypoint));
    return *this;
  }
  Agent& Map(const std::string& name, std::string text, std::string entrypoint = "") {
    const ir::FnId id = AddFunction(name, ir::Role::kOperation, std::move(text), entrypoint);
    return Add({.name = name, .op = ir::Map{id}, .inputs = {last_}, .place = {}});
  }
  Agent& Filter(const std::string& name, std::string text) {
    const ir::FnId id = AddFunction(name, ir::Role::kOperation, std::move(text), "");
    return Add({.name = name, .op = ir::Filter{id}, .inputs = {last_}, .place = {}});
  }

  struct Selectors {
    std::string predicate, key, value, partition, headers, name;
  };
  Agent& Output(const std::string& topic, const Selectors& selectors = {},
                Serializer key = Serializer::kRaw, Serializer value = Serializer::kJson) {
    ir::Destination destination =
        MakeDestination(selectors.name.empty() ? topic : "", topic, selectors);
    destination.key = key;
    destination.value = value;
    return Output(std::move(destination));
  }
  Agent& Output(ir::Destination destination) {
    agent().nodes.push_back(
        {.name = "", .op = ir::Output{std::move(destination)}, .inputs = {last_}, .place = {}});
    return *this;
  }
  struct SendOptions {
    bool pass_through = false;
    bool ack = false;
  };
  Agent& Send(const std::string& name, const std::string& topic, const SendOptions& options,
              const Selectors& selectors = {}) {
    ir::TopicSend send{.destination = MakeDestination(topic, name, selectors),
                       .pass_through = options.pass_through};
    send.destination.ack = options.ack;
    return Add({.name = name, .op = std::move(send), .inputs = {last_}, .place = {}});
  }
  // `owner` names the functions.
  ir::Destination MakeDestination(const std::string& topic, const std::string& owner,
                                  const Selectors& texts) {
    ir::Destination destination;
    destination.topic = topic;
    auto add = [&](const std::string& text, const char* part, std::optional<ir::FnId>& id) {
      if (text.empty()) return;
      id = AddFunction(owner + "." + part, ir::Role::kSelector, text, "");
    };
    ir::Destination::Selectors& selectors = destination.selectors;
    add(texts.predicate, "when", selectors.predicate);
    add(texts.name, "name", selectors.name);
    add(texts.key, "key", selectors.key);
    add(texts.value, "value", selectors.value);
    add(texts.partition, "partition", selectors.partition);
    add(texts.headers, "headers", selectors.headers);
    return destination;
  }

  // What check says, rendered.
  std::string Check() {
    Finish();
    Diagnostics diagnostics;
    CheckFunctions(Lane(), graph_, diagnostics);
    return Render(diagnostics);
  }

  // Starts the agent; on failure `said` is why.
  bool Start() {
    Finish();
    Diagnostics diagnostics;
    if (!CheckFunctions(Lane(), graph_, diagnostics)) {
      said = Render(diagnostics);
      return false;
    }
    if (translated) TranslateFunctions(Lane(), graph_);
    Diagnostics start;
    kernels_ = MakeKernels(Lane(), graph_.agents[0], app_, failures,
                           {.bodies = {}, .verification = verification}, start);
    said = Render(start);
    return !kernels_.empty();
  }

  // Runs the values as the records of one batch; "topic value" of each send, a line each, whether
  // it was handed on in the middle or not.
  std::string Run(const std::vector<std::string>& values) {
    value::Batch batch = MakeBatch();
    int64_t offset = 0;
    for (const std::string& value : values) {
      batch.Add({.key = {}, .value = value, .headers = {}, .offset = offset++, .timestamp = 0});
    }
    return RunBatch(batch);
  }

  value::Batch MakeBatch() {
    value::Batch batch;
    batch.topic = "orders";
    return batch;
  }

  std::string RunBatch(value::Batch& batch) {
    if (kernels_.empty() && !Start()) return said;
    delivery.delivered.clear();
    delivery.flushed = 0;
    Submit(batch)->Wait();
    outcomes.clear();
    filtered = 0;
    for (const value::Event& event : batch.events) {
      outcomes += "pdfgi"[static_cast<int>(event.outcome)];
      filtered += event.filtered;
    }
    std::string text = delivery.delivered;  // when that was handed on, is a matter of time
    for (const value::Send& send : batch.sends) text += Show(send);
    return text;
  }

  std::shared_ptr<TestWork> Submit(value::Batch& batch) {
    auto work = std::make_shared<TestWork>(delivery, batch);
    kernels_.front()->Submit(work);
    return work;
  }

  ir::LaneKernel& kernel() { return *kernels_.front(); }
  ir::Agent& agent() { return graph_.agents[0]; }
  ir::Function& function(const std::string& name) {
    for (ir::Function& function : agent().functions) {
      if (function.name == name) return function;
    }
    ADD_FAILURE() << "no function " << name;
    return agent().functions.front();
  }

  Verification* verification = nullptr;
  bool translated = false;  // what its functions mean is known, where that can be
  Delivery delivery;
  std::string said;      // rendered diagnostics: of the start, then of every first failure
  std::string outcomes;  // of the last batch: d(one), f(ailed), g(athered), i(nterrupted)
  uint32_t filtered = 0;
  ir::FailureLog failures{[this](const Diagnostic& diagnostic) { said += Render(diagnostic); }};

 private:
  Agent& Add(ir::Node node) {
    agent().nodes.push_back(std::move(node));
    last_ = static_cast<ir::NodeId>(agent().nodes.size() - 1);
    return *this;
  }

  ir::FnId AddFunction(std::string name, ir::Role role, std::string text, std::string entrypoint) {
    agent().functions.push_back({.name = std::move(name),
                                 .role = role,
                                 .text = std::move(text),
                                 .entrypoint = std::move(entrypoint)});
    return static_cast<ir::FnId>(agent().functions.size() - 1);
  }

  // Writes the YAML file that the blocks come from, and their maps.
  void Finish() {
    if (file_ != nullptr) return;
    std::string yaml;
    for (ir::Function& function : agent().functions) {
      yaml += function.name + ": |\n";
      function.map.scalar.begin = static_cast<uint32_t>(yaml.size() - 2);
      for (size_t begin = 0; begin < function.text.size();) {
        const size_t end = std::min(function.text.find('\n', begin), function.text.size() - 1) + 1;
        yaml += "  ";
        function.map.segments.push_back(
            {static_cast<uint32_t>(begin), static_cast<uint32_t>(yaml.size())});
        yaml += function.text.substr(begin, end - begin);
        begin = end;
      }
      function.map.scalar.end = static_cast<uint32_t>(yaml.size());
    }
    file_ = std::make_unique<SourceFile>("orders.yaml", std::move(yaml));
    for (ir::Function& function : agent().functions) function.map.scalar.file = file_.get();
    for (ir::Node& node : agent().nodes) node.place.span = {file_.get(), 0, 1};
    agent().place.span = {file_.get(), 0, 1};
  }

  std::string Show(const value::Send& send) {
    std::string text(send.topic);
    if (text.empty()) text = ir::TargetsOf(agent())[send.output].name;
    if (send.partition != value::Send::kAnyPartition) text += fmt::format("/{}", send.partition);
    if (send.key) text += fmt::format(" {}:", *send.key);
    text += fmt::format(" {}", send.value ? *send.value : "(none)");
    for (const value::Header& header : send.headers) {
      text += fmt::format(" {}={}", header.name, header.value ? *header.value : "(none)");
    }
    return text + "\n";
  }

  ir::AppContext app_{.name = "shop",
                      .partition_count = [](std::string_view) { return 4; },
                      .max_record_bytes = [](std::string_view) { return value::kMaxRecordBytes; },
                      .channel_is_read = [](std::string_view) { return true; },
                      .stop = [this] { delivery.stopped = true; }};
  ir::Graph graph_;
  ir::NodeId last_{};
  std::unique_ptr<SourceFile> file_;
  std::vector<std::unique_ptr<ir::LaneKernel>> kernels_;
};

}  // namespace kaspr::python
