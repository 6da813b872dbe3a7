#pragma once

// A batch on its way through the flow graph, and what is known of it beside its bytes.

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/sink.h"
#include "value/batch.h"

namespace kaspr::runtime {

// What an agent did, as in --report. `in` counts source records, the others values and records.
struct Counters {
  std::atomic<uint64_t> in{0}, out{0}, filtered{0}, failed{0}, native{0}, python{0};
};

struct Work;
using WorkPtr = std::shared_ptr<Work>;

// What one sequencer holds of one stream.
struct Order {
  std::mutex mutex;
  uint64_t due = 0;
  bool running = false;
  std::map<uint64_t, WorkPtr> waiting;
};

// The batches of one partition for one agent: what keeps its order. Lives as long as the engine,
// also while the partition is somebody else's.
struct Stream {
  Stream(size_t agent, size_t sequencers) : agent(agent), orders(sequencers) {}

  const size_t agent;                  // index into Plan::segments
  std::deque<Order> orders;            // one for each sequencer of the flow
  uint64_t next_sequence = 0;          // of batches taken in; poll thread only
  uint64_t next_send = 0;              // of what a lane hands on; lane thread only
  std::atomic<uint32_t> in_flight{0};  // batches taken in and not delivered
};

struct Work {
  Work(Stream& of, std::function<void(const Delivered&)> done)
      : stream(of), delivery(Delivery::Start(std::move(done))) {}

  Stream& stream;
  value::Batch batch;
  uint64_t send_sequence = 0;  // dense per stream, as the send nodes see it
  Delivery& delivery;          // one count for each send node that has not handled the batch
};

}  // namespace kaspr::runtime
