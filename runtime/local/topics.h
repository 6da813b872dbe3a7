#pragma once

// Topics in memory: the state that LocalSource and LocalSink share.
//
// Not a broker and no protocol, but Kafka's rules: partitions, murmur2 for keys (keyless records go
// round robin), dense offsets, limits on names and sizes. A record stays until it is fetched; those
// of a topic that nobody reads are not kept. What waits in memory is bounded: from outside nothing
// is taken in above kEnough, and an agent's sends fail above kMax.

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
#include "value/event.h"

namespace kaspr::runtime {

class LocalTopics {
 public:
  static constexpr size_t kEnough = 8 * 1024 * 1024;
  static constexpr size_t kMax = 1024 * 1024 * 1024;
  static constexpr size_t kMaxOpened = 10'000;  // topics beside those of the plan

  // The topics of the plan, with one partition where `partitions` says nothing.
  LocalTopics(const Plan& plan, const std::map<std::string, int32_t>& partitions);
  ~LocalTopics();

  // Null for a topic that no agent reads or names, and nobody has opened. Any thread.
  struct Topic;
  Topic* Find(std::string_view name) const;
  // The topic, made now if it is not there: an agent chose its name at run time. Null when there
  // are too many. REQUIRES: Kafka allows the name. Any thread.
  Topic* Open(std::string_view name);

  int32_t PartitionCount(const Topic& topic) const;
  int32_t PartitionCount(std::string_view name) const;  // of one that is not there too: when opened
  bool Read(const Topic& topic) const;                  // does an agent read it?

  struct Appended {
    int32_t partition = 0;
    int64_t offset = -1;
    int64_t timestamp = -1;
    std::string error;  // why not: "partition 7 does not exist (the topic has 4)"
  };
  // Copies the record in and gives it an offset, and the time where it has none. `partition` may be
  // value::Send::kAnyPartition. Any thread; appends to one partition keep the order of the calls.
  Appended Append(Topic& topic, int32_t partition, const value::Message& message);

  // The oldest messages of some partition that has room for them, taking turns; false if there are
  // none. One thread only.
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

  const std::map<std::string, int32_t, std::less<>> partitions_;
  mutable std::shared_mutex topics_mutex_;
  std::map<std::string, std::unique_ptr<Topic>, std::less<>> topics_;  // none ever goes
  size_t opened_ = 0;
  std::vector<Cursor> turns_;  // every partition that is read
  size_t next_turn_ = 0;
  std::atomic<size_t> waiting_bytes_{0};
  std::atomic<size_t> waiting_messages_{0};
  EventFd appended_;
};

}  // namespace kaspr::runtime
