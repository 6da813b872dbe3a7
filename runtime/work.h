#pragma once

// A batch on its way through the flow graph, and what is known of it beside its bytes.

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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

// The batches of one partition for one segment: what keeps its order. Those of a channel are told
// apart by the stream that they come from, and so are kept in its order. Lives as long as the
// engine, also while the partition is somebody else's.
struct Stream {
  Stream(size_t segment, size_t sequencers) : segment(segment), orders(sequencers) {}

  const size_t segment;                // index into Plan::segments
  std::deque<Order> orders;            // one for each sequencer of the flow
  uint64_t next_sequence = 0;          // of batches taken in; by whoever takes them in
  uint64_t next_send = 0;              // of what a lane hands on; lane thread only
  std::atomic<uint32_t> in_flight{0};  // batches taken in and not delivered

  // Of those who read a channel that this one writes, by segment.
  std::mutex receivers_mutex;
  std::map<size_t, std::unique_ptr<Stream>> receivers;
};

// What is in flight because of one batch that was taken in: `released` is called when none of it
// is any more, though some may wait in the buffer of a `take`. Thread safe.
class Account {
 public:
  explicit Account(std::function<void()> released) : released_(std::move(released)) {}

  void Enter() { active_.fetch_add(1, std::memory_order_relaxed); }
  void Leave() {
    if (active_.fetch_sub(1, std::memory_order_acq_rel) == 1) released_();
  }

 private:
  std::atomic<int64_t> active_{0};
  const std::function<void()> released_;
};

struct Work {
  // `done` is called when all that came of it is delivered.
  Work(Stream& of, std::shared_ptr<Account> in, std::function<void(const Delivered&)> done)
      : stream(of),
        account(std::move(in)),
        whole(Delivery::Start(std::move(done))),
        own(Delivery::Start([account = account, &whole = whole](const Delivered& delivered) {
          whole.Done(delivered);
          account->Leave();  // last: it may be what the end of the run waits for
        })) {
    account->Enter();
  }

  Stream& stream;
  value::Batch batch;
  uint64_t send_sequence = 0;  // dense per stream, as the send nodes see it
  const std::shared_ptr<Account> account;
  Delivery& whole;  // one count for `own`, and for each other work that has to do with it
  Delivery& own;    // one count for whoever runs it, then for each send node and each send
  std::vector<WorkPtr> parents;  // whose memory it shows
};

}  // namespace kaspr::runtime
