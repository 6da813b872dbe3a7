#include "runtime/sequencer.h"

namespace kaspr::runtime {

void Sequencer::Push(const WorkPtr& work, uint64_t number) {
  Order& order = work->stream.orders[index_];
  std::unique_lock lock(order.mutex);
  order.waiting.emplace(number, work);
  if (order.running) return;
  order.running = true;
  for (auto next = order.waiting.begin(); next != order.waiting.end() && next->first == order.due;
       next = order.waiting.begin()) {
    const WorkPtr due = std::move(next->second);
    order.waiting.erase(next);
    lock.unlock();
    run_(due);
    lock.lock();
    ++order.due;
  }
  order.running = false;
}

}  // namespace kaspr::runtime
