#include "runtime/kafka/sink.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>

#include "base/check.h"
#include "runtime/kafka/client.h"
#include "runtime/kafka/trouble.h"

namespace kaspr::runtime {

namespace {

using std::chrono::milliseconds, std::chrono::steady_clock;

constexpr auto kRefresh = std::chrono::seconds(30);  // of what is known of topics

// What goes through librdkafka with a record: whom to tell. Of most records that is the delivery
// alone, and its address does; a report that somebody waits for goes beside it, told by the lowest
// bit.
struct Reported {
  Delivery& delivery;
  value::DeliveryReport& report;
};

void* OpaqueOf(const value::Send& send, Delivery& delivery) {
  if (send.report == nullptr) return &delivery;
  return reinterpret_cast<char*>(new Reported{delivery, *send.report}) + 1;
}

std::optional<Reported> TakeReported(void* opaque) {
  if (reinterpret_cast<uintptr_t>(opaque) % 2 == 0) return std::nullopt;
  const std::unique_ptr<Reported> reported(
      reinterpret_cast<Reported*>(static_cast<char*>(opaque) - 1));
  return *reported;
}

bool IsLoss(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
         error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

// No later attempt would fare better.
bool IsRefusal(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
         error == RD_KAFKA_RESP_ERR_INVALID_RECORD || error == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

// Ends the count of a record that will not be written.
void EndUndelivered(rd_kafka_resp_err_t error, const std::string& topic, void* opaque) {
  const char* why = rd_kafka_err2str(error);
  const std::optional<Reported> reported = TakeReported(opaque);
  Delivery& delivery = reported ? reported->delivery : *static_cast<Delivery*>(opaque);
  if (IsLoss(error)) return delivery.Lose();
  if (reported) {
    reported->report.error = why;
    return delivery.Done();
  }
  if (IsRefusal(error))
    return delivery.Refuse(fmt::format("topic '{}' refuses it: {}", topic, why));
  delivery.Fail(fmt::format("cannot write topic '{}': {}", topic, why));
}

}  // namespace

// One client and the thread that serves it.
class KafkaSink::Producer {
 public:
  Producer(const KafkaOptions& options, const Warn& warn, std::string& error)
      : trouble_("producer", warn) {
    Conf conf = MakeProducerConf(options, error);
    if (!conf) return;
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), OnDelivery);
    rd_kafka_conf_set_error_cb(conf.get(), OnError);
    rd_kafka_conf_set_log_cb(conf.get(), Trouble::OnLog);
    client_ = MakeProducer(std::move(conf), error);
    if (client_) thread_ = std::thread([this] { Serve(); });
  }

  ~Producer() {
    if (!client_) return;
    GiveUp();
    stop_ = true;
    thread_.join();
    for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic);
  }

  // Every count is ended when it returns. Nobody sends meanwhile.
  void GiveUp() {
    constexpr int kLastWait = 1000;  // of a forced stop; else nothing is left to wait for
    rd_kafka_flush(client_.get(), kLastWait);
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(client_.get()) > 0) rd_kafka_poll(client_.get(), kTick);
  }

  bool ok() const { return client_ != nullptr; }

  void Send(std::string_view name, const value::Send& send, Delivery& delivery) {
    rd_kafka_topic_t* topic = Topic(name);
    void* opaque = OpaqueOf(send, delivery);
    for (;;) {
      const rd_kafka_resp_err_t error = Produce(topic, send, opaque);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return EndUndelivered(error, std::string(name), opaque);
      }
      std::unique_lock lock(room_mutex_);
      room_.wait_for(lock, milliseconds(kTick));
    }
  }

  // Asks for all topics. False: nobody answered in time.
  bool AskForTopics(int timeout) {
    const rd_kafka_metadata_t* metadata = nullptr;
    const auto error = rd_kafka_metadata(client_.get(), 1, nullptr, &metadata, timeout);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
    std::map<std::string, int32_t, std::less<>> counts;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
      counts[metadata->topics[i].topic] = metadata->topics[i].partition_cnt;
    }
    rd_kafka_metadata_destroy(metadata);
    const std::unique_lock lock(topics_mutex_);
    counts_ = std::move(counts);
    return true;
  }

  int32_t PartitionCount(std::string_view topic) const {
    const std::shared_lock lock(topics_mutex_);
    const auto found = counts_.find(topic);
    return found == counts_.end() ? 0 : found->second;
  }

  Trouble& trouble() { return trouble_; }

 private:
  static constexpr int kTick = 100;  // milliseconds

  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<Producer*>(opaque);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return EndUndelivered(message->err, rd_kafka_topic_name(message->rkt), message->_private);
    }
    self.trouble_.Over();
    const std::optional<Reported> reported = TakeReported(message->_private);
    if (!reported) return static_cast<Delivery*>(message->_private)->Done();
    reported->report.partition = message->partition;
    reported->report.offset = message->offset;
    rd_kafka_timestamp_type_t type;
    reported->report.timestamp = rd_kafka_message_timestamp(message, &type);
    reported->delivery.Done();
  }

  static void OnError(rd_kafka_t* client, int error, const char* why, void* opaque) {
    auto& self = *static_cast<Producer*>(opaque);
    if (error != RD_KAFKA_RESP_ERR__FATAL) return self.trouble_.Report(error, why);
    std::array<char, 512> text{};
    const auto fatal = rd_kafka_fatal_error(client, text.data(), text.size());
    self.trouble_.Report(fatal, text.data());
    rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }

  void Serve() {
    auto next_refresh = steady_clock::now() + kRefresh;
    while (!stop_.load(std::memory_order_acquire)) {
      if (rd_kafka_poll(client_.get(), kTick) > 0) room_.notify_all();
      if (steady_clock::now() < next_refresh) continue;
      AskForTopics(kTick);
      next_refresh = steady_clock::now() + kRefresh;
    }
  }

  rd_kafka_topic_t* Topic(std::string_view name) {
    {
      const std::shared_lock lock(topics_mutex_);
      if (const auto found = topics_.find(name); found != topics_.end()) return found->second;
    }
    const std::unique_lock lock(topics_mutex_);
    rd_kafka_topic_t*& topic = topics_[std::string(name)];
    if (topic == nullptr) {
      topic = rd_kafka_topic_new(client_.get(), std::string(name).c_str(), nullptr);
    }
    KASPR_CHECK(topic != nullptr, "a topic's name was not checked");
    return topic;
  }

  // The bytes are copied; `opaque` goes with them and comes back in OnDelivery.
  rd_kafka_resp_err_t Produce(rd_kafka_topic_t* topic, const value::Send& send, void* opaque) {
    const std::string_view key = send.key.value_or(std::string_view());
    const std::string_view value = send.value.value_or(std::string_view());
    const void* key_data = send.key ? (key.empty() ? "" : key.data()) : nullptr;
    void* value_data = send.value ? const_cast<char*>(value.empty() ? "" : value.data()) : nullptr;
    if (send.headers.empty()) {
      const int result = rd_kafka_produce(topic, send.partition, RD_KAFKA_MSG_F_COPY, value_data,
                                          value.size(), key_data, key.size(), opaque);
      return result == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error();
    }
    rd_kafka_headers_t* headers = rd_kafka_headers_new(send.headers.size());
    for (const value::Header& header : send.headers) {
      constexpr std::string_view kEmpty = "";
      const char* data =
          header.value ? (header.value->empty() ? kEmpty : *header.value).data() : nullptr;
      rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                          data, header.value ? static_cast<ssize_t>(header.value->size()) : 0);
    }
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_.get(), RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(send.partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_VALUE(value_data, value.size()),
        RD_KAFKA_V_KEY(key_data, key.size()), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_TIMESTAMP(std::max<int64_t>(send.timestamp, 0)),  // 0: now
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(headers);
    return error;
  }

  Trouble trouble_;
  Client client_;
  std::thread thread_;
  std::atomic<bool> stop_{false};

  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, rd_kafka_topic_t*, std::less<>> topics_;
  std::map<std::string, int32_t, std::less<>> counts_;

  std::mutex room_mutex_;
  std::condition_variable room_;
};

KafkaSink::KafkaSink(const KafkaOptions& options, Warn warn)
    : options_(options), warn_(std::move(warn)) {}

KafkaSink::~KafkaSink() = default;

std::unique_ptr<KafkaSink> KafkaSink::Make(const KafkaOptions& options, Warn warn,
                                           std::string& error) {
  std::unique_ptr<KafkaSink> sink(new KafkaSink(options, std::move(warn)));
  error = sink->Reopen();
  if (!error.empty()) return nullptr;
  return sink;
}

bool KafkaSink::Connect(milliseconds patience, const std::function<bool()>& stopped) {
  constexpr int kTry = 500;  // milliseconds
  const auto end = steady_clock::now() + patience;
  while (!producer_->AskForTopics(kTry)) {
    if (stopped() || steady_clock::now() > end) return false;
  }
  producer_->trouble().Over();
  return true;
}

int32_t KafkaSink::PartitionCount(std::string_view topic) const {
  return producer_->PartitionCount(topic);
}

void KafkaSink::Send(std::string_view topic, const value::Send& send, Delivery& delivery) {
  producer_->Send(topic, send, delivery);
}

std::string KafkaSink::Close() {
  producer_->GiveUp();
  return "";
}

std::string KafkaSink::Reopen() {
  std::string error;
  producer_ = std::make_unique<Producer>(options_, warn_, error);
  return error;
}

}  // namespace kaspr::runtime
