#include "value/batch.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "value/kafka.h"

namespace kaspr::value {
namespace {

TEST(Arena, KeepsCopiesOfAnySizeReadableBeyondTheirEnd) {
  Arena arena;
  std::vector<std::string_view> copies;
  std::vector<std::string> originals;
  for (size_t size : {0, 1, 15, 16, 17, 1000, 64 * 1024 - 1, 64 * 1024, 200'000, 3}) {
    originals.emplace_back(size, static_cast<char>('a' + size % 26));
    copies.push_back(arena.Copy(originals.back()));
  }
  size_t sum = 0;
  for (size_t i = 0; i < copies.size(); ++i) {
    EXPECT_EQ(copies[i], originals[i]);
    // What is behind a copy may be read, whatever it is: asan would object here.
    for (size_t j = 0; j < Arena::kPadding; ++j) {
      sum += static_cast<unsigned char>(copies[i].data()[copies[i].size() + j]) & 1;
    }
  }
  EXPECT_LT(sum, copies.size() * Arena::kPadding + 1);
  EXPECT_GT(arena.allocated(), 264'000u);
  arena.Reset();
  EXPECT_EQ(arena.allocated(), 0u);
}

TEST(Arena, AlignsArrays) {
  Arena arena;
  arena.Copy("x");
  const std::span<uint64_t> numbers = arena.AllocateArray<uint64_t>(100);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(numbers.data()) % 16, 0u);
  EXPECT_EQ(numbers[99], 0u);
}

TEST(Batch, OwnsWhatItIsGiven) {
  Batch batch;
  {
    std::string key = "key", value = "value", name = "name";
    const Header headers[] = {{name, std::nullopt}, {name, value}};
    batch.Add({.key = key, .value = value, .headers = headers, .offset = 7, .timestamp = 8});
    batch.Add({.offset = 9});
    EXPECT_EQ(batch.Stage({.topic = name, .partition = 2, .key = key, .headers = headers}),
              std::nullopt);
    key = value = name = "gone";
  }
  const Message& message = batch.events[0].message;
  EXPECT_EQ(message.key, "key");
  EXPECT_EQ(message.value, "value");
  EXPECT_EQ(message.headers[0].value, std::nullopt);
  EXPECT_EQ(message.headers[1].name, "name");
  EXPECT_EQ(message.offset, 7);
  EXPECT_EQ(batch.events[1].message.key, std::nullopt);
  EXPECT_EQ(batch.sends[0].topic, "name");
  EXPECT_EQ(batch.sends[0].key, "key");
  EXPECT_EQ(batch.sends[0].headers[1].value, "value");
}

TEST(Batch, RefusesWhatKafkaWould) {
  Batch batch;
  const std::string large(kMaxRecordBytes, 'x');
  EXPECT_EQ(batch.Stage({}), SendError::kNoKeyNoValue);
  EXPECT_EQ(batch.Stage({.value = large}), std::nullopt);
  EXPECT_EQ(batch.Stage({.key = "k", .value = large}), SendError::kTooLarge);
  const Header headers[] = {{"h", std::nullopt}};
  EXPECT_EQ(batch.Stage({.value = large, .headers = headers}), SendError::kTooLarge);
  EXPECT_EQ(batch.sends.size(), 1u);
}

TEST(Batch, StagesInPlaceWhatItOwns) {
  Batch batch;
  batch.Add({.value = "x"});
  EXPECT_EQ(batch.StageInPlace({.value = batch.events[0].message.value}), std::nullopt);
  EXPECT_EQ(batch.sends[0].value->data(), batch.events[0].message.value->data());
  EXPECT_EQ(batch.send_arena.allocated(), 0u);
  EXPECT_EQ(batch.StageInPlace({}), SendError::kNoKeyNoValue);
  EXPECT_EQ(batch.sends.size(), 1u);
}

TEST(Batch, ForgetsStagedSends) {
  Batch batch;
  batch.Stage({.value = "a"});
  batch.Stage({.value = "b"});
  batch.Unstage(1);
  ASSERT_EQ(batch.sends.size(), 1u);
  EXPECT_EQ(batch.sends[0].value, "a");
  EXPECT_GT(batch.staged_bytes(), 0u);
  batch.Unstage(0);
  EXPECT_EQ(batch.staged_bytes(), 0u);
}

}  // namespace
}  // namespace kaspr::value
