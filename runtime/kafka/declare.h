#pragma once

// Makes the app's own topics where they are not there, before anything is read.
//
//   warning: topic 'my-events' is there already and stays as it is, other than agent.yaml:9:7 has
//   it: 3 partitions, not 2; retention.ms=604800000, not 3600000

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "runtime/kafka/admin.h"
#include "runtime/own_topics.h"

namespace kaspr::runtime {

// How long an answer is worth waiting for.
struct Patience {
  std::chrono::steady_clock::time_point end;
  std::function<bool()> stopped;

  bool over() const { return stopped() || std::chrono::steady_clock::now() > end; }
};

struct Declaring {
  const std::vector<OwnTopic>& own;
  const Plan& plan;
  Subscription& subscription;
  const Patience& patience;
};

// kMade, or what is wrong with a topic: "topic 'x', declared at a.yaml:9:7, cannot be made: ...".
struct Declared {
  KafkaAdmin::Outcome outcome = KafkaAdmin::Outcome::kMade;
  std::string error;
};

// Makes the topics and waits until they are there, which `there` then says, too. `warn` is told how
// one that was there before is other than declared.
Declared Declare(KafkaAdmin& admin, const Declaring& app, const KafkaAdmin::Warn& warn,
                 KafkaAdmin::Topics& there);

// How a topic is not what is declared: {"3 partitions, not 2"}. Without a config nothing is said of
// its properties.
std::vector<std::string> Differences(const OwnTopic& declared, const KafkaAdmin::Topic& topic,
                                     const KafkaAdmin::Config* config);

}  // namespace kaspr::runtime
