#include "frontend/names.h"

#include <gtest/gtest.h>

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
