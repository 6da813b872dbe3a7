#pragma once

// The writing half on Kafka: an idempotent producer. A record counts as delivered when all in-sync
// replicas have it. Keys choose partitions by murmur2, as in Kafka's own clients; a record is never
// given up, so while brokers are away the queue fills, and then whoever sends waits.
//
// A thread of its own takes delivery reports. When the producer breaks down for good (librdkafka's
// fatal errors; up to 2.2 lost connections can cause one), what it held is lost, and Reopen makes a
// new one.
//
// A broker refuses a whole batch for one record of it, and says not which (a record larger than its
// topic takes; one without a key, where the topic is compacted). Known limits prevent that. Where a
// batch is refused all the same, it counts as lost and the next producer knows better: it asks how
// large records of that topic may be, or, where that is no help, puts each record into a batch of
// its own, so that only the right one is refused.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>

#include "runtime/kafka/config.h"
#include "runtime/kafka/limits.h"
#include "runtime/sink.h"

namespace kaspr::runtime {

class KafkaSink final : public Sink {
 public:
  // Told of trouble with the brokers; by any thread.
  using Warn = std::function<void(const std::string& text)>;

  static constexpr size_t kMaxChosen = 10'000;  // topics that are chosen at run time

  // Null: a property is refused, and `error` says which and why. `limits` are those of the topics
  // that are written by name.
  static std::unique_ptr<KafkaSink> Make(const KafkaOptions& options, KafkaLimits limits, Warn warn,
                                         std::string& error);
  ~KafkaSink() override;  // gives up what is not delivered

  // Waits until some broker says which topics there are. False: the time is up, or `stopped` said
  // so first.
  bool Connect(std::chrono::milliseconds patience, const std::function<bool()>& stopped);

  // How many partitions a topic has, as of late; 0 of a topic that is not there. Any thread, never
  // waits.
  int32_t PartitionCount(std::string_view topic) const;

  // How many bytes a record of the topic may have. Any thread, never waits.
  size_t MaxRecordBytes(std::string_view topic) const;

  void Send(std::string_view topic, const value::Send& send, Delivery& delivery) override;
  std::string Flush() override { return ""; }  // librdkafka sends by itself
  std::string Close() override;
  std::string Reopen() override;

 private:
  class Producer;
  KafkaSink(const KafkaOptions& options, KafkaLimits limits, Warn warn);
  void LearnLimits();

  const KafkaOptions options_;
  const Warn warn_;
  mutable std::shared_mutex limits_mutex_;
  KafkaLimits limits_;
  std::set<std::string, std::less<>> asked_;  // topics of which the limits were asked for
  std::unique_ptr<Producer> producer_;
};

}  // namespace kaspr::runtime
