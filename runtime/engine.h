#pragma once

// Runs a plan: takes records in, as many as may be in flight, puts them on their way, and ends when
// nothing is left.

#include <atomic>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ir/kernel.h"
#include "runtime/credit.h"
#include "runtime/flow.h"
#include "runtime/pace.h"
#include "runtime/plan.h"
#include "runtime/source.h"
#include "runtime/subscription.h"

namespace kaspr::runtime {

struct EngineOptions {
  size_t bytes_in_flight = 16 * 1024 * 1024;
  uint32_t batches_in_flight = 4;  // of one partition
  // Takes no more than so many records in from outside: of topics that no agent writes.
  size_t most_records = std::numeric_limits<size_t>::max();
  FlowOptions flow;
  // Told of records that the transport refused: by which agent of the plan, how many, and why.
  std::function<void(size_t agent, uint64_t count, const std::string& why)> refused;
  std::function<void(const std::string& text)> warn;  // what went wrong and was mended
};

class Engine {
 public:
  // Everything must outlive the engine; `bodies`: one per segment of the plan, `lane` null if none
  // of them needs it.
  Engine(const Plan& plan, std::vector<Body> bodies, Subscription& subscription, Source& source,
         Sink& sink, ir::Lane* lane, EngineOptions options);
  ~Engine();

  // Runs until the source has ended and all that it caused is delivered, until Stop and the same,
  // or until Abort. "" or the failure of the world that ended it. On its own thread, once.
  std::string Run();

  // Takes nothing more in and lets Run finish what it has. Any thread.
  void Stop();

  // Cuts what is running short. Run returns soon, unless user code cannot be interrupted. Any
  // thread.
  void Abort();

  const std::vector<Counters>& counters() const { return counters_; }  // one per agent

 private:
  // The segments that read a topic, and the streams of each of its partitions, one for each
  // segment; made when the topic, or a record of the partition, is first seen.
  struct Readers {
    std::vector<size_t> segments;
    std::vector<std::vector<std::unique_ptr<Stream>>> partitions;
    bool inside = false;  // an agent writes it too
  };
  // What a batch was when it was taken in.
  struct Taken {
    size_t records;
    size_t bytes;
    Pace::Clock::time_point time;
  };

  bool Step(const Room& room);
  Readers& ReadersOf(std::string_view topic);
  size_t RoomFor(std::string_view topic, int32_t partition);
  void Take(Fetched& fetched);
  void Start(Stream& stream, value::Batch batch, size_t bytes, Delivery& whole);
  void Release(Stream& stream, const Taken& taken);
  void Refuse(size_t agent, const Delivered& delivered);
  void End(const Stream& stream, const Delivered& delivered);
  void FlushGathered();
  void ForgetGathered(const std::string& topic, int32_t partition);
  void Recover();
  void Wait();
  void Fail(const std::string& error);

  const Plan& plan_;
  const std::vector<Body> bodies_;
  Subscription& subscription_;
  Source& source_;
  Sink& sink_;
  ir::Lane* const lane_;
  const EngineOptions options_;
  std::vector<Counters> counters_;
  std::deque<Pace> paces_;  // one per segment
  std::map<std::string, Readers, std::less<>> readers_;
  size_t records_left_;
  Credit credit_;
  std::atomic<size_t> unfinished_{0};  // batches taken in and not delivered, in flight or gathered
  std::atomic<bool> aborted_{false};
  std::atomic<bool> lost_{false};
  std::mutex mutex_;
  std::string error_;
  std::unique_ptr<Flow> flow_;
};

}  // namespace kaspr::runtime
