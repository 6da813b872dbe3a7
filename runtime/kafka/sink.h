#pragma once

// The writing half on Kafka: an idempotent producer. A record counts as delivered when all in-sync
// replicas have it. Keys choose partitions by murmur2, as in Kafka's own clients; a record is never
// given up, so while brokers are away the queue fills, and then whoever sends waits.
//
// A thread of its own takes delivery reports. When the producer breaks down for good (librdkafka's
// fatal errors; up to 2.2 lost connections can cause one), what it held is lost, and Reopen makes a
// new one.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "runtime/kafka/config.h"
#include "runtime/sink.h"

namespace kaspr::runtime {

class KafkaSink final : public Sink {
 public:
  // Told of trouble with the brokers; by any thread.
  using Warn = std::function<void(const std::string& text)>;

  // Null: a property is refused, and `error` says which and why.
  static std::unique_ptr<KafkaSink> Make(const KafkaOptions& options, Warn warn,
                                         std::string& error);
  ~KafkaSink() override;  // gives up what is not delivered

  // Waits until some broker says which topics there are. False: the time is up, or `stopped` said
  // so first.
  bool Connect(std::chrono::milliseconds patience, const std::function<bool()>& stopped);

  // How many partitions a topic has, as of late; 0 of a topic that is not there. Any thread, never
  // waits.
  int32_t PartitionCount(std::string_view topic) const;

  void Send(std::string_view topic, const value::Send& send, Delivery& delivery) override;
  std::string Flush() override { return ""; }  // librdkafka sends by itself
  std::string Close() override;
  std::string Reopen() override;

 private:
  class Producer;
  KafkaSink(const KafkaOptions& options, Warn warn);

  const KafkaOptions options_;
  const Warn warn_;
  std::unique_ptr<Producer> producer_;
};

}  // namespace kaspr::runtime
