#include "runtime/kafka/topic_watch.h"

#include <librdkafka/rdkafka.h>

#include <chrono>

namespace kaspr::runtime {

namespace {

constexpr auto kEvery = std::chrono::seconds(5);
constexpr int kRequest = 2000;  // milliseconds

}  // namespace

TopicWatch::TopicWatch(rd_kafka_s* client, Subscription& subscription, std::set<std::string> found,
                       std::function<void()> changed)
    : client_(client),
      subscription_(subscription),
      changed_(std::move(changed)),
      found_(std::move(found)),
      thread_([this] { Run(); }) {}

TopicWatch::~TopicWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    wake_.notify_one();
  }
  thread_.join();
}

std::optional<std::set<std::string>> TopicWatch::Take() {
  const std::lock_guard lock(mutex_);
  if (!is_new_) return std::nullopt;
  is_new_ = false;
  return found_;
}

void TopicWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kEvery, [this] { return stop_; })) {
    lock.unlock();
    const std::optional<std::set<std::string>> now = Ask();
    lock.lock();
    if (!now) continue;
    std::set<std::string> updated = Updated(found_, *now, missed_);
    if (updated == found_) continue;
    found_ = std::move(updated);
    is_new_ = true;
    changed_();
  }
}

// The topics that are there and read. Nothing: nobody answered.
std::optional<std::set<std::string>> TopicWatch::Ask() {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_, 1, nullptr, &metadata, kRequest) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (int i = 0; i < metadata->topic_cnt; ++i) names.emplace_back(metadata->topics[i].topic);
  rd_kafka_metadata_destroy(metadata);
  subscription_.Learn(names);
  std::set<std::string> read;
  for (std::string& name : names) {
    if (subscription_.Reads(name)) read.insert(std::move(name));
  }
  return read;
}

std::set<std::string> Updated(const std::set<std::string>& found, const std::set<std::string>& now,
                              std::set<std::string>& missed) {
  std::set<std::string> updated = now, missing;
  for (const std::string& topic : found) {
    if (now.contains(topic)) continue;
    if (!missed.contains(topic)) updated.insert(topic);
    missing.insert(topic);
  }
  missed = std::move(missing);
  return updated;
}

}  // namespace kaspr::runtime
