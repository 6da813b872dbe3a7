#pragma once

// A batch on its way through the flow graph, and what is known of it beside its bytes.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "runtime/sink.h"
#include "value/batch.h"

namespace kaspr::runtime {

// What an agent did, as in --report. `in` counts source records, the others values and records.
struct Counters {
  std::atomic<uint64_t> in{0}, out{0}, filtered{0}, failed{0}, native{0}, python{0};
};

// The batches of one partition for one agent: what keeps its order.
struct Stream {
  size_t agent = 0;                    // index into Plan::segments
  size_t index = 0;                    // dense, over all streams
  uint64_t next_sequence = 0;          // of batches taken in; poll thread only
  uint64_t next_send = 0;              // of what a lane hands on; lane thread only
  std::atomic<uint32_t> in_flight{0};  // batches taken in and not delivered
};

struct Work {
  Work(Stream& of, std::function<void(const std::string&)> done)
      : stream(of), delivery(Delivery::Start(std::move(done))) {}

  Stream& stream;
  value::Batch batch;
  uint64_t send_sequence = 0;  // dense per stream, as the send nodes see it
  Delivery& delivery;          // one count for each send node that has not handled the batch
};

using WorkPtr = std::shared_ptr<Work>;

}  // namespace kaspr::runtime
