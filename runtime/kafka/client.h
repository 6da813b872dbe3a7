#pragma once

// Making librdkafka's clients, for source and sink. rdkafka.h stays in .cc files, so its types are
// declared here.

#include <memory>
#include <string>

#include "runtime/kafka/config.h"
#include "runtime/kafka/limits.h"

struct rd_kafka_s;
typedef struct rd_kafka_s rd_kafka_t;
struct rd_kafka_conf_s;
typedef struct rd_kafka_conf_s rd_kafka_conf_t;

namespace kaspr::runtime {

struct FreeConf {
  void operator()(rd_kafka_conf_t* conf) const;
};
using Conf = std::unique_ptr<rd_kafka_conf_t, FreeConf>;

struct DestroyClient {
  void operator()(rd_kafka_t* client) const;
};
using Client = std::unique_ptr<rd_kafka_t, DestroyClient>;

// The configuration of a client. Null: a value is refused, and `error` says which and why.
Conf MakeConsumerConf(const KafkaOptions& options, std::string& error);
Conf MakeProducerConf(const KafkaOptions& options, const KafkaLimits& limits, std::string& error);

// Sets one of our own properties; REQUIRES: every librdkafka from 2.0.2 on takes it.
void Set(rd_kafka_conf_t* conf, const char* name, const std::string& value);

// Null: `error` says why.
Client MakeConsumer(Conf conf, std::string& error);
Client MakeProducer(Conf conf, std::string& error);

}  // namespace kaspr::runtime
