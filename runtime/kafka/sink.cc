#include "runtime/kafka/sink.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "base/check.h"
#include "runtime/kafka/admin.h"
#include "runtime/kafka/client.h"
#include "runtime/kafka/trouble.h"

namespace kaspr::runtime {

namespace {

using std::chrono::milliseconds, std::chrono::steady_clock;

constexpr auto kRefresh = std::chrono::seconds(30);  // of what is known of topics

// What goes through librdkafka with a record: whom to tell, and what of. Of most records the
// address of the delivery does; a report that somebody waits for goes beside it. The lowest bits,
// which are free in an address, tell the rest.
struct Reported {
  Delivery& delivery;
  value::DeliveryReport& report;
};
constexpr uintptr_t kReported = 1;
constexpr uintptr_t kChosen = 2;    // the topic, for this record
constexpr uintptr_t kRequired = 4;  // see value::Send
constexpr uintptr_t kBits = 7;
static_assert(alignof(std::max_align_t) > kBits, "new gives addresses with these bits free");

struct Waiting {
  Delivery* delivery;
  value::DeliveryReport* report;  // null: nobody asked for it
  bool chosen, required;
};

void* OpaqueOf(const value::Send& send, Delivery& delivery) {
  uintptr_t bits = (send.topic.empty() ? 0 : kChosen) | (send.required ? kRequired : 0);
  void* address = &delivery;
  if (send.report != nullptr) {
    bits |= kReported;
    address = new Reported{delivery, *send.report};
  }
  return static_cast<char*>(address) + bits;
}

// Once for each record.
Waiting TakeWaiting(void* opaque) {
  const uintptr_t bits = reinterpret_cast<uintptr_t>(opaque) & kBits;
  void* address = static_cast<char*>(opaque) - bits;
  Waiting waiting{.delivery = static_cast<Delivery*>(address),
                  .report = nullptr,
                  .chosen = (bits & kChosen) != 0,
                  .required = (bits & kRequired) != 0};
  if ((bits & kReported) == 0) return waiting;
  const std::unique_ptr<Reported> reported(static_cast<Reported*>(address));
  waiting.delivery = &reported->delivery;
  waiting.report = &reported->report;
  return waiting;
}

bool IsLoss(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__FATAL || error == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
         error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

// Of a broker, one record of a batch has it, and all of the batch are told.
bool IsOfABatch(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

// No later attempt would fare better, and it is the record's fault: of a topic that was chosen for
// it also that it is not there.
bool IsRefusal(rd_kafka_resp_err_t error, bool chosen) {
  switch (error) {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return true;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return chosen;
    default:
      return false;
  }
}

// Ends the count of a record that no attempt would write.
void Refuse(std::string why, void* opaque) {
  const Waiting waiting = TakeWaiting(opaque);
  if (waiting.report != nullptr) {
    waiting.report->error = std::move(why);
    return waiting.delivery->Done();
  }
  waiting.required ? waiting.delivery->Fail(std::move(why))
                   : waiting.delivery->Refuse(std::move(why));
}

// The same of one that is not written for another reason, too.
void EndUndelivered(rd_kafka_resp_err_t error, std::string_view topic, void* opaque) {
  const char* why = rd_kafka_err2str(error);
  const Waiting waiting = TakeWaiting(opaque);
  if (IsLoss(error)) return waiting.delivery->Lose();
  if (waiting.report != nullptr) {
    waiting.report->error = why;
    return waiting.delivery->Done();
  }
  if (IsRefusal(error, waiting.chosen) && !waiting.required) {
    return waiting.delivery->Refuse(fmt::format("topic '{}' refuses it: {}", topic, why));
  }
  waiting.delivery->Fail(fmt::format("cannot write topic '{}': {}", topic, why));
}

}  // namespace

// One client and the thread that serves it.
class KafkaSink::Producer {
 public:
  using Counts = std::map<std::string, int32_t, std::less<>>;
  // Topics that refused a batch, and whether for the size of a record.
  using RefusedBatches = std::map<std::string, bool, std::less<>>;

  Producer(const KafkaOptions& options, const KafkaLimits& limits, const Warn& warn,
           std::string& error)
      : limits_(limits), trouble_("producer", warn) {
    Conf conf = MakeProducerConf(options, limits, error);
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
    for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic.handle);
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
    void* opaque = OpaqueOf(send, delivery);
    const Topic* topic = Open(name, !send.topic.empty());
    if (topic == nullptr) {
      return Refuse(fmt::format("topic '{}' is one too many: agents chose {}", name, kMaxChosen),
                    opaque);
    }
    if (value::SizeOf(send) > topic->max_record_bytes) {
      return EndUndelivered(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, name, opaque);
    }
    for (;;) {
      const rd_kafka_resp_err_t error = Produce(topic->handle, send, opaque);
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
      if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
        return EndUndelivered(error, name, opaque);
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
    Counts counts;
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

  // What its successor begins with. Nobody sends meanwhile.
  void set_counts(Counts counts) {
    const std::unique_lock lock(topics_mutex_);
    counts_ = std::move(counts);
  }
  Counts TakeCounts() {
    const std::unique_lock lock(topics_mutex_);
    return std::move(counts_);
  }
  RefusedBatches TakeRefusedBatches() {
    const std::unique_lock lock(topics_mutex_);
    return std::move(refused_batches_);
  }

  Trouble& trouble() { return trouble_; }

 private:
  static constexpr int kTick = 100;  // milliseconds

  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& self = *static_cast<Producer*>(opaque);
    const char* topic = rd_kafka_topic_name(message->rkt);
    if (IsOfABatch(message->err) && !self.limits_.alone) {
      const std::unique_lock lock(self.topics_mutex_);
      self.refused_batches_[topic] = message->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
      return TakeWaiting(message->_private).delivery->Lose();
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return EndUndelivered(message->err, topic, message->_private);
    }
    self.trouble_.Over();
    const Waiting waiting = TakeWaiting(message->_private);
    if (waiting.report != nullptr) {
      waiting.report->partition = message->partition;
      waiting.report->offset = message->offset;
      rd_kafka_timestamp_type_t type;
      waiting.report->timestamp = rd_kafka_message_timestamp(message, &type);
    }
    waiting.delivery->Done();
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

  struct Topic {
    rd_kafka_topic_t* handle = nullptr;
    size_t max_record_bytes = 0;
  };

  // Null: too many were chosen.
  const Topic* Open(std::string_view name, bool chosen) {
    {
      const std::shared_lock lock(topics_mutex_);
      if (const auto found = topics_.find(name); found != topics_.end()) return &found->second;
    }
    const std::unique_lock lock(topics_mutex_);
    const bool is_new = !topics_.contains(name);
    if (is_new && chosen && chosen_ == kMaxChosen) return nullptr;
    chosen_ += is_new && chosen;
    Topic& topic = topics_[std::string(name)];
    if (!is_new) return &topic;
    topic.handle = rd_kafka_topic_new(client_.get(), std::string(name).c_str(), nullptr);
    topic.max_record_bytes = limits_.RecordBytes(name);
    KASPR_CHECK(topic.handle != nullptr, "a topic's name was not checked");
    return &topic;
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

  const KafkaLimits limits_;
  Trouble trouble_;
  Client client_;
  std::thread thread_;
  std::atomic<bool> stop_{false};

  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, Topic, std::less<>> topics_;
  size_t chosen_ = 0;  // of them
  Counts counts_;
  RefusedBatches refused_batches_;

  std::mutex room_mutex_;
  std::condition_variable room_;
};

KafkaSink::KafkaSink(const KafkaOptions& options, KafkaLimits limits, Warn warn)
    : options_(options), warn_(std::move(warn)), limits_(std::move(limits)) {}

KafkaSink::~KafkaSink() = default;

std::unique_ptr<KafkaSink> KafkaSink::Make(const KafkaOptions& options, KafkaLimits limits,
                                           Warn warn, std::string& error) {
  std::unique_ptr<KafkaSink> sink(new KafkaSink(options, std::move(limits), std::move(warn)));
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

size_t KafkaSink::MaxRecordBytes(std::string_view topic) const {
  const std::shared_lock lock(limits_mutex_);
  return limits_.RecordBytes(topic);
}

void KafkaSink::Send(std::string_view topic, const value::Send& send, Delivery& delivery) {
  producer_->Send(topic, send, delivery);
}

std::string KafkaSink::Close() {
  producer_->GiveUp();
  return "";
}

std::string KafkaSink::Reopen() {
  Producer::Counts counts;
  if (producer_) {
    LearnLimits();
    counts = producer_->TakeCounts();
  }
  std::string error;
  producer_ = std::make_unique<Producer>(options_, limits_, warn_, error);
  producer_->set_counts(std::move(counts));
  return error;
}

// From batches that were refused. A topic is asked about once: where its answer is not enough (it
// may have changed since, or is not given), or size is not what is wrong, batches are the mistake.
void KafkaSink::LearnLimits() {
  std::vector<std::string> ask;
  const Producer::RefusedBatches refused = producer_->TakeRefusedBatches();
  for (const auto& [topic, too_large] : refused) {
    if (too_large && asked_.insert(topic).second) ask.push_back(topic);
  }
  KafkaLimits limits = limits_;
  std::string error;
  const auto admin = ask.empty() ? nullptr : KafkaAdmin::Make(options_, warn_, error);
  const bool known = ask.empty() || (admin != nullptr && admin->Limit(ask, limits));
  limits.alone |= !known || ask.size() < refused.size();
  const std::unique_lock lock(limits_mutex_);
  limits_ = std::move(limits);
}

}  // namespace kaspr::runtime
