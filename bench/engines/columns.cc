#include "bench/engines/columns.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "base/check.h"
#include "bench/engines/kernel.h"
#include "value/json_read.h"

namespace kaspr::bench {

namespace {

void Show(uint32_t output, std::optional<std::string_view> key,
          std::optional<std::string_view> value, std::string& text) {
  text += fmt::format("{} {} {}\n", output, key.value_or("(no key)"), value.value_or("(no value)"));
}

void Show(std::span<const value::Send> sends, std::string& text) {
  for (const value::Send& send : sends) Show(send.output, send.key, send.value, text);
}

class SimdjsonColumn final : public Column {
 public:
  void Run(value::Batch& batch) override {
    for (const value::Event& event : batch.events) {
      const std::string_view text = *event.message.value;
      const auto error = parser_.parse(text.data(), text.size(), false).error();
      KASPR_CHECK(error == simdjson::SUCCESS, "a sample that is no JSON");
    }
  }
  std::optional<std::string> Sent(const value::Batch&) override { return {}; }

 private:
  simdjson::dom::parser parser_;
};

void Read(value::JsonReader& reader, value::Batch& batch) {
  for (value::Event& event : batch.events) {
    const value::Document* document = reader.Read(*event.message.value);
    if (document != nullptr) event.document = value::Keep(*document, batch.arena);
  }
}

class ReaderColumn final : public Column {
 public:
  void Run(value::Batch& batch) override { Read(reader_, batch); }
  std::optional<std::string> Sent(const value::Batch&) override { return {}; }

 private:
  value::JsonReader reader_;
};

class KernelColumn final : public Column {
 public:
  explicit KernelColumn(const Spec& spec) : kernel_(MakeKernel(spec.name())) {}

  void Run(value::Batch& batch) override {
    out_.Clear();
    left_ = 0;
    for (const value::Event& event : batch.events)
      left_ += !kernel_->Run(*event.message.value, out_);
  }

  std::optional<std::string> Sent(const value::Batch&) override {
    if (left_ > 0) return {};
    std::string text;
    for (const Outbox::Record& record : out_.records) {
      std::optional<std::string_view> key;
      if (record.has_key) key = out_.wire.View(record.key, record.value);
      Show(record.output, key, out_.wire.View(record.value, record.end), text);
    }
    return text;
  }

 private:
  const std::unique_ptr<Kernel> kernel_;
  Outbox out_;
  size_t left_ = 0;
};

class BodyColumn final : public Column {
 public:
  BodyColumn(const Spec& spec, Engine engine) : body_(spec.MakeBody(engine)) {}

  void Run(value::Batch& batch) override { body_->Run(batch, reader_); }

  std::optional<std::string> Sent(const value::Batch& batch) override {
    std::string text;
    for (const value::Event& event : batch.events) {
      if (!event.native) return {};
      Show(event.prepared, text);
    }
    return text;
  }

 private:
  const std::unique_ptr<ir::NativeBody> body_;
  value::JsonReader reader_;
};

// The runtime's half of a batch on the lane, where nobody waits for deliveries.
class BatchWork final : public ir::LaneWork {
 public:
  BatchWork(value::Batch& batch, const void* stream) : batch_(batch), stream_(stream) {}

  value::Batch& batch() override { return batch_; }
  const void* stream() const override { return stream_; }
  void HandOn(value::DeliveryReport*, std::function<void(bool lost)> delivered) override {
    handed_on_.push_back({std::move(batch_.send_arena), std::move(batch_.sends)});
    batch_.Unstage(0);
    delivered(false);
  }
  void Finish(const value::Event* unacknowledged) override {
    KASPR_CHECK(unacknowledged == nullptr, "an event that did not run to its end");
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_one();
  }
  std::shared_ptr<ir::LaneWork> Gather(std::vector<std::shared_ptr<ir::LaneWork>>) override {
    KASPR_UNREACHABLE("no spec takes lists");
  }
  void Hold() override { KASPR_UNREACHABLE("no spec takes lists"); }
  void Drop(const value::Event&) override { KASPR_UNREACHABLE("no spec takes lists"); }

  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return over_; });
  }
  // What was handed on before the batch was done: a slow one is, in parts.
  std::string Sent() const {
    std::string text;
    for (const HandedOn& part : handed_on_) Show(part.sends, text);
    return text;
  }

 private:
  value::Batch& batch_;
  const void* const stream_;
  struct HandedOn {
    value::Arena arena;
    std::vector<value::Send> sends;
  };
  std::vector<HandedOn> handed_on_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
};

class LaneColumn final : public Column {
 public:
  explicit LaneColumn(std::unique_ptr<ir::LaneKernel> lane) : lane_(std::move(lane)) {}

  void Run(value::Batch& batch) override {
    work_ = std::make_shared<BatchWork>(batch, this);
    lane_->Prepare(batch);
    lane_->Submit(work_);
    work_->Wait();
  }

  std::optional<std::string> Sent(const value::Batch& batch) override {
    std::string text = work_->Sent();
    Show(batch.sends, text);
    return text;
  }

 private:
  const std::unique_ptr<ir::LaneKernel> lane_;
  std::shared_ptr<BatchWork> work_;
};

}  // namespace

std::unique_ptr<Column> MakeSimdjsonColumn() {
  return std::make_unique<SimdjsonColumn>();
}

std::unique_ptr<Column> MakeReaderColumn() {
  return std::make_unique<ReaderColumn>();
}

std::unique_ptr<Column> MakeKernelColumn(const Spec& spec) {
  return std::make_unique<KernelColumn>(spec);
}

std::unique_ptr<Column> MakeBodyColumn(const Spec& spec, Engine engine) {
  return std::make_unique<BodyColumn>(spec, engine);
}

std::unique_ptr<Column> MakeLaneColumn(Spec& spec, std::optional<Engine> engine) {
  return std::make_unique<LaneColumn>(spec.MakeLane(engine ? spec.MakeBody(*engine) : nullptr));
}

}  // namespace kaspr::bench
