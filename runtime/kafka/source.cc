#include "runtime/kafka/source.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "base/check.h"
#include "runtime/event_fd.h"
#include "runtime/kafka/client.h"
#include "runtime/kafka/commit.h"
#include "runtime/kafka/poker.h"
#include "runtime/kafka/topic_watch.h"
#include "runtime/kafka/trouble.h"

namespace kaspr::runtime {

namespace {

using std::chrono::milliseconds, std::chrono::steady_clock;

constexpr size_t kBatchMessages = 1024;
constexpr size_t kBatchBytes = 256 * 1024;
constexpr size_t kReadAhead = 48 * 1024 * 1024;  // bytes, of all partitions
constexpr size_t kLeastReadAhead = 1024 * 1024;  // of one
constexpr size_t kPartitionsToCome = 8;
constexpr auto kCommitEvery = milliseconds(1000);
constexpr auto kMeasureEvery = milliseconds(500);
constexpr auto kPokeEvery = milliseconds(10);
constexpr auto kLongestSleep = milliseconds(1000);  // of a broker's thread, up to 2.1
constexpr auto kDrain = milliseconds(10'000);       // of what is in flight when it is revoked
constexpr int kRequest = 5000;                      // milliseconds, of what must be answered
constexpr auto kTick = milliseconds(100);           // without anything to do
constexpr int kHasQueueBackoff = 0x020200ff;        // librdkafka 2.2.0

struct DestroyQueue {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct DestroyList {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
struct DestroyMessage {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, DestroyQueue>;
using List = std::unique_ptr<rd_kafka_topic_partition_list_t, DestroyList>;
using OwnedMessage = std::unique_ptr<rd_kafka_message_t, DestroyMessage>;

constexpr int64_t kUnknown = RD_KAFKA_OFFSET_INVALID;

// An assigned partition.
struct Partition {
  std::string_view topic;  // one of the source's names
  int32_t number = 0;
  Queue queue;
  std::shared_ptr<CommitWindow> window = std::make_shared<CommitWindow>();
  int64_t position = kUnknown;   // behind what was read
  int64_t end = kUnknown;        // of the log, when the partition was assigned
  int64_t committed = kUnknown;  // what was last asked to be committed
  size_t message_bytes = 512;    // of late
};

// Views into the message, for as long as it lives; the headers are put into `headers`.
value::Message View(const rd_kafka_message_t& message, std::vector<value::Header>& headers) {
  const auto bytes = [](const void* data, size_t size) {
    return std::string_view(static_cast<const char*>(data), size);
  };
  value::Message view;
  view.offset = message.offset;
  if (message.key != nullptr) view.key = bytes(message.key, message.key_len);
  if (message.payload != nullptr) view.value = bytes(message.payload, message.len);
  rd_kafka_timestamp_type_t type;
  view.timestamp = rd_kafka_message_timestamp(&message, &type);
  headers.clear();
  rd_kafka_headers_t* list = nullptr;
  if (rd_kafka_message_headers(&message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR) return view;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0;
       rd_kafka_header_get_all(list, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    headers.push_back({.name = name, .value = std::nullopt});
    if (value != nullptr) headers.back().value = bytes(value, size);
  }
  view.headers = headers;
  return view;
}

}  // namespace

struct KafkaSource::State {
  State(KafkaSourceOptions source_options, const Warn& warn)
      : options(std::move(source_options)), trouble("consumer", warn) {}

  const KafkaSourceOptions options;
  Trouble trouble;
  Client client;
  Queue main_queue;  // of membership and errors
  EventFd arrived;   // a queue that was empty has something

  std::set<std::string, std::less<>> names;  // of topics that were ever assigned
  std::set<std::string> subscribed;
  std::vector<Partition> partitions;  // those that are assigned
  std::vector<Queue> left;            // of those that were revoked last
  size_t turn = 0;
  bool assigned = false;  // at least once
  bool closing = false;
  bool fenced = false;
  Revoking revoking;
  size_t share = 0;   // of reading ahead, for one partition
  size_t poked = 0;   // the partition of which much is read ahead
  std::string error;  // what ends the run
  steady_clock::time_point next_commit, next_measure, next_poke, poke_until;
  std::vector<value::Header> headers;
  std::unique_ptr<Poker> poker;       // where this librdkafka sleeps when it has read ahead enough
  std::unique_ptr<TopicWatch> watch;  // where there are patterns

  std::atomic<bool> stopped{false};
  std::atomic<int64_t> lag{-1};
  std::mutex finished_mutex;
  std::condition_variable finished;  // a run of some partition

  bool Open(const KafkaOptions& kafka, std::string& why);
  std::string Subscribe(const std::set<std::string>& matched);
  void Listen(rd_kafka_queue_t* queue);

  // Membership; librdkafka calls these from within Serve and Close.
  void Assign(rd_kafka_topic_partition_list_t* list);
  void Revoke(bool lost);
  void TellRevoked();
  void Drain();
  void LeavePartitions();
  void DropLeft();

  void Serve();
  void TakeError(const rd_kafka_message_t& message);
  void TakeFatal();
  bool FetchFrom(Partition& partition, size_t most, Fetched& out);
  bool AllRead();
  int64_t EndOf(const Partition& partition);
  void Measure();

  List Committable();
  void CommitSometime();
  std::string CommitNow();
};

bool KafkaSource::State::Open(const KafkaOptions& kafka, std::string& why) {
  Conf conf = MakeConsumerConf(kafka, why);
  if (!conf) return false;
  // Where topics appear later there will be more to share it with.
  auto count = static_cast<size_t>(std::max(options.partitions, 1));
  if (options.watch != nullptr) count = std::max(2 * count, kPartitionsToCome);
  share = std::max(kReadAhead / count, kLeastReadAhead);
  Set(conf.get(), "queued.max.messages.kbytes", std::to_string(share / 1024));
  const bool sleeps = rd_kafka_version() < kHasQueueBackoff;
  if (!sleeps) Set(conf.get(), "fetch.queue.backoff.ms", "10");
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_log_cb(conf.get(), Trouble::OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int code, const char* text, void* self) {
    static_cast<State*>(self)->trouble.Report(code, text);
  });
  rd_kafka_conf_set_rebalance_cb(conf.get(), [](rd_kafka_t* consumer, rd_kafka_resp_err_t code,
                                                rd_kafka_topic_partition_list_t* list, void* self) {
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
      static_cast<State*>(self)->Assign(list);
    } else {
      static_cast<State*>(self)->Revoke(rd_kafka_assignment_lost(consumer) == 1);
    }
  });
  // A commit that fails is made good by the next one.
  rd_kafka_conf_set_offset_commit_cb(conf.get(), [](rd_kafka_t*, rd_kafka_resp_err_t code,
                                                    rd_kafka_topic_partition_list_t*, void* self) {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__NO_OFFSET) return;
    for (Partition& partition : static_cast<State*>(self)->partitions) {
      partition.committed = kUnknown;
    }
  });
  client = MakeConsumer(std::move(conf), why);
  if (!client) return false;
  if (sleeps) poker = std::make_unique<Poker>(client.get());
  rd_kafka_poll_set_consumer(client.get());
  main_queue.reset(rd_kafka_queue_get_consumer(client.get()));
  Listen(main_queue.get());
  why = Subscribe(options.matched);
  if (options.watch != nullptr) {
    watch = std::make_unique<TopicWatch>(client.get(), *options.watch, options.matched,
                                         [this] { arrived.Signal(); });
  }
  return why.empty();
}

// To the topics that are read by name and these; without any, to nothing. librdkafka revokes what
// is assigned first. "" or what is wrong.
std::string KafkaSource::State::Subscribe(const std::set<std::string>& matched) {
  std::set<std::string> wanted = options.names;
  wanted.insert(matched.begin(), matched.end());
  if (wanted == subscribed) return "";
  subscribed = std::move(wanted);
  const List topics(rd_kafka_topic_partition_list_new(0));
  for (const std::string& topic : subscribed) {
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  }
  const rd_kafka_resp_err_t code = subscribed.empty()
                                       ? rd_kafka_unsubscribe(client.get())
                                       : rd_kafka_subscribe(client.get(), topics.get());
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? "" : rd_kafka_err2str(code);
}

// Whatever comes into the queue while it is empty wakes the poll thread.
void KafkaSource::State::Listen(rd_kafka_queue_t* queue) {
  const uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue, arrived.fd(), &one, sizeof(one));
}

void KafkaSource::State::Assign(rd_kafka_topic_partition_list_t* list) {
  DropLeft();
  partitions.clear();
  for (int i = 0; i < list->cnt; ++i) {
    const rd_kafka_topic_partition_t& given = list->elems[i];
    Partition& partition = partitions.emplace_back();
    partition.topic = *names.emplace(given.topic).first;
    partition.number = given.partition;
    // Before it is fetched, so that nothing of it goes to the main queue.
    partition.queue.reset(rd_kafka_queue_get_partition(client.get(), given.topic, given.partition));
    rd_kafka_queue_forward(partition.queue.get(), nullptr);
    Listen(partition.queue.get());
  }
  rd_kafka_assign(client.get(), list);
  if (options.until_end) {
    for (Partition& partition : partitions) partition.end = EndOf(partition);
  }
  assigned = true;
}

void KafkaSource::State::Revoke(bool lost) {
  if (!closing) TellRevoked();
  if (!lost && !closing) {
    Drain();
    if (const std::string why = CommitNow(); !why.empty()) {
      trouble.Report(RD_KAFKA_RESP_ERR__FAIL, why + "; it will be run again");
    }
  }
  LeavePartitions();
  rd_kafka_assign(client.get(), nullptr);
}

void KafkaSource::State::TellRevoked() {
  if (!revoking) return;
  for (const Partition& partition : partitions) revoking(partition.topic, partition.number);
}

// What is left in the queue of a partition holds on to the partition, and that to its broker, which
// librdkafka waits for at the end: of a topic that was deleted nobody else empties it. So queues
// are kept until their partitions were let go, and then emptied.
void KafkaSource::State::LeavePartitions() {
  for (Partition& partition : partitions) left.push_back(std::move(partition.queue));
  partitions.clear();
}

void KafkaSource::State::DropLeft() {
  std::array<rd_kafka_message_t*, kBatchMessages> messages;
  for (const Queue& queue : left) {
    for (ssize_t count = 1; count > 0;) {
      count = rd_kafka_consume_batch_queue(queue.get(), 0, messages.data(), messages.size());
      for (ssize_t i = 0; i < count; ++i) {
        rd_kafka_message_destroy(messages[static_cast<size_t>(i)]);
      }
    }
  }
  left.clear();
}

// Waits for what is in flight, so that whoever gets the partitions does not run it again. What only
// now comes to where it would wait for others is told, too, that nobody will come.
void KafkaSource::State::Drain() {
  const auto drained = [&] {
    return std::all_of(partitions.begin(), partitions.end(), [](const Partition& partition) {
      return partition.window->in_flight() == 0;
    });
  };
  const auto end = steady_clock::now() + kDrain;
  std::unique_lock lock(finished_mutex);
  while (!finished.wait_for(lock, kTick, drained) && steady_clock::now() < end) {
    lock.unlock();
    TellRevoked();
    lock.lock();
  }
}

// Membership, errors, and what is due from time to time.
void KafkaSource::State::Serve() {
  if (watch != nullptr && !stopped.load(std::memory_order_acquire)) {
    if (const auto matched = watch->Take()) {
      const std::string why = Subscribe(*matched);
      if (!why.empty() && error.empty()) error = "cannot subscribe: " + why;
    }
  }
  while (const OwnedMessage message{rd_kafka_consumer_poll(client.get(), 0)}) {
    KASPR_CHECK(message->err != RD_KAFKA_RESP_ERR_NO_ERROR, "a message beside its own queue");
    TakeError(*message);
  }
  const auto now = steady_clock::now();
  if (now >= next_commit) {
    CommitSometime();
    next_commit = now + kCommitEvery;
  }
  // When so much is read ahead that the broker's thread may sleep, it must not sleep on when that
  // is used up.
  if (now < poke_until && now >= next_poke && poked < partitions.size()) {
    poker->Poke(partitions[poked].topic, partitions[poked].number);
    next_poke = now + kPokeEvery;
  }
  if (now >= next_measure) {
    Measure();
    next_measure = now + kMeasureEvery;
  }
}

void KafkaSource::State::TakeError(const rd_kafka_message_t& message) {
  const char* what = rd_kafka_message_errstr(&message);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      if (!options.until_end) return trouble.Report(message.err, what);
      [[fallthrough]];
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      if (error.empty()) error = fmt::format("cannot read: {}", what);
      return;
    case RD_KAFKA_RESP_ERR__FATAL:
      return TakeFatal();
    default:
      return trouble.Report(message.err, what);
  }
}

// The consumer is of no use any more.
void KafkaSource::State::TakeFatal() {
  std::array<char, 512> text{};
  const auto fatal = rd_kafka_fatal_error(client.get(), text.data(), text.size());
  fenced = fatal == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
  if (!error.empty()) return;
  error = fenced
              ? "another member of the group has the same group.instance.id, and has taken over: "
                "give each one of its own"
              : fmt::format("cannot read: {}", text.data());
}

bool KafkaSource::State::FetchFrom(Partition& partition, size_t most, Fetched& out) {
  std::array<rd_kafka_message_t*, kBatchMessages> messages;
  const size_t wanted =
      std::min({most, messages.size(), kBatchBytes / partition.message_bytes + 1});
  const size_t waiting = poker ? rd_kafka_queue_length(partition.queue.get()) : 0;
  const ssize_t count =
      rd_kafka_consume_batch_queue(partition.queue.get(), 0, messages.data(), wanted);
  if (count <= 0) return false;
  if (waiting * partition.message_bytes > share / 2) {
    poke_until = steady_clock::now() + kLongestSleep;
    poked = turn;
  }
  out.messages.reserve(static_cast<size_t>(count));
  for (ssize_t i = 0; i < count; ++i) {
    const OwnedMessage message{messages[static_cast<size_t>(i)]};
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      partition.position = message->offset;
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      TakeError(*message);
    } else {
      const value::Message view = View(*message, headers);
      out.bytes += value::SizeOf(view) + kBookkeeping;
      out.messages.push_back(value::CopyMessage(out.arena, view));
      partition.position = message->offset + 1;
    }
  }
  if (out.messages.empty()) return false;
  trouble.Over();
  partition.message_bytes = out.bytes / out.messages.size() + 1;
  out.topic = partition.topic;
  out.partition = partition.number;
  out.finished =
      [this, window = partition.window,
       number = partition.window->Add(out.messages.back().offset + 1)](int64_t delivered_before) {
        window->Finish(number, delivered_before);
        const std::lock_guard lock(finished_mutex);
        finished.notify_all();
      };
  return true;
}

// Is everything read that there was when the partitions were assigned, and of the app's own topics
// everything that there is now?
bool KafkaSource::State::AllRead() {
  if (!assigned) return subscribed.empty();
  for (Partition& partition : partitions) {
    if (partition.end == kUnknown) partition.end = EndOf(partition);
    if (partition.end == kUnknown || partition.position < partition.end) return false;
  }
  return std::all_of(partitions.begin(), partitions.end(), [&](const Partition& partition) {
    if (!options.inside.contains(partition.topic)) return true;
    const int64_t end = EndOf(partition);
    return end != kUnknown && partition.position >= end;
  });
}

int64_t KafkaSource::State::EndOf(const Partition& partition) {
  int64_t begin = 0, end = 0;
  const auto code = rd_kafka_query_watermark_offsets(
      client.get(), std::string(partition.topic).c_str(), partition.number, &begin, &end, kRequest);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? end : kUnknown;
}

void KafkaSource::State::Measure() {
  if (!assigned) return;
  int64_t sum = 0;
  for (const Partition& partition : partitions) {
    int64_t begin = 0, end = 0;
    rd_kafka_get_watermark_offsets(client.get(), std::string(partition.topic).c_str(),
                                   partition.number, &begin, &end);
    if (end >= 0 && partition.position >= 0) sum += std::max<int64_t>(end - partition.position, 0);
  }
  lag.store(sum, std::memory_order_relaxed);
}

// The offsets that moved since they were last committed.
List KafkaSource::State::Committable() {
  List list(rd_kafka_topic_partition_list_new(0));
  for (Partition& partition : partitions) {
    const std::optional<int64_t> offset = partition.window->committable();
    if (!offset || *offset == partition.committed) continue;
    partition.committed = *offset;
    rd_kafka_topic_partition_list_add(list.get(), std::string(partition.topic).c_str(),
                                      partition.number)
        ->offset = *offset;
  }
  return list;
}

void KafkaSource::State::CommitSometime() {
  const List list = Committable();
  if (list->cnt > 0) rd_kafka_commit(client.get(), list.get(), 1);
}

// Commits and waits for the answer, but not for ever. "" or why it was not committed.
std::string KafkaSource::State::CommitNow() {
  for (Partition& partition : partitions) partition.committed = kUnknown;
  const List list = Committable();
  if (list->cnt == 0) return "";
  const Queue answers(rd_kafka_queue_new(client.get()));
  rd_kafka_resp_err_t code =
      rd_kafka_commit_queue(client.get(), list.get(), answers.get(), nullptr, nullptr);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_event_t* answer = rd_kafka_queue_poll(answers.get(), kRequest);
    code = answer != nullptr ? rd_kafka_event_error(answer) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (answer != nullptr) rd_kafka_event_destroy(answer);
  }
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return "";
  return fmt::format("what is done could not be committed: {}", rd_kafka_err2str(code));
}

KafkaSource::KafkaSource(std::unique_ptr<State> state) : state_(std::move(state)) {}

KafkaSource::~KafkaSource() = default;

std::unique_ptr<KafkaSource> KafkaSource::Make(const KafkaOptions& kafka,
                                               KafkaSourceOptions options, Warn warn,
                                               std::string& error) {
  auto state = std::make_unique<State>(std::move(options), warn);
  if (!state->Open(kafka, error)) return nullptr;
  return std::unique_ptr<KafkaSource>(new KafkaSource(std::move(state)));
}

bool KafkaSource::Fetch(const Room& room, Fetched& out) {
  State& state = *state_;
  state.arrived.Clear();
  state.Serve();
  if (state.stopped.load(std::memory_order_acquire) || !state.error.empty()) return false;
  for (size_t tried = 0; tried < state.partitions.size(); ++tried) {
    state.turn = (state.turn + 1) % state.partitions.size();
    Partition& partition = state.partitions[state.turn];
    const size_t most = room(partition.topic, partition.number);
    if (most > 0 && state.FetchFrom(partition, most, out)) return true;
  }
  return false;
}

bool KafkaSource::Ended() {
  State& state = *state_;
  return state.stopped.load(std::memory_order_acquire) || !state.error.empty() ||
         (state.options.until_end && state.AllRead());
}

int KafkaSource::WaitFor(std::vector<pollfd>& fds) {
  fds.push_back({.fd = state_->arrived.fd(), .events = POLLIN, .revents = 0});
  const bool poking = steady_clock::now() < state_->poke_until;
  return static_cast<int>((poking ? kPokeEvery : kTick).count());
}

void KafkaSource::Rewind() {
  State& state = *state_;
  const List list(rd_kafka_topic_partition_list_new(0));
  for (Partition& partition : state.partitions) {
    const int64_t offset = partition.window->committable().value_or(RD_KAFKA_OFFSET_STORED);
    rd_kafka_topic_partition_list_add(list.get(), std::string(partition.topic).c_str(),
                                      partition.number)
        ->offset = offset;
    partition.window = std::make_shared<CommitWindow>();
    partition.position = kUnknown;
  }
  rd_kafka_assign(state.client.get(), list.get());
}

std::string KafkaSource::Close() {
  State& state = *state_;
  const std::string uncommitted = state.CommitNow();
  state.closing = true;
  state.watch.reset();
  state.poker.reset();
  state.LeavePartitions();
  state.main_queue.reset();
  rd_kafka_consumer_close(state.client.get());
  state.DropLeft();
  return state.error.empty() ? uncommitted : state.error;
}

void KafkaSource::Stop() {
  state_->stopped.store(true, std::memory_order_release);
  state_->arrived.Signal();
}

void KafkaSource::OnRevoke(Revoking revoking) {
  state_->revoking = std::move(revoking);
}

bool KafkaSource::fenced() const {
  return state_->fenced;
}

std::optional<int64_t> KafkaSource::lag() const {
  const int64_t lag = state_->lag.load(std::memory_order_relaxed);
  if (lag < 0) return std::nullopt;
  return lag;
}

}  // namespace kaspr::runtime
