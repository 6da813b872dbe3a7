#include "frontend/names.h"

#include <gtest/gtest.h>

#include "base/duration.h"
#include "value/kafka.h"

namespace kaspr::frontend {
namespace {

TEST(Names, DnsLabels) {
  for (const char* good : {"a", "orders", "a-1", "1a"}) EXPECT_FALSE(CheckDnsLabel(good)) << good;
  for (const char* bad : {"", "A", "a_b", "a.b", "-a", "a-", "\xC3\xA4"}) {
    EXPECT_TRUE(CheckDnsLabel(bad)) << bad;
  }
  EXPECT_FALSE(CheckDnsLabel(std::string(63, 'a')));
  EXPECT_TRUE(CheckDnsLabel(std::string(64, 'a')));
}

TEST(Names, Topics) {
  for (const char* good : {"orders", "a.b_c-D1", "...", "-"}) {
    EXPECT_FALSE(value::CheckTopicName(good)) << good;
  }
  for (const char* bad : {"", ".", "..", "a/b", "a b", "a,b", "\xC3\xA4"}) {
    EXPECT_TRUE(value::CheckTopicName(bad)) << bad;
  }
  EXPECT_FALSE(value::CheckTopicName(std::string(249, 'a')));
  EXPECT_TRUE(value::CheckTopicName(std::string(250, 'a')));
}

TEST(Names, PythonParameters) {
  for (const char* good : {"table", "_x", "a1", "match"})
    EXPECT_FALSE(CheckPythonName(good)) << good;
  for (const char* bad : {"", "1a", "a-b", "class", "None", "\xC3\xA4"}) {
    EXPECT_TRUE(CheckPythonName(bad)) << bad;
  }
}

TEST(Names, OneLine) {
  for (const char* good : {"price", "with tax", "\xC3\xA4", "init"}) {
    EXPECT_FALSE(CheckOneLine(good)) << good;
  }
  for (const char* bad : {"", "a\nb", "a\tb"}) EXPECT_TRUE(CheckOneLine(bad)) << bad;
}

TEST(Names, Durations) {
  const struct {
    const char* text;
    int64_t milliseconds;  // -1: none
  } rows[] = {{"200ms", 200}, {"5s", 5000},  {"2m", 120'000},    {"1h", 3'600'000},
              {"0s", 0},      {"5", -1},     {"s", -1},          {"1.5s", -1},
              {"-1s", -1},    {"5 s", -1},   {"5S", -1},         {"1w", -1},
              {"", -1},       {"1h30m", -1}, {"1d", 86'400'000}, {"99999999999s", -1}};
  for (const auto& row : rows) {
    const std::optional<Duration> duration = ParseDuration(row.text);
    EXPECT_EQ(duration ? duration->count() : -1, row.milliseconds) << row.text;
    if (!duration) continue;
    EXPECT_EQ(ParseDuration(FormatDuration(*duration)), duration) << row.text;
  }
}

TEST(Names, Patterns) {
  for (const char* good : {"", "orders-.*", "(a|b)+", "[]a]x", "[^]]", "a{2}", "\\(", "(?:a)?",
                           "^a$", "[(]", "(?P<n>a)*"}) {
    EXPECT_FALSE(CheckPattern(good)) << good;
  }
  const struct {
    const char* text;
    size_t offset;
  } bad[] = {{"orders-(.*", 7}, {"a)", 1},  {"[a", 0},  {"*a", 0},
             {"a|+", 2},        {"a\\", 1}, {"((a)", 0}};
  for (const auto& row : bad) {
    const std::optional<PatternError> error = CheckPattern(row.text);
    ASSERT_TRUE(error) << row.text;
    EXPECT_EQ(error->offset, row.offset) << row.text;
  }
}

TEST(Names, ShownIsOneShortLine) {
  EXPECT_EQ(Shown("a\nb"), "a...");
  EXPECT_EQ(Shown(std::string(70, 'x')), std::string(60, 'x') + "...");
  EXPECT_EQ(Shown(std::string(59, 'x') + "\xC3\xA4"), std::string(59, 'x') + "...");
}

}  // namespace
}  // namespace kaspr::frontend
