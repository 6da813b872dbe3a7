#pragma once

// How large records may be. A topic's max.message.bytes is held against whole batches as they are
// sent, so it bounds a record and what the producer may put into one batch.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace kaspr::runtime {

// Of the topics that are known; others have Kafka's defaults.
struct KafkaLimits {
  // What the producer can hold at all, whatever a topic says.
  static constexpr size_t kLargest = 100'000'000;
  static constexpr size_t kBatch = 262'144;  // what is worth to be put into one

  std::map<std::string, size_t, std::less<>> record_bytes;  // of key, value and headers, by topic
  size_t batch_bytes = kBatch;                              // that every topic takes
  bool alone = false;                                       // each record in a batch of its own

  // Takes in a topic's limit; one that nobody chose leaves a record the default at most.
  void Add(const std::string& topic, int64_t max_message_bytes, bool is_default);

  size_t RecordBytes(std::string_view topic) const;
  size_t LargestRecord() const;
};

}  // namespace kaspr::runtime
