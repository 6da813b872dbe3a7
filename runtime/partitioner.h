#pragma once

// Kafka's default partitioner for records with a key.

#include <cstdint>
#include <string_view>

namespace kaspr::runtime {

// murmur2 with the seed and the sign handling of the Java client
// (org.apache.kafka.common.utils.Utils).
uint32_t Murmur2(std::string_view bytes);

inline int32_t PartitionOfKey(std::string_view key, int32_t partitions) {
  return static_cast<int32_t>((Murmur2(key) & 0x7fffffff) % static_cast<uint32_t>(partitions));
}

}  // namespace kaspr::runtime
