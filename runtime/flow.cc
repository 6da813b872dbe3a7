#include "runtime/flow.h"

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "base/check.h"
#include "runtime/sequencer.h"

namespace kaspr::runtime {

namespace {

namespace tbbf = oneapi::tbb::flow;

using Entry = tbbf::receiver<WorkPtr>;
using LaneNode = tbbf::async_node<WorkPtr, WorkPtr>;

using Gateway = LaneNode::gateway_type;

void Count(const value::Batch& batch, bool source, Segment::Engine engine, Counters& counters) {
  uint64_t ran = 0, native = 0, filtered = 0, failed = 0;
  for (const value::Event& event : batch.events) {
    if (event.outcome == value::Outcome::kInterrupted) continue;
    KASPR_CHECK(event.outcome != value::Outcome::kPending,
                "a kernel left an event without outcome");
    ++ran;
    native += engine == Segment::Engine::kNative || event.native;
    filtered += event.filtered;
    failed += event.outcome == value::Outcome::kFailed;
  }
  counters.filtered += filtered;
  counters.failed += failed;
  if (!source) return;
  counters.in += ran;
  counters.native += native;
  counters.python += ran - native;
}

// The offset of the record that it comes from; 0 if there are several.
int64_t OffsetOf(const value::Event& event) {
  if (event.origins.empty()) return event.message.offset;
  return event.origins.size() == 1 ? event.origins.front().message->offset : 0;
}

}  // namespace

struct Flow::State {
  State(const Plan& plan, const std::vector<Body>& bodies, std::vector<Counters>& counters,
        Sink& sink, FlowOptions options)
      : plan(plan), counters(counters), options(std::move(options)), sink(sink) {
    for (size_t i = 0; i < plan.segments.size(); ++i) {
      entries.push_back(bodies[i].kernel != nullptr ? AddNative(i, *bodies[i].kernel)
                                                    : AddLane(i, *bodies[i].lane_kernel));
    }
    for (size_t i = 0; i < plan.segments.size(); ++i) {
      units.push_back(std::make_unique<Stream>(i, sequencers.size()));
    }
  }

  Counters& CountersOf(size_t segment) { return counters[plan.segments[segment].agent_index]; }

  // Takes part in every node's work.
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

  // The send nodes of its segment are about to get the work.
  void ExpectSends(const Work& work) const {
    const auto sends = static_cast<int64_t>(plan.segments[work.stream.segment].sends.size());
    if (sends > 1) work.own.Add(sends - 1);
  }

  Entry* AddNative(size_t segment, ir::Kernel& kernel) {
    auto& node =
        natives.emplace_back(graph, tbbf::unlimited, [this, segment, &kernel](const WorkPtr& work) {
          Disturb();
          kernel.Run(work->batch);
          Count(work->batch, true, Segment::Engine::kNative, CountersOf(segment));
          work->send_sequence = work->batch.sequence;
          ExpectSends(*work);
          return work;
        });
    AddSends(segment, node);
    return &node;
  }

  Entry* AddLane(size_t segment, ir::LaneKernel& kernel) {
    // The gateway is the node's, and the same for every call; the body learns it with the first.
    auto gateway = std::make_shared<std::atomic<Gateway*>>(nullptr);
    auto submit = InOrder([this, &kernel, gateway](const WorkPtr& work) {
      kernel.Submit(MakeJob(work, *gateway->load(), true));
    });
    auto& node =
        lanes.emplace_back(graph, tbbf::unlimited,
                           [this, &kernel, gateway, submit](const WorkPtr& work, Gateway& own) {
                             Disturb();
                             kernel.Prepare(work->batch);
                             gateway->store(&own);
                             own.reserve_wait();
                             submit(work, work->batch.sequence);
                           });
    AddSends(segment, tbbf::output_port<0>(node));
    return &node;
  }

  void AddSends(size_t segment, tbbf::sender<WorkPtr>& from) {
    const Segment& sending = plan.segments[segment];
    if (sending.sends.empty()) {  // it only says: it is done
      AddSend([](const WorkPtr& work) { work->own.Done(); }, from);
    }
    for (const SendNode& send : sending.sends) {
      if (send.channel) {
        AddSend([this, &send](const WorkPtr& work) { PassOn(send, work); }, from);
      } else {
        AddSend([this, segment, &send](const WorkPtr& work) { SendAll(segment, send, work); },
                from);
      }
    }
  }

  void AddSend(std::function<void(const WorkPtr&)> body, tbbf::sender<WorkPtr>& from) {
    auto& node = sends.emplace_back(graph, tbbf::unlimited,
                                    [this, body = InOrder(std::move(body))](const WorkPtr& work) {
                                      Disturb();
                                      body(work, work->send_sequence);
                                      return tbbf::continue_msg();
                                    });
    tbbf::make_edge(from, node);
  }

  void SendAll(size_t segment, const SendNode& node, const WorkPtr& work) {
    uint64_t sent = 0;
    for (const value::Send& record : work->batch.sends) {
      if (!node.Takes(record.output)) continue;
      work->own.Add();
      const Segment::Target& target = plan.segments[segment].targets[record.output];
      sink.Send(record.topic.empty() ? target.name : record.topic, record, work->own);
      sent += !target.internal;
    }
    CountersOf(segment).out += sent;
    work->own.Done();
  }

  // What was sent to a channel becomes events of those who read it.
  void PassOn(const SendNode& node, const WorkPtr& work) {
    for (const value::Send& value : work->batch.sends) {
      if (node.Takes(value.output)) {
        value.object->users.fetch_add(static_cast<int32_t>(node.readers.size()) - 1);
      }
    }
    for (const size_t reader : node.readers) {
      value::Batch batch;
      batch.partition = 0;
      for (const value::Send& value : work->batch.sends) {
        if (!node.Takes(value.output)) continue;
        const int64_t timestamp = value.origins.back().message->timestamp;
        batch.events.push_back({.message = {.offset = -1, .timestamp = timestamp},
                                .object = value.object,
                                .origins = value.origins});
      }
      if (!batch.events.empty()) Receive(reader, std::move(batch), work);
    }
    work->own.Done();
  }

  void Receive(size_t reader, value::Batch batch, const WorkPtr& from) {
    Stream& stream = Downstream(from->stream, reader);
    from->whole.Add();
    auto work = std::make_shared<Work>(
        stream, from->account, [this, reader, &whole = from->whole](Delivered delivered) {
          if (delivered.refused > 0) {  // its agent's failures, not the sender's
            options.refused(plan.segments[reader].agent_index, delivered);
            delivered.refused = 0;
          }
          whole.Done(delivered);
        });
    work->batch = std::move(batch);
    work->batch.sequence = stream.next_sequence++;
    work->parents.push_back(from);
    entries[reader]->try_put(work);
  }

  Stream& Downstream(Stream& stream, size_t reader) {
    const std::lock_guard lock(stream.receivers_mutex);
    std::unique_ptr<Stream>& found = stream.receivers[reader];
    if (!found) found = std::make_unique<Stream>(reader, sequencers.size());
    return *found;
  }

  // The work on the lane; `source`: its events are what the segment reads.
  class Job;
  std::shared_ptr<ir::LaneWork> MakeJob(WorkPtr work, Gateway& gateway, bool source);

  const Plan& plan;
  std::vector<Counters>& counters;
  const FlowOptions options;
  Sink& sink;
  std::deque<Sequencer> sequencers;
  std::vector<std::unique_ptr<Stream>> units;  // per segment: of what a `take` gathers
  tbbf::graph graph;
  std::deque<tbbf::function_node<WorkPtr, WorkPtr>> natives;
  std::deque<LaneNode> lanes;
  std::deque<tbbf::function_node<WorkPtr>> sends;
  std::vector<Entry*> entries;                           // per segment
  std::unique_ptr<oneapi::tbb::global_control> control;  // for as long as the graph
};

class Flow::State::Job final : public ir::LaneWork {
 public:
  Job(State& flow, WorkPtr work, Gateway& gateway, bool source)
      : flow_(flow), work_(std::move(work)), gateway_(gateway), source_(source) {}

  value::Batch& batch() override { return work_->batch; }
  const void* stream() const override { return &work_->stream; }

  void HandOn(value::DeliveryReport* report, std::function<void(bool lost)> delivered) override {
    work_->whole.Add();
    work_->account->Enter();
    // What a `take` gathers of it may wait for long, and must not hold up whoever sends more.
    auto lost = std::make_shared<std::atomic<bool>>(false);
    auto in_flight =
        std::make_shared<Account>([account = work_->account, lost, told = std::move(delivered)] {
          told(*lost);
          account->Leave();
        });
    auto part = std::make_shared<Work>(work_->stream, std::move(in_flight),
                                       [&whole = work_->whole, lost](const Delivered& delivered) {
                                         *lost = delivered.lost;
                                         whole.Done(delivered);
                                       });
    if (report != nullptr) work_->batch.sends.back().report = report;
    std::swap(part->batch.sends, work_->batch.sends);
    std::swap(part->batch.send_arena, work_->batch.send_arena);
    part->parents.push_back(work_);
    Put(part);
  }

  void Finish(const value::Event* unacknowledged) override {
    const Segment& segment = flow_.plan.segments[work_->stream.segment];
    Count(work_->batch, source_ && segment.counts_source, Segment::Engine::kLane,
          flow_.CountersOf(work_->stream.segment));
    for (const value::Event& event : work_->batch.events) {
      if (event.outcome != value::Outcome::kInterrupted && &event != unacknowledged) continue;
      work_->own.Add();
      work_->own.Drop(OffsetOf(event));
      break;
    }
    if (work_->batch.sends.empty()) {
      work_->own.Done();
    } else {
      Put(work_);
    }
    gateway_.release_wait();
  }

  std::shared_ptr<ir::LaneWork> Gather(std::vector<std::shared_ptr<ir::LaneWork>> parts) override {
    const bool isolated = flow_.plan.segments[work_->stream.segment].isolated;
    Stream& stream = isolated ? work_->stream : *flow_.units[work_->stream.segment];
    std::vector<WorkPtr> parents;
    for (const auto& part : parts) parents.push_back(static_cast<Job&>(*part).work_);
    std::vector<Delivery*> wholes;
    for (const WorkPtr& parent : parents) wholes.push_back(&parent->whole);
    auto unit = std::make_shared<Work>(stream, flow_.options.open_account(),
                                       [wholes = std::move(wholes)](const Delivered& delivered) {
                                         for (Delivery* whole : wholes) whole->Done(delivered);
                                       });
    unit->batch.topic = work_->batch.topic;
    unit->batch.partition = work_->batch.partition;
    unit->batch.events.emplace_back();
    unit->parents = std::move(parents);
    gateway_.reserve_wait();
    return flow_.MakeJob(std::move(unit), gateway_, false);
  }

  void Hold() override { work_->whole.Add(); }
  void Drop(const value::Event& event) override { work_->whole.Drop(OffsetOf(event)); }

 private:
  void Put(const WorkPtr& work) {
    work->send_sequence = work->stream.next_send++;
    flow_.ExpectSends(*work);
    gateway_.try_put(work);
  }

  State& flow_;
  const WorkPtr work_;
  Gateway& gateway_;
  const bool source_;
};

std::shared_ptr<ir::LaneWork> Flow::State::MakeJob(WorkPtr work, Gateway& gateway, bool source) {
  return std::make_shared<Job>(*this, std::move(work), gateway, source);
}

Flow::Flow(const Plan& plan, const std::vector<Body>& bodies, std::vector<Counters>& counters,
           Sink& sink, FlowOptions options) {
  // One of TBB's threads is ours, which only waits at the end: on one core there must be a second
  // one.
  const int threads =
      std::max(options.threads, std::max(2, oneapi::tbb::info::default_concurrency()));
  using oneapi::tbb::global_control;
  auto control = std::make_unique<global_control>(global_control::max_allowed_parallelism,
                                                  static_cast<size_t>(threads));
  oneapi::tbb::task_arena arena(threads);
  arena.execute([&] {  // a graph runs in the arena that it was made in
    state_ = std::make_unique<State>(plan, bodies, counters, sink, std::move(options));
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
  state_->entries[work->stream.segment]->try_put(work);
}

void Flow::Wait() {
  state_->graph.wait_for_all();
}

}  // namespace kaspr::runtime
