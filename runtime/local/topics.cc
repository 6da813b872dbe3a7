#include "runtime/local/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "runtime/partitioner.h"
#include "value/kafka.h"

namespace kaspr::runtime {

namespace {

constexpr size_t kChunkMessages = 1024;
constexpr size_t kChunkBytes = 256 * 1024;

int64_t NowMilliseconds() {
  using std::chrono::milliseconds, std::chrono::system_clock;
  return std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace

struct LocalTopics::Partition {
  std::mutex mutex;
  int64_t next_offset = 0;
  std::deque<Fetched> chunks;  // the last one still grows
};

struct LocalTopics::Topic {
  enum class Readers : uint8_t { kUnknown, kNone, kSome };
  std::string name;
  size_t max_record_bytes = 0;
  bool internal = false;
  std::atomic<Readers> readers{Readers::kUnknown};
  std::atomic<uint32_t> round_robin{0};
  std::deque<Partition> partitions;  // a deque: a mutex does not move
};

LocalTopics::LocalTopics(const Plan& plan, Subscription& subscription, LocalTopicOptions options)
    : subscription_(subscription), options_(std::move(options)) {
  for (const Segment& segment : plan.segments) {
    for (const std::string& topic : segment.topics) Add(topic);
    for (const Segment::Target& target : segment.targets) {
      if (target.channel || target.name.empty()) continue;
      Add(target.name)->internal = target.internal;
    }
  }
  FindReaders();
}

LocalTopics::~LocalTopics() = default;

LocalTopics::Topic* LocalTopics::Add(const std::string& name) {
  std::unique_ptr<Topic>& topic = topics_[name];
  if (!topic) {
    topic = std::make_unique<Topic>();
    topic->name = name;
    topic->max_record_bytes = MaxRecordBytes(name);
    topic->partitions.resize(static_cast<size_t>(PartitionCount(name)));
    new_topics_.push_back(topic.get());
    any_new_.store(true, std::memory_order_release);
  }
  return topic.get();
}

// Until it is known who reads a topic, its records are kept.
void LocalTopics::FindReaders() {
  if (!any_new_.exchange(false, std::memory_order_acquire)) return;
  std::vector<Topic*> topics;
  {
    const std::unique_lock lock(topics_mutex_);
    topics.swap(new_topics_);
  }
  std::vector<std::string> names;
  for (const Topic* topic : topics) names.push_back(topic->name);
  subscription_.Learn(names);
  for (Topic* topic : topics) {
    const bool read = subscription_.Reads(topic->name);
    topic->readers = read ? Topic::Readers::kSome : Topic::Readers::kNone;
    if (!read) Forget(*topic);
    for (int32_t i = 0; read && i < PartitionCount(*topic); ++i) turns_.push_back({topic, i});
  }
}

void LocalTopics::Forget(Topic& topic) {
  for (Partition& log : topic.partitions) {
    const std::lock_guard lock(log.mutex);
    for (const Fetched& chunk : log.chunks) {
      waiting_bytes_.fetch_sub(chunk.bytes, std::memory_order_relaxed);
      waiting_messages_.fetch_sub(chunk.messages.size(), std::memory_order_release);
    }
    log.chunks.clear();
  }
}

LocalTopics::Topic* LocalTopics::Find(std::string_view name) const {
  const std::shared_lock lock(topics_mutex_);
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

LocalTopics::Topic* LocalTopics::Open(std::string_view name) {
  if (Topic* found = Find(name)) return found;
  const std::unique_lock lock(topics_mutex_);
  const bool is_new = topics_.find(name) == topics_.end();
  if (is_new && opened_ == kMaxOpened) return nullptr;
  opened_ += is_new;
  return Add(std::string(name));
}

int32_t LocalTopics::PartitionCount(std::string_view name) const {
  const auto count = options_.partitions.find(name);
  return count == options_.partitions.end() ? 1 : count->second;
}

size_t LocalTopics::MaxRecordBytes(std::string_view name) const {
  const auto bytes = options_.max_record_bytes.find(name);
  return bytes == options_.max_record_bytes.end() ? value::kMaxRecordBytes : bytes->second;
}

size_t LocalTopics::LargestRecordBytes() const {
  size_t largest = value::kMaxRecordBytes;
  for (const auto& [name, bytes] : options_.max_record_bytes) largest = std::max(largest, bytes);
  return largest;
}

int32_t LocalTopics::PartitionCount(const Topic& topic) const {
  return static_cast<int32_t>(topic.partitions.size());
}

bool LocalTopics::Internal(const Topic& topic) const {
  return topic.internal;
}

bool LocalTopics::Read(const Topic& topic) const {
  return topic.readers == Topic::Readers::kSome;
}

bool LocalTopics::Reads(std::string_view name) const {
  return subscription_.Reads(name);
}

LocalTopics::Appended LocalTopics::Append(Topic& topic, int32_t partition,
                                          const value::Message& message) {
  const int32_t count = PartitionCount(topic);
  if (partition == value::Send::kAnyPartition) {
    partition =
        message.key
            ? PartitionOfKey(*message.key, count)
            : static_cast<int32_t>(topic.round_robin.fetch_add(1) % static_cast<uint32_t>(count));
  }
  if (partition < 0 || partition >= count) {
    return {.error = fmt::format("partition {} of topic '{}' does not exist (it has {})", partition,
                                 topic.name, count),
            .refused = true};
  }
  const size_t size = value::SizeOf(message);
  if (size > topic.max_record_bytes) {
    return {.error = fmt::format("a record of {} bytes is larger than the limit of topic '{}', {}",
                                 size, topic.name, topic.max_record_bytes),
            .refused = true};
  }
  if (topic.readers != Topic::Readers::kNone &&
      waiting_bytes_.load(std::memory_order_relaxed) > kMax) {
    return {.error = fmt::format("the agents that read topic '{}' are {} MiB behind", topic.name,
                                 kMax >> 20)};
  }
  Partition& log = topic.partitions[static_cast<size_t>(partition)];
  const std::lock_guard lock(log.mutex);
  value::Message stored = message;
  stored.offset = log.next_offset++;
  if (stored.timestamp < 0) stored.timestamp = NowMilliseconds();
  const Appended appended{
      .partition = partition, .offset = stored.offset, .timestamp = stored.timestamp, .error = ""};
  if (topic.readers == Topic::Readers::kNone) return appended;
  if (log.chunks.empty()) appended_.Signal();  // who has not fetched them yet knows of the others
  if (log.chunks.empty() || log.chunks.back().messages.size() >= kChunkMessages ||
      log.chunks.back().bytes >= kChunkBytes) {
    Fetched& chunk = log.chunks.emplace_back();
    chunk.topic = topic.name;
    chunk.partition = partition;
  }
  Fetched& chunk = log.chunks.back();
  chunk.messages.push_back(value::CopyMessage(chunk.arena, stored));
  chunk.bytes += size + kBookkeeping;
  waiting_bytes_.fetch_add(size + kBookkeeping, std::memory_order_relaxed);
  waiting_messages_.fetch_add(1, std::memory_order_release);
  return appended;
}

// Makes a chunk of its own of the first messages.
void LocalTopics::SplitFirst(Partition& log, size_t count) {
  Fetched rest = std::move(log.chunks.front());
  Fetched first;
  first.topic = rest.topic;
  first.partition = rest.partition;
  for (size_t i = 0; i < count; ++i) {
    const size_t size = value::SizeOf(rest.messages[i]) + kBookkeeping;
    first.messages.push_back(value::CopyMessage(first.arena, rest.messages[i]));
    first.bytes += size;
    rest.bytes -= size;
  }
  rest.messages.erase(rest.messages.begin(), rest.messages.begin() + static_cast<ptrdiff_t>(count));
  log.chunks.front() = std::move(rest);
  log.chunks.push_front(std::move(first));
}

bool LocalTopics::Fetch(const Room& room, Fetched& out) {
  FindReaders();
  for (size_t tried = 0; tried < turns_.size(); ++tried) {
    const Cursor turn = turns_[next_turn_];
    next_turn_ = (next_turn_ + 1) % turns_.size();
    Partition& log = turn.topic->partitions[static_cast<size_t>(turn.partition)];
    const std::lock_guard lock(log.mutex);
    const size_t most = log.chunks.empty() ? 0 : room(turn.topic->name, turn.partition);
    if (most == 0) continue;
    if (log.chunks.front().messages.size() > most) SplitFirst(log, most);
    out = std::move(log.chunks.front());
    log.chunks.pop_front();
    waiting_bytes_.fetch_sub(out.bytes, std::memory_order_relaxed);
    waiting_messages_.fetch_sub(out.messages.size(), std::memory_order_release);
    return true;
  }
  return false;
}

}  // namespace kaspr::runtime
