#include "runtime/kafka/client.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/check.h"
#include "runtime/kafka/properties.h"

namespace kaspr::runtime {

namespace {

using Pair = std::pair<const char*, const char*>;

constexpr Pair kCommon[] = {
    {"allow.auto.create.topics", "false"},  // a misspelt topic must not come into being
    {"log.connection.close", "false"},      // brokers close idle connections
    {"reconnect.backoff.max.ms", "2000"},  {"socket.keepalive.enable", "true"},
    {"socket.nagle.disable", "true"},      {"topic.metadata.refresh.interval.ms", "30000"},
};

// Reading ahead is bounded in bytes (the source sets how many), not in messages.
constexpr Pair kConsumer[] = {
    {"auto.offset.reset", "earliest"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"enable.partition.eof", "true"},
    {"fetch.error.backoff.ms", "100"},
    {"fetch.wait.max.ms", "100"},
    {"isolation.level", "read_committed"},
    {"partition.assignment.strategy", "range"},  // 2.0.2 loses assignments of cooperative ones
    {"queued.min.messages", "10000000"},
};

// A record is never given up, and the order of a partition survives retries.
constexpr Pair kProducer[] = {
    {"acks", "all"},
    {"enable.idempotence", "true"},
    {"linger.ms", "5"},
    {"message.timeout.ms", "0"},
    {"partitioner", "murmur2_random"},
    {"queue.buffering.max.kbytes", "131072"},  // holds KafkaLimits::kLargest
    {"queue.buffering.max.messages", "1000000"},
};

constexpr size_t kErrorSize = 512;
constexpr size_t kBesideRecord = 100'000;  // what a record has beside its bytes, at most

// Of the producer: what it may put into one batch, however the user has it, since Kafka would
// refuse the whole of a batch that is too large for its topic.
void LimitBatches(rd_kafka_conf_t* conf, const KafkaLimits& limits) {
  std::array<char, kErrorSize> text{};
  size_t size = text.size();
  rd_kafka_conf_get(conf, "batch.size", text.data(), &size);
  const size_t wanted = std::strtoull(text.data(), nullptr, 10);
  Set(conf, "batch.size", std::to_string(std::min(wanted, limits.batch_bytes)));
  if (limits.alone) Set(conf, "batch.num.messages", "1");
}

Conf MakeConf(const KafkaOptions& options, Property::Of of, const KafkaLimits& limits,
              std::string& error) {
  Conf conf(rd_kafka_conf_new());
  for (const auto& [name, value] : kCommon) Set(conf.get(), name, value);
  if (of == Property::Of::kConsumer) {
    for (const auto& [name, value] : kConsumer) Set(conf.get(), name, value);
  } else {
    for (const auto& [name, value] : kProducer) Set(conf.get(), name, value);
    Set(conf.get(), "batch.size", std::to_string(KafkaLimits::kBatch));
    Set(conf.get(), "message.max.bytes", std::to_string(limits.LargestRecord() + kBesideRecord));
  }
  Set(conf.get(), "bootstrap.servers", options.brokers);
  Set(conf.get(), "client.id", "kasprc-" + options.group);
  for (const auto& [name, value] : options.properties) {
    const Property* property = FindProperty(name);
    if (property == nullptr || (property->of != Property::Of::kBoth && property->of != of)) {
      continue;
    }
    std::array<char, kErrorSize> why{};
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
        RD_KAFKA_CONF_OK) {
      error = fmt::format("Kafka property '{}': {}", name, why.data());
      return nullptr;
    }
  }
  if (of == Property::Of::kProducer) LimitBatches(conf.get(), limits);
  return conf;
}

Client MakeClient(rd_kafka_type_t type, Conf conf, std::string& error) {
  std::array<char, kErrorSize> why{};
  rd_kafka_t* client = rd_kafka_new(type, conf.get(), why.data(), why.size());
  if (client == nullptr) {
    error = fmt::format("Kafka: {}", why.data());
    return nullptr;
  }
  (void)conf.release();  // the client has it now
  return Client(client);
}

}  // namespace

void FreeConf::operator()(rd_kafka_conf_t* conf) const {
  rd_kafka_conf_destroy(conf);
}

void DestroyClient::operator()(rd_kafka_t* client) const {
  rd_kafka_destroy(client);
}

void Set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  std::array<char, kErrorSize> why{};
  const auto result = rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size());
  KASPR_CHECK(result == RD_KAFKA_CONF_OK, why.data());
}

std::string CheckValues(const KafkaOptions& options) {
  std::string error;
  if (MakeConsumerConf(options, error)) MakeProducerConf(options, {}, error);
  return error;
}

Conf MakeConsumerConf(const KafkaOptions& options, std::string& error) {
  Conf conf = MakeConf(options, Property::Of::kConsumer, {}, error);
  if (conf) Set(conf.get(), "group.id", options.group);
  return conf;
}

Conf MakeProducerConf(const KafkaOptions& options, const KafkaLimits& limits, std::string& error) {
  return MakeConf(options, Property::Of::kProducer, limits, error);
}

Client MakeConsumer(Conf conf, std::string& error) {
  return MakeClient(RD_KAFKA_CONSUMER, std::move(conf), error);
}

Client MakeProducer(Conf conf, std::string& error) {
  return MakeClient(RD_KAFKA_PRODUCER, std::move(conf), error);
}

}  // namespace kaspr::runtime
