#pragma once

// What the runtime runs: the executable body of an agent's segment over a batch.
//
// Engines (python, native copy, later jit) implement Kernel; the runtime calls it and knows nothing
// of values or Python. A kernel gives every event an outcome and stages its sends in the batch; it
// never sends by itself, so what is staged can be ordered, counted, or thrown away.

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "value/batch.h"

namespace kaspr::ir {

// Hands on what is staged before its batch is done: everything in `batch.sends` goes on its way, in
// order and in front of the rest, and `batch.sends` is empty. An event whose sends were handed on
// can no longer be undone. False: a forced stop made delivery pointless, or the transport broke
// down and the batch will run again; the event and those behind it are interrupted.
class Emitter {
 public:
  // What an event may hold, and a batch at the end of an event, before it has to be handed on.
  static constexpr size_t kMaxStagedSends = 10'000;
  static constexpr size_t kMaxStagedBytes = 4 * 1024 * 1024;
  virtual ~Emitter() = default;
  // Waits until what was handed on before this is delivered: two such parts of a batch are on their
  // way at most.
  virtual bool Flush(value::Batch& batch) = 0;
  // Waits until all of it is delivered. `report` says what became of the last send that was staged;
  // an error of that one is the event's to deal with, and does not end the run.
  virtual bool Acknowledge(value::Batch& batch, value::DeliveryReport& report) = 0;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  // Does what needs no lane and no order, so that Run has less to do: on any worker, for several
  // batches at a time. Optional.
  virtual void Prepare(value::Batch&) {}
  // Runs every pending event of the batch, in order. Never throws. Native kernels are called from
  // any worker, for several batches at a time; a lane's kernels on the lane's thread only.
  virtual void Run(value::Batch& batch, Emitter& emitter) = 0;
};

// What a kernel is told of the app that it runs in. Outlives the kernel.
struct AppContext {
  std::string name;
  // How many partitions a topic has, 0 where nobody knows. Any thread; does not wait for a network.
  std::function<int32_t(std::string_view topic)> partition_count;
  // How many bytes of key, value and headers a record of the topic may have. The same.
  std::function<size_t(std::string_view topic)> max_record_bytes;
};

// A thread that owns an interpreter. Kernels bound to it run there, batch after batch in the order
// of submission.
class Lane {
 public:
  virtual ~Lane() = default;
  // Runs kernel.Run(batch, emitter), then done(), on the lane's thread; returns at once. The caller
  // bounds what it has in flight; batch and emitter must live until done() is called.
  virtual void Submit(Kernel& kernel, value::Batch& batch, Emitter& emitter,
                      std::function<void()> done) = 0;
  // A forced stop: the event that runs now is cut short, those behind it do not start; all become
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
