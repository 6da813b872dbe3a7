#include "runtime/kafka/admin.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kaspr::runtime {

namespace {

constexpr int kRequest = 5000;  // milliseconds
constexpr int kForever = -1;    // a request ends by itself when its time is up

template <auto kDestroy>
struct Destroy {
  template <typename T>
  void operator()(T* object) const {
    kDestroy(object);
  }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroy<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroy<rd_kafka_event_destroy>>;
using TopicRequest = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;
using AdminOptions =
    std::unique_ptr<rd_kafka_AdminOptions_t, Destroy<rd_kafka_AdminOptions_destroy>>;

// The answer to a request that `ask` makes.
Event Ask(rd_kafka_t* client, rd_kafka_admin_op_t operation,
          const std::function<void(const rd_kafka_AdminOptions_t*, rd_kafka_queue_t*)>& ask) {
  const AdminOptions options(rd_kafka_AdminOptions_new(client, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kRequest, nullptr, 0);
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    rd_kafka_AdminOptions_set_operation_timeout(options.get(), kRequest, nullptr, 0);
  }
  const Queue answers(rd_kafka_queue_new(client));
  ask(options.get(), answers.get());
  return Event(rd_kafka_queue_poll(answers.get(), kForever));
}

KafkaAdmin::Outcome OutcomeOf(rd_kafka_resp_err_t error) {
  using enum KafkaAdmin::Outcome;
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return kMade;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return kThere;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return kForbidden;
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
      return kInvalid;
    default:
      return kNoAnswer;
  }
}

std::string WordsOf(rd_kafka_resp_err_t error, const char* words) {
  return words != nullptr && *words != '\0' ? words : rd_kafka_err2str(error);
}

// The properties of one topic, as the broker gave them.
KafkaAdmin::Config ConfigOf(const rd_kafka_ConfigResource_t* resource) {
  KafkaAdmin::Config config;
  size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    config[rd_kafka_ConfigEntry_name(entries[i])] = {
        .value = value != nullptr ? value : "",
        .is_default =
            rd_kafka_ConfigEntry_source(entries[i]) != RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG};
  }
  return config;
}

std::optional<int64_t> MaxMessageBytes(const KafkaAdmin::Config& config) {
  const auto limit = config.find("max.message.bytes");
  if (limit == config.end()) return std::nullopt;
  const std::string& text = limit->second.value;
  int64_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  return error == std::errc() ? std::optional(bytes) : std::nullopt;
}

}  // namespace

std::unique_ptr<KafkaAdmin> KafkaAdmin::Make(const KafkaOptions& options, Warn warn,
                                             std::string& error) {
  Conf conf = MakeProducerConf(options, {}, error);
  if (!conf) return nullptr;
  std::unique_ptr<KafkaAdmin> admin(new KafkaAdmin(std::move(warn)));
  rd_kafka_conf_set_opaque(conf.get(), admin.get());
  rd_kafka_conf_set_log_cb(conf.get(), Trouble::OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int code, const char* text, void* self) {
    static_cast<KafkaAdmin*>(self)->trouble_.Report(code, text);
  });
  admin->client_ = MakeProducer(std::move(conf), error);
  return admin->client_ ? std::move(admin) : nullptr;
}

// What is wrong with the connection comes in by polling only.
void KafkaAdmin::TakeErrors() {
  while (rd_kafka_poll(client_.get(), 0) > 0) {
  }
}

std::optional<KafkaAdmin::Topics> KafkaAdmin::AskForTopics(std::chrono::milliseconds timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error =
      rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, static_cast<int>(timeout.count()));
  TakeErrors();
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  trouble_.Over();
  Topics topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    Topic& found = topics[topic.topic];
    found.partitions = topic.partition_cnt;
    found.led = true;
    for (int j = 0; j < topic.partition_cnt; ++j) {
      found.replicas = std::max(found.replicas, topic.partitions[j].replica_cnt);
      found.led &= topic.partitions[j].leader >= 0;
    }
  }
  rd_kafka_metadata_destroy(metadata);
  return topics;
}

KafkaAdmin::Answer KafkaAdmin::Create(const NewTopic& topic) {
  std::array<char, 512> why{};
  const TopicRequest request(
      rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions.value_or(-1),
                            topic.replicas.value_or(-1), why.data(), why.size()));
  if (!request) return {Outcome::kInvalid, why.data()};
  for (const auto& [name, value] : topic.config) {
    rd_kafka_NewTopic_set_config(request.get(), name.c_str(), value.c_str());
  }
  const Event event = Ask(client_.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS,
                          [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
                            rd_kafka_NewTopic_t* one = request.get();
                            rd_kafka_CreateTopics(client_.get(), &one, 1, options, answers);
                          });
  TakeErrors();
  rd_kafka_resp_err_t error = rd_kafka_event_error(event.get());
  if (error == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE && !(topic.partitions && topic.replicas)) {
    // A broker before 2.4 has no defaults to ask for.
    return Create({.name = topic.name,
                   .partitions = topic.partitions.value_or(1),
                   .replicas = topic.replicas.value_or(1),
                   .config = topic.config});
  }
  std::string words = WordsOf(error, rd_kafka_event_error_string(event.get()));
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    size_t count = 0;
    const rd_kafka_topic_result_t* result = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event.get()), &count)[0];
    error = rd_kafka_topic_result_error(result);
    words = WordsOf(error, rd_kafka_topic_result_error_string(result));
  }
  return {OutcomeOf(error), std::move(words)};
}

std::map<std::string, KafkaAdmin::Config, std::less<>> KafkaAdmin::Describe(
    const std::vector<std::string>& topics, std::string& why) {
  std::map<std::string, Config, std::less<>> configs;
  if (topics.empty()) return configs;
  std::vector<rd_kafka_ConfigResource_t*> asked;
  for (const std::string& topic : topics) {
    asked.push_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  }
  const Event event =
      Ask(client_.get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS,
          [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* answers) {
            rd_kafka_DescribeConfigs(client_.get(), asked.data(), asked.size(), options, answers);
          });
  rd_kafka_ConfigResource_destroy_array(asked.data(), asked.size());
  TakeErrors();
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    why = WordsOf(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
    return configs;
  }
  size_t count = 0;
  const rd_kafka_ConfigResource_t** found = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_ConfigResource_error(found[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      configs[rd_kafka_ConfigResource_name(found[i])] = ConfigOf(found[i]);
    } else {
      why = WordsOf(error, rd_kafka_ConfigResource_error_string(found[i]));
    }
  }
  return configs;
}

bool KafkaAdmin::Limit(const std::vector<std::string>& topics, KafkaLimits& limits) {
  std::string why;
  bool all = true;
  const auto configs = Describe(topics, why);
  for (const std::string& topic : topics) {
    const auto config = configs.find(topic);
    const std::optional<int64_t> bytes =
        config != configs.end() ? MaxMessageBytes(config->second) : std::nullopt;
    if (bytes) limits.Add(topic, *bytes, config->second.at("max.message.bytes").is_default);
    all &= bytes.has_value();
  }
  return all;
}

}  // namespace kaspr::runtime
