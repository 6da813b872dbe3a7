#pragma once

// Wakes a broker's thread of librdkafka, which up to 2.1 sleeps for a second when enough is read
// ahead, however soon that is used up: it asks the leader of a partition for an offset, which gives
// the thread something to do. The answer may come late and does not matter, so a thread of its own
// waits for it.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

struct rd_kafka_s;

namespace kaspr::runtime {

class Poker {
 public:
  explicit Poker(rd_kafka_s* client);  // must outlive it
  ~Poker();

  // Pokes soon; does not wait. One thread.
  void Poke(std::string_view topic, int32_t partition);

 private:
  void Run();

  rd_kafka_s* const client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string topic_;  // "": nothing to do
  int32_t partition_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace kaspr::runtime
