#include "python/matcher.h"

#include "lane.h"

namespace kaspr::python {
namespace {

TEST(Matcher, MatchesWholeNamesAsCPythonDoes) {
  struct Row {
    std::string pattern, topic;
    bool matches;
  };
  const Row rows[] = {
      {R"(^clicks\.\d+$)", "clicks.22", true},
      {R"(^clicks\.\d+$)", "clicks.x", false},
      {R"(clicks\.\d)", "clicks.22", false},  // not only the beginning
      {"a|ab", "ab", true},                   // whichever alternative matches all of it
      {"(?i)CLICKS", "clicks", true},
      {"clicks$", "clicks\n", false},
      {"(?=.*eu).*", "clicks-eu", true},
      {"(?=.*eu).*", "clicks-us", false},
      {R"((\w)\1)", "aa", true},
      {"", "", true},
  };
  Matcher matcher(Lane());
  for (const Row& row : rows) {
    ASSERT_EQ(matcher.Add(row.pattern), "") << row.pattern;
    EXPECT_EQ(matcher.Match(row.pattern, {row.topic}), std::vector{row.matches}) << row.pattern;
  }
  EXPECT_EQ(matcher.Match("a|ab", {"a", "b", "ab"}), (std::vector{true, false, true}));
  EXPECT_EQ(matcher.Match("a|ab", {}), std::vector<bool>());
}

TEST(Matcher, SaysWhatIsWrongWithAPattern) {
  Matcher matcher(Lane());
  EXPECT_EQ(matcher.Add("*clicks"), "nothing to repeat at position 0");
  EXPECT_EQ(matcher.Add("[a"), "unterminated character set at position 0");
  EXPECT_NE(matcher.Add(std::string(10'000, '(')), "");  // too deep for CPython as well
  EXPECT_EQ(matcher.Add("a"), "");
}

}  // namespace
}  // namespace kaspr::python
