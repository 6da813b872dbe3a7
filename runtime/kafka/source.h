#pragma once

// The reading half on Kafka: a member of the app's consumer group. A group that is new begins at
// the earliest offset; an offset is committed when everything before it is delivered: every second,
// when a partition is revoked, and at the end. What is subscribed are always names: those of topics
// that a pattern matches change while the app runs, which revokes and assigns like any rebalance.
//
// Every partition has a queue of its own, which is left alone while the runtime has enough of that
// partition; what librdkafka reads ahead is bounded in bytes over all of them. Messages are copied
// and let go at once, for each holds on to the whole answer that it came with.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/kafka/config.h"
#include "runtime/source.h"
#include "runtime/subscription.h"

namespace kaspr::runtime {

struct KafkaSourceOptions {
  std::set<std::string> names;    // topics read by name, whether they are there or not
  std::set<std::string> matched;  // and those that are there and read by a pattern
  Subscription* watch = nullptr;  // asked about topics that appear later; null: they do not matter
  std::set<std::string, std::less<>> inside;  // those of all that agents of the app write
  int32_t partitions = 0;                     // of all topics together, to share memory by
  bool until_end = false;  // ends behind the records that were there when partitions were assigned
};

class KafkaSource final : public Source {
 public:
  // Told of trouble with the brokers, and of commits that fail; by any thread.
  using Warn = std::function<void(const std::string& text)>;

  // Null: a property is refused, and `error` says which and why.
  static std::unique_ptr<KafkaSource> Make(const KafkaOptions& kafka, KafkaSourceOptions options,
                                           Warn warn, std::string& error);
  ~KafkaSource() override;

  bool Fetch(const Room& room, Fetched& out) override;
  bool Ended() override;
  int WaitFor(std::vector<pollfd>& fds) override;
  void Rewind() override;
  std::string Close() override;
  void Stop() override;
  void OnRevoke(Revoking revoking) override;
  bool fenced() const override;
  std::optional<int64_t> lag() const override;

 private:
  struct State;
  explicit KafkaSource(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace kaspr::runtime
