#pragma once

// What a Kafka client says of its connection, for people: the first of a kind until it is over, not
// each of a thousand. Thread safe.

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>

struct rd_kafka_s;

namespace kaspr::runtime {

class Trouble {
 public:
  // `who` is "consumer" or "producer".
  Trouble(std::string who, std::function<void(const std::string&)> warn)
      : who_(std::move(who)), warn_(std::move(warn)) {}

  void Report(int error, const std::string& why);  // an rd_kafka_resp_err_t

  // It works (again); cheap while there is no trouble.
  void Over() {
    if (any_.load(std::memory_order_relaxed)) Forget();
  }

  // For librdkafka's own log: shown only where somebody set `debug`.
  static void OnLog(const rd_kafka_s* client, int level, const char* facility, const char* text);

 private:
  void Forget();

  const std::string who_;
  const std::function<void(const std::string&)> warn_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  std::set<int> reported_;
};

}  // namespace kaspr::runtime
