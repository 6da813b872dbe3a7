#pragma once

// What is asked of the cluster beside records: which topics there are, that one be made, and what
// properties they have.
//
// A client of its own, which lives only as long as the questions. Every call waits for its answer,
// but not for ever; one thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kafka/client.h"
#include "runtime/kafka/limits.h"
#include "runtime/kafka/trouble.h"

namespace kaspr::runtime {

class KafkaAdmin {
 public:
  using Warn = std::function<void(const std::string& text)>;

  // Null: a property is refused, and `error` says which and why.
  static std::unique_ptr<KafkaAdmin> Make(const KafkaOptions& options, Warn warn,
                                          std::string& error);

  struct Topic {
    int32_t partitions = 0, replicas = 0;
    bool led = false;  // every partition has a leader
  };
  using Topics = std::map<std::string, Topic, std::less<>>;
  // All topics; nothing if nobody answers in time.
  std::optional<Topics> AskForTopics(std::chrono::milliseconds timeout);

  struct NewTopic {
    std::string name;
    std::optional<int32_t> partitions, replicas;  // else the broker's defaults
    std::vector<std::pair<std::string, std::string>> config;
  };
  enum class Outcome : uint8_t {
    kMade,
    kThere,      // it was there already, or somebody else was faster
    kInvalid,    // no cluster, or not this one, makes such a topic
    kForbidden,  // the user may not
    kNoAnswer,   // try again
  };
  struct Answer {
    Outcome outcome;
    std::string why;  // the broker's words
  };
  Answer Create(const NewTopic& topic);

  struct Property {
    std::string value;
    bool is_default = false;  // the topic says nothing of its own
  };
  using Config = std::map<std::string, Property, std::less<>>;
  // The properties of those topics that may be asked about; `why` says why others may not.
  std::map<std::string, Config, std::less<>> Describe(const std::vector<std::string>& topics,
                                                      std::string& why);
  // Takes in how large records of these topics may be. False: of some it is not to be had.
  bool Limit(const std::vector<std::string>& topics, KafkaLimits& limits);

 private:
  explicit KafkaAdmin(Warn warn) : trouble_("admin", std::move(warn)) {}
  void TakeErrors();

  Trouble trouble_;
  Client client_;
};

}  // namespace kaspr::runtime
