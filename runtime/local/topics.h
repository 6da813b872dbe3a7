#pragma once

// Topics in memory: the state that LocalSource and LocalSink share.
//
// Not a broker and no protocol, but Kafka's rules: partitions, murmur2 for keys (keyless records go
// round robin), dense offsets, limits on names and sizes. A record stays until it is fetched; those
// of a topic that nobody reads are not kept. What waits in memory is bounded: from outside nothing
// is taken in above kEnough, and an agent's sends fail above kMax.
//
// Topics of the plan are there from the beginning, others when something first writes them. Whether
// a pattern matches a new one the poll thread finds out, since that waits for the lane: the workers
// that write it must not.

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/event_fd.h"
#include "runtime/plan.h"
#include "runtime/source.h"
#include "runtime/subscription.h"
#include "value/event.h"

namespace kaspr::runtime {

// What is known of topics by name, whether they are there or not.
struct LocalTopicOptions {
  std::map<std::string, int32_t, std::less<>> partitions;       // 1 of others
  std::map<std::string, size_t, std::less<>> max_record_bytes;  // Kafka's default of others
};

class LocalTopics {
 public:
  static constexpr size_t kEnough = 8 * 1024 * 1024;
  static constexpr size_t kMax = 1024 * 1024 * 1024;
  static constexpr size_t kMaxOpened = 10'000;  // topics beside those of the plan

  // Both must outlive it.
  LocalTopics(const Plan& plan, Subscription& subscription, LocalTopicOptions options);
  ~LocalTopics();

  // Null for a topic that no agent reads or writes by name, and nobody has opened. Any thread.
  struct Topic;
  Topic* Find(std::string_view name) const;
  // The topic, made now if it is not there. Null when there are too many. REQUIRES: Kafka allows
  // the name. Any thread.
  Topic* Open(std::string_view name);

  int32_t PartitionCount(const Topic& topic) const;
  // Of topics that are not there, too. Any thread.
  int32_t PartitionCount(std::string_view name) const;
  size_t MaxRecordBytes(std::string_view name) const;
  size_t LargestRecordBytes() const;  // of any topic

  bool Internal(const Topic& topic) const;  // is it one of groupBy, which nobody is to see?
  bool Read(const Topic& topic) const;      // is it known that an agent reads it? Any thread.
  bool Reads(std::string_view name) const;  // does an agent? May wait for the lane. Poll thread.
  bool has_patterns() const { return subscription_.has_patterns(); }

  struct Appended {
    int32_t partition = 0;
    int64_t offset = -1;
    int64_t timestamp = -1;
    std::string error;     // why not: "partition 7 does not exist (the topic has 4)"
    bool refused = false;  // then: would no later attempt fare better?
  };
  // Copies the record in and gives it an offset, and the time where it has none. `partition` may be
  // value::Send::kAnyPartition. Any thread; appends to one partition keep the order of the calls.
  Appended Append(Topic& topic, int32_t partition, const value::Message& message);

  // The oldest messages of some partition that has room for them, taking turns; false if there are
  // none. Poll thread.
  bool Fetch(const Room& room, Fetched& out);

  bool empty() const { return waiting_messages_.load(std::memory_order_acquire) == 0; }
  bool full() const { return waiting_bytes_.load(std::memory_order_relaxed) > kEnough; }

  // Signalled when a partition that had nothing to fetch gets something.
  EventFd& appended() { return appended_; }

 private:
  struct Partition;
  static void SplitFirst(Partition& log, size_t count);
  struct Cursor {
    Topic* topic;
    int32_t partition;
  };

  Topic* Add(const std::string& name);
  void FindReaders();
  void Forget(Topic& topic);

  Subscription& subscription_;
  const LocalTopicOptions options_;
  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;  // none ever goes
  std::vector<Topic*> new_topics_;                                     // who reads them?
  size_t opened_ = 0;
  std::atomic<bool> any_new_{false};
  std::vector<Cursor> turns_;  // every partition that is read; poll thread
  size_t next_turn_ = 0;
  std::atomic<size_t> waiting_bytes_{0};
  std::atomic<size_t> waiting_messages_{0};
  EventFd appended_;
};

}  // namespace kaspr::runtime
