#include "runtime/flow.h"

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <utility>

#include "base/check.h"
#include "runtime/sequencer.h"

namespace kaspr::runtime {

namespace {

namespace tbbf = oneapi::tbb::flow;

using Entry = tbbf::receiver<WorkPtr>;
using LaneNode = tbbf::async_node<WorkPtr, WorkPtr>;

// What a forced stop tells those who wait in the middle of an event.
struct AbortFlag {
  std::mutex mutex;
  std::condition_variable changed;
  bool aborted = false;
};

// A native kernel restarts nothing and so never hands on half an event.
class NoEmitter final : public ir::Emitter {
 public:
  bool Flush(value::Batch&) override { Refuse(); }
  bool Acknowledge(value::Batch&, value::DeliveryReport&) override { Refuse(); }

 private:
  [[noreturn]] static void Refuse() {
    KASPR_UNREACHABLE("a native kernel flushed in the middle of a batch");
  }
};

// Hands on what is staged so far as work of its own, in front of the rest of its batch, which is
// not delivered before it.
class LaneEmitter final : public ir::Emitter {
 public:
  LaneEmitter(Work& work, LaneNode::gateway_type& gateway, size_t sends, AbortFlag& abort)
      : work_(work), gateway_(gateway), sends_(sends), abort_(abort) {}

  bool Flush(value::Batch& batch) override {
    return Await(std::exchange(before_, HandOn(batch, false)));
  }

  bool Acknowledge(value::Batch& batch, value::DeliveryReport& report) override {
    const OutcomePtr part = HandOn(batch, true);
    if (!Await(std::exchange(before_, nullptr)) || !Await(part)) return false;
    report = std::move(part->last);
    return true;
  }

 private:
  // What a part leaves behind; the part may outlive the wait for it when aborted.
  struct Outcome {
    bool done = false;
    bool lost = false;
    value::DeliveryReport last;
  };
  using OutcomePtr = std::shared_ptr<Outcome>;

  OutcomePtr HandOn(value::Batch& batch, bool report_last) {
    auto outcome = std::make_shared<Outcome>();
    if (report_last) batch.sends.back().report = &outcome->last;
    work_.delivery.Add();
    auto part = std::make_shared<Work>(work_.stream, [outcome, &whole = work_.delivery,
                                                      &abort = abort_](const Delivered& delivered) {
      {
        const std::lock_guard lock(abort.mutex);
        outcome->done = true;
        outcome->lost = delivered.lost;
        abort.changed.notify_all();
      }
      whole.Done(delivered);  // last: with the batch everything may end
    });
    std::swap(part->batch.sends, batch.sends);
    std::swap(part->batch.send_arena, batch.send_arena);
    part->send_sequence = work_.stream.next_send++;
    part->delivery.Add(static_cast<int64_t>(sends_) - 1);
    gateway_.try_put(part);
    return outcome;
  }

  bool Await(const OutcomePtr& part) {
    std::unique_lock lock(abort_.mutex);
    abort_.changed.wait(lock, [&] { return part == nullptr || part->done || abort_.aborted; });
    return !abort_.aborted && (part == nullptr || !part->lost);
  }

  Work& work_;
  LaneNode::gateway_type& gateway_;
  const size_t sends_;
  AbortFlag& abort_;
  OutcomePtr before_;  // the part handed on last, if nobody waited for it
};

void Count(const value::Batch& batch, Segment::Engine engine, Counters& counters) {
  uint64_t ran = 0, filtered = 0, failed = 0;
  for (const value::Event& event : batch.events) {
    if (event.outcome == value::Outcome::kInterrupted) continue;
    KASPR_CHECK(event.outcome != value::Outcome::kPending,
                "a kernel left an event without outcome");
    ++ran;
    filtered += event.filtered;
    failed += event.outcome == value::Outcome::kFailed;
  }
  counters.in += ran;
  counters.filtered += filtered;
  counters.failed += failed;
  (engine == Segment::Engine::kNative ? counters.native : counters.python) += ran;
}

}  // namespace

struct Flow::State {
  State(const Plan& plan, const std::vector<ir::Kernel*>& kernels, std::vector<Counters>& counters,
        Sink& sink, ir::Lane* lane, const FlowOptions& options)
      : options(options), sink(sink), lane(lane) {
    for (size_t i = 0; i < plan.segments.size(); ++i) {
      const Segment& segment = plan.segments[i];
      entries.push_back(segment.engine == Segment::Engine::kNative
                            ? AddNative(segment, *kernels[i], counters[i])
                            : AddLane(segment, *kernels[i], counters[i]));
      send_counts.push_back(segment.sends.size());
    }
  }

  void Disturb() const {
    if (options.disturb) options.disturb();
  }

  // The body, called in order per stream: at once, or by way of a sequencer.
  std::function<void(const WorkPtr&, uint64_t)> InOrder(std::function<void(const WorkPtr&)> body) {
    if (!options.sequence) {
      return [body = std::move(body)](const WorkPtr& work, uint64_t) { body(work); };
    }
    Sequencer& sequencer = sequencers.emplace_back(sequencers.size(), std::move(body));
    return [&sequencer](const WorkPtr& work, uint64_t number) { sequencer.Push(work, number); };
  }

  Entry* AddNative(const Segment& segment, ir::Kernel& kernel, Counters& counters) {
    auto& node = natives.emplace_back(graph, tbbf::unlimited,
                                      [this, &kernel, &counters](const WorkPtr& work) {
                                        Disturb();
                                        NoEmitter emitter;
                                        kernel.Run(work->batch, emitter);
                                        Count(work->batch, Segment::Engine::kNative, counters);
                                        work->send_sequence = work->batch.sequence;
                                        return work;
                                      });
    AddSends(segment, counters, node);
    return &node;
  }

  Entry* AddLane(const Segment& segment, ir::Kernel& kernel, Counters& counters) {
    const size_t sends = std::max<size_t>(segment.sends.size(), 1);
    // The gateway is the node's, and the same for every call; the body learns it with the first.
    auto gateway = std::make_shared<std::atomic<LaneNode::gateway_type*>>(nullptr);
    auto submit = InOrder([this, &kernel, &counters, gateway, sends](const WorkPtr& work) {
      Submit(work, kernel, counters, *gateway->load(), sends);
    });
    auto& node = lanes.emplace_back(
        graph, tbbf::unlimited,
        [this, &kernel, gateway, submit](const WorkPtr& work, LaneNode::gateway_type& own) {
          Disturb();
          kernel.Prepare(work->batch);
          gateway->store(&own);
          own.reserve_wait();
          submit(work, work->batch.sequence);
        });
    AddSends(segment, counters, tbbf::output_port<0>(node));
    return &node;
  }

  void Submit(const WorkPtr& work, ir::Kernel& kernel, Counters& counters,
              LaneNode::gateway_type& gateway, size_t sends) {
    auto emitter = std::make_shared<LaneEmitter>(*work, gateway, sends, abort);
    lane->Submit(kernel, work->batch, *emitter, [work, emitter, &counters, &gateway] {
      Count(work->batch, Segment::Engine::kLane, counters);
      work->send_sequence = work->stream.next_send++;
      gateway.try_put(work);
      gateway.release_wait();
    });
  }

  void AddSends(const Segment& segment, Counters& counters, tbbf::sender<WorkPtr>& from) {
    if (segment.sends.empty()) AddSend(segment, {}, counters, from);  // it only says: it is done
    for (const SendNode& send : segment.sends) AddSend(segment, send, counters, from);
  }

  void AddSend(const Segment& segment, const SendNode& send, Counters& counters,
               tbbf::sender<WorkPtr>& from) {
    auto body =
        InOrder([this, send, topics = segment.destinations, &counters](const WorkPtr& work) {
          uint64_t sent = 0;
          for (const value::Send& record : work->batch.sends) {
            if (std::find(send.outputs.begin(), send.outputs.end(), record.output) ==
                send.outputs.end()) {
              continue;
            }
            work->delivery.Add();
            sink.Send(record.topic.empty() ? topics[record.output] : record.topic, record,
                      work->delivery);
            ++sent;
          }
          counters.out += sent;
          work->delivery.Done();
        });
    auto& node = sends.emplace_back(graph, tbbf::unlimited, [this, body](const WorkPtr& work) {
      Disturb();
      body(work, work->send_sequence);
      return tbbf::continue_msg();
    });
    tbbf::make_edge(from, node);
  }

  const FlowOptions options;
  Sink& sink;
  ir::Lane* const lane;
  AbortFlag abort;
  std::deque<Sequencer> sequencers;
  tbbf::graph graph;
  std::deque<tbbf::function_node<WorkPtr, WorkPtr>> natives;
  std::deque<LaneNode> lanes;
  std::deque<tbbf::function_node<WorkPtr>> sends;
  std::vector<Entry*> entries;                           // per segment
  std::vector<size_t> send_counts;                       // per segment
  std::unique_ptr<oneapi::tbb::global_control> control;  // for as long as the graph
};

Flow::Flow(const Plan& plan, const std::vector<ir::Kernel*>& kernels,
           std::vector<Counters>& counters, Sink& sink, ir::Lane* lane, FlowOptions options) {
  // One of TBB's threads is ours, which only waits at the end: on one core there must be a second
  // one.
  const int threads =
      std::max(options.threads, std::max(2, oneapi::tbb::info::default_concurrency()));
  using oneapi::tbb::global_control;
  auto control = std::make_unique<global_control>(global_control::max_allowed_parallelism,
                                                  static_cast<size_t>(threads));
  oneapi::tbb::task_arena arena(threads);
  arena.execute([&] {  // a graph runs in the arena that it was made in
    state_ = std::make_unique<State>(plan, kernels, counters, sink, lane, options);
  });
  state_->control = std::move(control);
}

Flow::~Flow() {
  Wait();
}

size_t Flow::sequencers() const {
  return state_->sequencers.size();
}

void Flow::Put(const WorkPtr& work) {
  const size_t sends = state_->send_counts[work->stream.agent];
  if (sends > 1) work->delivery.Add(static_cast<int64_t>(sends) - 1);
  state_->entries[work->stream.agent]->try_put(work);
}

void Flow::Wait() {
  state_->graph.wait_for_all();
}

void Flow::Abort() {
  const std::lock_guard lock(state_->abort.mutex);
  state_->abort.aborted = true;
  state_->abort.changed.notify_all();
}

}  // namespace kaspr::runtime
