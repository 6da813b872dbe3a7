#pragma once

// Runs a plan: takes records in, as many as may be in flight, puts them on their way, and ends when
// nothing is left.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ir/kernel.h"
#include "runtime/credit.h"
#include "runtime/flow.h"
#include "runtime/plan.h"
#include "runtime/source.h"

namespace kaspr::runtime {

struct EngineOptions {
  size_t bytes_in_flight = 16 * 1024 * 1024;
  uint32_t batches_in_flight = 4;  // of one partition
  FlowOptions flow;
};

class Engine {
 public:
  // Everything must outlive the engine; `kernels`: one per segment of the plan, `lane` null if none
  // of them needs it.
  Engine(const Plan& plan, std::vector<ir::Kernel*> kernels, Source& source, Sink& sink,
         ir::Lane* lane, EngineOptions options);
  ~Engine();

  // Runs until the source has ended and all that it caused is delivered, until Stop and the same,
  // or until Abort. "" or the failure of the world that ended it. On its own thread, once.
  std::string Run();

  // Takes nothing more in and lets Run finish what it has. Any thread.
  void Stop();

  // Cuts what is running short. Run returns soon, unless user code cannot be interrupted. Any
  // thread.
  void Abort();

  const std::vector<Counters>& counters() const { return counters_; }  // one per segment

 private:
  bool MayTake(std::string_view topic, int32_t partition) const;
  void Take(Fetched& fetched);
  void Start(Stream& stream, value::Batch batch, size_t bytes);
  void Wait();
  void Fail(const std::string& error);

  Source& source_;
  Sink& sink_;
  ir::Lane* const lane_;
  const uint32_t batches_in_flight_;
  std::vector<Counters> counters_;
  std::vector<std::unique_ptr<Stream>> streams_;
  // topic -> partition -> the streams of the agents that read it
  std::map<std::string, std::vector<std::vector<Stream*>>, std::less<>> readers_;
  Credit credit_;
  std::atomic<bool> aborted_{false};
  std::mutex mutex_;
  std::string error_;
  std::unique_ptr<Flow> flow_;
};

}  // namespace kaspr::runtime
