#include "runtime/partitioner.h"

#include <gtest/gtest.h>

#include <string>

namespace kaspr::runtime {
namespace {

// The vectors of Kafka's own UtilsTest.testMurmur2.
TEST(Partitioner, HashesAsTheJavaClientDoes) {
  const std::pair<std::string, int32_t> kVectors[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [key, hash] : kVectors) {
    EXPECT_EQ(static_cast<int32_t>(Murmur2(key)), hash) << key;
  }
}

TEST(Partitioner, KeepsThePartitionInRange) {
  for (int i = 0; i < 1000; ++i) {
    const int32_t partition = PartitionOfKey("key-" + std::to_string(i), 7);
    EXPECT_TRUE(partition >= 0 && partition < 7) << i;
  }
}

}  // namespace
}  // namespace kaspr::runtime
