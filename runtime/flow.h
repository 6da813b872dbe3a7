#pragma once

// Plan -> tbb::flow::graph: one node per segment and per send, batches as messages.
//
//   Put -> [native: unlimited, on workers | lane: sequencer, then the lane's thread] -> [send]...
//
// A flow graph keeps no order, so a sequencer per partition stands before the lane and before every
// send. Nothing waits in a worker: the lane is fed through an async_node. A send node of a channel
// makes batches for the nodes of those who read it.

#include <functional>
#include <memory>
#include <vector>

#include "ir/kernel.h"
#include "runtime/plan.h"
#include "runtime/sink.h"
#include "runtime/work.h"

namespace kaspr::runtime {

// What runs a segment: one of the two.
struct Body {
  ir::Kernel* kernel = nullptr;
  ir::LaneKernel* lane_kernel = nullptr;
};

struct FlowOptions {
  int threads = 0;  // at least; else one for each core
  // The account of what a `take` gathers, which is in flight from then on.
  std::function<std::shared_ptr<Account>()> open_account;
  // Told of records that the transport refused, with the agent that sent them.
  std::function<void(size_t agent, const Delivered& delivered)> refused;
  // For tests of order: called in every node before its work, to delay it; and a flow without
  // sequencers, which shows that those tests can fail.
  std::function<void()> disturb;
  bool sequence = true;
};

class Flow {
 public:
  // Everything must outlive the flow. `bodies`: one per segment of the plan. `counters`: one per
  // agent.
  Flow(const Plan& plan, const std::vector<Body>& bodies, std::vector<Counters>& counters,
       Sink& sink, FlowOptions options);
  ~Flow();

  // How many sequencers it has, each of which keeps an Order in every stream.
  size_t sequencers() const;

  // Starts a batch on its way. One thread.
  void Put(const WorkPtr& work);

  // Waits until nothing is on its way.
  void Wait();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kaspr::runtime
