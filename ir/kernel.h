#pragma once

// What the runtime runs: the executable body of an agent's segment over a batch.
//
// Engines (python, native copy, later jit) implement kernels; the runtime calls them and knows
// nothing of values or Python. A kernel gives every event an outcome and stages its sends in the
// batch; it never sends by itself, so what is staged can be ordered, counted, or thrown away.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "value/batch.h"

namespace kaspr::ir {

// The body of a segment that needs no lane.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // Runs every event of the batch, in order. Never throws. Any worker, several batches at a time.
  virtual void Run(value::Batch& batch) = 0;
};

// A batch on the lane, as its kernel sees it: the runtime's half of the work. All calls on the
// lane's thread. Its memory, and that of whatever was handed on, lives as long as somebody holds
// it.
class LaneWork {
 public:
  // What an event may hold, and a batch at the end of an event, before it has to be handed on.
  static constexpr size_t kMaxStagedSends = 10'000;
  static constexpr size_t kMaxStagedBytes = 4 * 1024 * 1024;

  virtual ~LaneWork() = default;
  virtual value::Batch& batch() = 0;
  // Works of one stream come in order, and their events run in order.
  virtual const void* stream() const = 0;

  // Hands on what is staged before the batch is done: it goes on its way, in order and in front of
  // the rest, and `batch().sends` is empty. `delivered` is called once, by any thread, when all of
  // it is delivered, or waits for nothing but others to be gathered with; `lost`: it is not, and
  // the batch will run again. With `report`, which must live until then, also of what became of the
  // last send; an error of that one is the event's to deal with, and does not end the run. Nothing
  // that was handed on can be undone.
  virtual void HandOn(value::DeliveryReport* report, std::function<void(bool lost)> delivered) = 0;

  // Every event has an outcome: hands on what is staged, and is done with the batch. It is
  // acknowledged up to its first event that was interrupted, or that failed and is
  // `unacknowledged`.
  virtual void Finish(const value::Event* unacknowledged = nullptr) = 0;

  // Several events become one: a work of its own, whose single event stands for them. Each of
  // `parts` is held by it, once for each time it stands there, and counts as done when it is
  // delivered; before, each must have been told to Hold.
  virtual std::shared_ptr<LaneWork> Gather(std::vector<std::shared_ptr<LaneWork>> parts) = 0;
  // An event of it is kept for a Gather to come, or for Drop. What is only kept so is not in
  // flight: the runtime takes more in.
  virtual void Hold() = 0;
  // That event will not run here: neither it nor what is behind it is acknowledged.
  virtual void Drop(const value::Event& event) = 0;
};

// The body of a segment on the lane. Any thread, but for what says otherwise.
class LaneKernel {
 public:
  virtual ~LaneKernel() = default;
  // Does what needs no lane and no order, so that the lane has less to do: several batches at a
  // time. Optional.
  virtual void Prepare(value::Batch&) {}
  // Takes a batch over, gives each of its events an outcome, and then calls Finish; returns at
  // once. The works of one stream come in order.
  virtual void Submit(std::shared_ptr<LaneWork> work) = 0;
  // Nothing more is coming: events that wait for others run without them.
  virtual void Flush() {}
  // Events of this partition, or with no topic all of them, that wait for others are dropped.
  virtual void Forget(std::string /*topic*/, int32_t /*partition*/) {}
};

// What a kernel is told of the app that it runs in. Outlives the kernel.
struct AppContext {
  std::string name;
  // How many partitions a topic has, 0 where nobody knows. Any thread; does not wait for a network.
  std::function<int32_t(std::string_view topic)> partition_count;
  // How many bytes a record of it may have; a default where nobody knows. Likewise.
  std::function<size_t(std::string_view topic)> max_record_bytes;
  // Does an agent read it? Likewise.
  std::function<bool(std::string_view channel)> channel_is_read;
  // A record failed, and its agent's policy is to end the app. Any thread; returns at once.
  std::function<void()> stop;
};

// A thread that owns an interpreter, where lane kernels run.
class Lane {
 public:
  virtual ~Lane() = default;
  // A forced stop: the events that run now are cut short, others do not start; all become
  // kInterrupted. Any thread, any number of times.
  virtual void Interrupt() = 0;
};

// Failures of records, told apart by kind: the first of a kind is shown in full, the rest counted
// (D7). Thread safe.
class FailureLog {
 public:
  // What a user reads at the end: "KeyError 'qty' in 'price'".
  struct Kind {
    std::string agent;
    std::string summary;
    uint64_t count = 0;
  };

  static constexpr size_t kMaxKinds = 1'000;  // beyond these an agent's new kinds count as one

  // `show` is called for one failure at a time; it must not report.
  explicit FailureLog(std::function<void(const Diagnostic&)> show) : show_(std::move(show)) {}

  // Counts a failure of the kind `key` (exception type, function, line). When it is the first,
  // `describe` makes its summary and diagnostic, which is shown.
  void Report(const std::string& agent, const std::string& key,
              const std::function<std::pair<std::string, Diagnostic>()>& describe);

  std::vector<Kind> Kinds() const;  // in order of first occurrence

 private:
  mutable std::mutex mutex_;
  std::function<void(const Diagnostic&)> show_;
  std::vector<Kind> kinds_;
  std::unordered_map<std::string, size_t> index_;
};

}  // namespace kaspr::ir
