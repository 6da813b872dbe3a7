#pragma once

// Puts the batches of each stream back in order.
//
// A flow graph keeps none: bodies run on any worker, and whoever is done first is handed on first.
// Batches carry dense numbers; whoever brings the one that is due runs it, and all that waited for
// it, so streams run in parallel and each of them in order. What waits is bounded by what may be in
// flight.

#include <cstdint>
#include <functional>

#include "runtime/work.h"

namespace kaspr::runtime {

class Sequencer {
 public:
  // Number `index` of the flow's sequencers: what it holds of a stream is in Stream::orders. `run`
  // is called in order per stream, never twice at a time for one stream.
  Sequencer(size_t index, std::function<void(const WorkPtr&)> run)
      : index_(index), run_(std::move(run)) {}

  // Work number `number` (dense from 0) of its stream. Any thread.
  void Push(const WorkPtr& work, uint64_t number);

 private:
  const size_t index_;
  const std::function<void(const WorkPtr&)> run_;
};

}  // namespace kaspr::runtime
