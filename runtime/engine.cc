#include "runtime/engine.h"

#include <algorithm>

#include "base/check.h"

namespace kaspr::runtime {

Engine::Engine(const Plan& plan, std::vector<Body> bodies, Subscription& subscription,
               Source& source, Sink& sink, ir::Lane* lane, EngineOptions options)
    : plan_(plan),
      bodies_(std::move(bodies)),
      subscription_(subscription),
      source_(source),
      sink_(sink),
      lane_(lane),
      options_(std::move(options)),
      counters_(plan.agents.size()),
      paces_(plan.segments.size()),
      records_left_(options_.most_records),
      credit_(options_.bytes_in_flight) {
  FlowOptions flow = options_.flow;
  flow.open_account = [this] {
    credit_.Take(0);
    return std::make_shared<Account>([this] { credit_.Give(0); });
  };
  flow.refused = [this](size_t agent, const Delivered& delivered) { Refuse(agent, delivered); };
  source_.OnRevoke([this](std::string_view topic, int32_t partition) {
    ForgetGathered(std::string(topic), partition);
  });
  flow_ = std::make_unique<Flow>(plan, bodies_, counters_, sink, std::move(flow));
}

Engine::~Engine() = default;

std::string Engine::Run() {
  const Room room = [this](std::string_view topic, int32_t partition) {
    return RoomFor(topic, partition);
  };
  while (!aborted_.load(std::memory_order_acquire) && Step(room)) {
  }
  flow_->Wait();
  ForgetGathered("", 0);
  while (unfinished_.load(std::memory_order_acquire) > 0) {
    pollfd freed{.fd = credit_.freed().fd(), .events = POLLIN, .revents = 0};
    poll(&freed, 1, -1);
    credit_.freed().Clear();
  }
  Fail(sink_.Close());
  Fail(source_.Close());
  const std::lock_guard lock(mutex_);
  return error_;
}

// One turn; false when nothing is left to do.
bool Engine::Step(const Room& room) {
  credit_.freed().Clear();
  const bool idle = credit_.idle();  // before Fetch: what was sent until then, Fetch sees
  const bool lost = lost_.load(std::memory_order_acquire);
  if (lost && idle) Recover();
  if (Fetched fetched; !lost_.load(std::memory_order_relaxed) && source_.Fetch(room, fetched)) {
    Take(fetched);
    return true;
  }
  if (idle && source_.Ended()) {
    if (unfinished_.load(std::memory_order_acquire) == 0) return false;
    FlushGathered();
  }
  if (idle) Fail(sink_.Flush());
  Wait();
  return true;
}

Engine::Readers& Engine::ReadersOf(std::string_view topic) {
  const auto found = readers_.find(topic);
  if (found != readers_.end()) return found->second;
  Readers& readers = readers_[std::string(topic)];
  readers.segments = subscription_.ReadersOf(topic);
  readers.inside = plan_.Writes(topic);
  return readers;
}

size_t Engine::RoomFor(std::string_view topic, int32_t partition) {
  const Readers& readers = ReadersOf(topic);
  if (!credit_.available()) return 0;
  size_t room = readers.inside ? std::numeric_limits<size_t>::max() : records_left_;
  for (size_t segment : readers.segments) room = std::min(room, paces_[segment].room());
  if (static_cast<size_t>(partition) >= readers.partitions.size()) return room;
  const auto& streams = readers.partitions[static_cast<size_t>(partition)];
  const bool busy = std::any_of(streams.begin(), streams.end(), [this](const auto& stream) {
    return stream->in_flight.load(std::memory_order_relaxed) >= options_.batches_in_flight;
  });
  return busy ? 0 : room;
}

void Engine::Take(Fetched& fetched) {
  Readers& readers = ReadersOf(fetched.topic);
  while (readers.partitions.size() <= static_cast<size_t>(fetched.partition)) {
    auto& streams = readers.partitions.emplace_back();
    for (size_t segment : readers.segments) {
      streams.push_back(std::make_unique<Stream>(segment, flow_->sequencers()));
    }
  }
  if (!readers.inside) {
    records_left_ -= fetched.messages.size();
    if (records_left_ == 0) source_.Stop();
  }
  // Ends after all agents are done with their batch of it.
  Delivery& whole =
      Delivery::Start([this, finished = std::move(fetched.finished)](const Delivered& delivered) {
        const bool aborted = aborted_.load(std::memory_order_acquire);
        if (finished) finished(aborted ? 0 : delivered.complete_before());
      });
  const auto& streams = readers.partitions[static_cast<size_t>(fetched.partition)];
  for (const auto& stream : streams) {
    value::Batch batch;
    batch.topic = fetched.topic;
    batch.partition = fetched.partition;
    batch.events.reserve(fetched.messages.size());
    if (stream == streams.back()) {
      batch.arena = std::move(fetched.arena);
      for (const value::Message& message : fetched.messages) batch.events.push_back({message});
    } else {
      for (const value::Message& message : fetched.messages) batch.Add(message);
    }
    whole.Add();
    Start(*stream, std::move(batch), fetched.bytes, whole);
  }
  whole.Done();
}

void Engine::Start(Stream& stream, value::Batch batch, size_t bytes, Delivery& whole) {
  const Taken taken{batch.events.size(), bytes, Pace::Clock::now()};
  credit_.Take(bytes);
  unfinished_.fetch_add(1, std::memory_order_relaxed);
  paces_[stream.segment].Take(taken.records);
  stream.in_flight.fetch_add(1, std::memory_order_relaxed);
  auto account = std::make_shared<Account>([=, this, &stream] { Release(stream, taken); });
  auto work = std::make_shared<Work>(stream, std::move(account),
                                     [this, &stream, &whole](const Delivered& delivered) {
                                       whole.Done(delivered);
                                       End(stream, delivered);
                                     });
  work->batch = std::move(batch);
  work->batch.sequence = stream.next_sequence++;
  flow_->Put(work);
}

void Engine::Refuse(size_t agent, const Delivered& delivered) {
  counters_[agent].failed += delivered.refused;
  if (options_.refused) options_.refused(agent, delivered.refused, delivered.refusal);
}

// Nothing that came of a batch is in flight. It may be the last thing that is done for it: once its
// credit is back, nothing may be touched.
void Engine::Release(Stream& stream, const Taken& taken) {
  stream.in_flight.fetch_sub(1, std::memory_order_relaxed);
  paces_[stream.segment].Give(taken.records, taken.time, Pace::Clock::now());
  credit_.Give(taken.bytes);
}

// All that came of a batch is delivered.
void Engine::End(const Stream& stream, const Delivered& delivered) {
  if (delivered.refused > 0) Refuse(plan_.segments[stream.segment].agent_index, delivered);
  if (delivered.lost) lost_.store(true, std::memory_order_release);
  Fail(delivered.error);
  const std::lock_guard lock(mutex_);  // until then, Run does not return
  unfinished_.fetch_sub(1, std::memory_order_release);
  credit_.freed().Signal();
}

// What is not in flight and not delivered waits in the buffer of a `take`: for records that will
// not come.
void Engine::FlushGathered() {
  for (const Body& body : bodies_) {
    if (body.lane_kernel != nullptr) body.lane_kernel->Flush();
  }
}

void Engine::ForgetGathered(const std::string& topic, int32_t partition) {
  for (const Body& body : bodies_) {
    if (body.lane_kernel != nullptr) body.lane_kernel->Forget(topic, partition);
  }
}

// Nothing is in flight: what was not delivered is fetched and run again.
void Engine::Recover() {
  if (unfinished_.load(std::memory_order_acquire) > 0)
    return ForgetGathered("", 0);  // it is read again
  lost_.store(false, std::memory_order_release);
  const std::string error = sink_.Reopen();
  if (!error.empty()) return Fail(error);
  source_.Rewind();
  if (options_.warn) options_.warn("the producer broke down; what it had not delivered runs again");
}

void Engine::Wait() {
  std::vector<pollfd> fds{{.fd = credit_.freed().fd(), .events = POLLIN, .revents = 0}};
  const int milliseconds = source_.WaitFor(fds);
  poll(fds.data(), fds.size(), milliseconds);  // interrupted or not: the loop looks again
}

void Engine::Fail(const std::string& error) {
  if (error.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    if (error_.empty()) error_ = error;
  }
  source_.Stop();
}

void Engine::Stop() {
  source_.Stop();
}

void Engine::Abort() {
  aborted_.store(true, std::memory_order_release);
  source_.Stop();
  if (lane_ != nullptr) lane_->Interrupt();
}

}  // namespace kaspr::runtime
