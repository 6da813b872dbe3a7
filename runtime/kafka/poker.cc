#include "runtime/kafka/poker.h"

#include <librdkafka/rdkafka.h>

#include <utility>

namespace kaspr::runtime {

Poker::Poker(rd_kafka_s* client) : client_(client), thread_([this] { Run(); }) {}

Poker::~Poker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void Poker::Poke(std::string_view topic, int32_t partition) {
  const std::lock_guard lock(mutex_);
  topic_ = topic;
  partition_ = partition;
  changed_.notify_one();
}

void Poker::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || !topic_.empty(); });
    if (stop_) return;
    const std::string topic = std::exchange(topic_, "");
    const int32_t partition = partition_;
    lock.unlock();
    int64_t begin = 0, end = 0;
    rd_kafka_query_watermark_offsets(client_, topic.c_str(), partition, &begin, &end, 0);
    lock.lock();
  }
}

}  // namespace kaspr::runtime
