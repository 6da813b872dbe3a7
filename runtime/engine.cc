#include "runtime/engine.h"

#include <algorithm>

#include "base/check.h"

namespace kaspr::runtime {

Engine::Engine(const Plan& plan, std::vector<ir::Kernel*> kernels, Source& source, Sink& sink,
               ir::Lane* lane, EngineOptions options)
    : source_(source),
      sink_(sink),
      lane_(lane),
      batches_in_flight_(options.batches_in_flight),
      counters_(plan.segments.size()),
      credit_(options.bytes_in_flight) {
  for (size_t agent = 0; agent < plan.segments.size(); ++agent) {
    for (const std::string& topic : plan.segments[agent].topics) {
      auto& partitions = readers_[topic];
      partitions.resize(static_cast<size_t>(source.PartitionCount(topic)));
      for (size_t partition = 0; partition < partitions.size(); ++partition) {
        streams_.push_back(std::make_unique<Stream>());
        streams_.back()->agent = agent;
        streams_.back()->index = streams_.size() - 1;
        partitions[partition].push_back(streams_.back().get());
      }
    }
  }
  flow_ =
      std::make_unique<Flow>(plan, kernels, counters_, streams_.size(), sink, lane, options.flow);
}

Engine::~Engine() = default;

std::string Engine::Run() {
  const Ready ready = [this](std::string_view topic, int32_t partition) {
    return MayTake(topic, partition);
  };
  while (!aborted_.load(std::memory_order_acquire)) {
    credit_.freed().Clear();
    const bool idle = credit_.idle();  // before Fetch: what was sent until then, Fetch sees
    Fetched fetched;
    const Source::Status status = source_.Fetch(ready, fetched);
    if (status == Source::Status::kMessages) {
      Take(fetched);
      continue;
    }
    if (idle && status == Source::Status::kEnd) break;
    if (idle) Fail(sink_.Flush());
    Wait();
  }
  flow_->Wait();
  Fail(sink_.Flush());
  const std::lock_guard lock(mutex_);
  return error_;
}

bool Engine::MayTake(std::string_view topic, int32_t partition) const {
  if (!credit_.available()) return false;
  const auto& streams = readers_.find(topic)->second[static_cast<size_t>(partition)];
  return std::all_of(streams.begin(), streams.end(), [this](const Stream* stream) {
    return stream->in_flight.load(std::memory_order_relaxed) < batches_in_flight_;
  });
}

void Engine::Take(Fetched& fetched) {
  const auto reader = readers_.find(fetched.topic);
  const auto& streams = reader->second[static_cast<size_t>(fetched.partition)];
  for (Stream* stream : streams) {
    value::Batch batch;
    batch.topic = reader->first;
    batch.partition = fetched.partition;
    batch.events.reserve(fetched.messages.size());
    if (stream == streams.back()) {
      batch.arena = std::move(fetched.arena);
      for (const value::Message& message : fetched.messages) batch.events.push_back({message});
    } else {
      for (const value::Message& message : fetched.messages) batch.Add(message);
    }
    Start(*stream, std::move(batch), fetched.bytes);
  }
}

void Engine::Start(Stream& stream, value::Batch batch, size_t bytes) {
  credit_.Take(bytes);
  stream.in_flight.fetch_add(1, std::memory_order_relaxed);
  auto work = std::make_shared<Work>(stream, [this, &stream, bytes](const std::string& error) {
    Fail(error);
    stream.in_flight.fetch_sub(1, std::memory_order_relaxed);
    credit_.Give(bytes);
  });
  work->batch = std::move(batch);
  work->batch.sequence = stream.next_sequence++;
  flow_->Put(work);
}

void Engine::Wait() {
  std::vector<pollfd> fds{{.fd = credit_.freed().fd(), .events = POLLIN, .revents = 0}};
  source_.WaitFor(fds);
  poll(fds.data(), fds.size(), -1);  // interrupted or not: the loop looks again
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
  flow_->Abort();
}

}  // namespace kaspr::runtime
