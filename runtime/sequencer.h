#pragma once

// Puts the batches of each stream back in order.
//
// A flow graph keeps none: bodies run on any worker, and whoever is done first is handed on first.
// Batches carry dense numbers; whoever brings the one that is due runs it, and all that waited for
// it, so streams run in parallel and each of them in order. What waits is bounded by what may be in
// flight.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "runtime/work.h"

namespace kaspr::runtime {

class Sequencer {
 public:
  // `run` is called in order per stream, never twice at a time for one stream.
  Sequencer(size_t streams, std::function<void(const WorkPtr&)> run)
      : run_(std::move(run)), streams_(streams) {}

  // Work number `number` (dense from 0) of its stream. Any thread.
  void Push(const WorkPtr& work, uint64_t number);

 private:
  struct State {
    std::mutex mutex;
    uint64_t due = 0;
    bool running = false;
    std::map<uint64_t, WorkPtr> waiting;
  };

  std::function<void(const WorkPtr&)> run_;
  std::deque<State> streams_;
};

}  // namespace kaspr::runtime
