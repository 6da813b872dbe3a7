#include "base/duration.h"

#include <gtest/gtest.h>

namespace kaspr {
namespace {

TEST(DurationTest, TextsAndBack) {
  const struct {
    const char* text;
    int64_t milliseconds;  // -1: none
  } rows[] = {{"200ms", 200}, {"5s", 5000},  {"2m", 120'000},    {"1h", 3'600'000},
              {"0s", 0},      {"5", -1},     {"s", -1},          {"1.5s", -1},
              {"-1s", -1},    {"5 s", -1},   {"5S", -1},         {"1w", -1},
              {"", -1},       {"1h30m", -1}, {"1d", 86'400'000}, {"99999999999s", -1}};
  for (const auto& row : rows) {
    const auto duration = ParseDuration(row.text);
    EXPECT_EQ(duration ? duration->count() : -1, row.milliseconds) << row.text;
    if (!duration) continue;
    EXPECT_EQ(ParseDuration(FormatDuration(*duration)), duration) << row.text;
  }
}

TEST(DurationTest, TheLargestUnitThatDividesIt) {
  EXPECT_EQ(FormatDuration(std::chrono::milliseconds(0)), "0ms");
  EXPECT_EQ(FormatDuration(std::chrono::milliseconds(1'500)), "1500ms");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(90)), "90s");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(120)), "2m");
  EXPECT_EQ(FormatDuration(std::chrono::hours(48)), "2d");
}

}  // namespace
}  // namespace kaspr
