#pragma once

// Looks out for topics that patterns match: every few seconds a thread of its own asks the cluster
// for all topics, and the subscription which of them an agent reads. Both may take their time,
// which the poll thread must not: what it waits for, it would be taken out of the group for.
//
// A topic has gone when it was missed twice in a row: a broker that has just started may not know
// all of them.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "runtime/subscription.h"

struct rd_kafka_s;

namespace kaspr::runtime {

class TopicWatch {
 public:
  // `found` are the topics that are read now; `changed` is called, by the thread, when that is no
  // longer so. Client and subscription must outlive it.
  TopicWatch(rd_kafka_s* client, Subscription& subscription, std::set<std::string> found,
             std::function<void()> changed);
  ~TopicWatch();  // waits for the question that is being asked

  // The topics that are read, if they are others than at the last call. One thread.
  std::optional<std::set<std::string>> Take();

 private:
  void Run();
  std::optional<std::set<std::string>> Ask();

  rd_kafka_s* const client_;
  Subscription& subscription_;
  const std::function<void()> changed_;

  std::set<std::string> missed_;  // the thread's: not there when last asked
  std::mutex mutex_;
  std::condition_variable wake_;
  std::set<std::string> found_;
  bool is_new_ = false;  // since Take
  bool stop_ = false;
  std::thread thread_;
};

// What becomes of `found` when just `now` is there: what is new is added, and what has been missed
// twice goes.
std::set<std::string> Updated(const std::set<std::string>& found, const std::set<std::string>& now,
                              std::set<std::string>& missed);

}  // namespace kaspr::runtime
