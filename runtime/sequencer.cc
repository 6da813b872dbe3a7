#include "runtime/sequencer.h"

namespace kaspr::runtime {

void Sequencer::Push(const WorkPtr& work, uint64_t number) {
  State& state = streams_[work->stream.index];
  std::unique_lock lock(state.mutex);
  state.waiting.emplace(number, work);
  if (state.running) return;
  state.running = true;
  for (auto next = state.waiting.begin(); next != state.waiting.end() && next->first == state.due;
       next = state.waiting.begin()) {
    const WorkPtr due = std::move(next->second);
    state.waiting.erase(next);
    lock.unlock();
    run_(due);
    lock.lock();
    ++state.due;
  }
  state.running = false;
}

}  // namespace kaspr::runtime
