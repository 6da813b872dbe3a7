#include "runtime/kafka/limits.h"

#include <algorithm>

#include "value/kafka.h"

namespace kaspr::runtime {

namespace {

// What a batch of one record has beside key, value and headers: its own header of 61 bytes, and the
// lengths and differences before each part.
constexpr int64_t kBatchOverhead = 128;

}  // namespace

void KafkaLimits::Add(const std::string& topic, int64_t max_message_bytes, bool is_default) {
  const auto fits = static_cast<size_t>(std::max<int64_t>(max_message_bytes - kBatchOverhead, 0));
  record_bytes[topic] = std::min(fits, is_default ? value::kMaxRecordBytes : kLargest);
  batch_bytes = std::min(batch_bytes, std::max<size_t>(fits, 1));
}

size_t KafkaLimits::RecordBytes(std::string_view topic) const {
  const auto found = record_bytes.find(topic);
  return found == record_bytes.end() ? value::kMaxRecordBytes : found->second;
}

size_t KafkaLimits::LargestRecord() const {
  size_t largest = value::kMaxRecordBytes;
  for (const auto& [topic, bytes] : record_bytes) largest = std::max(largest, bytes);
  return largest;
}

}  // namespace kaspr::runtime
