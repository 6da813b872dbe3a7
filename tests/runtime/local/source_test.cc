#include "runtime/local/source.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace kaspr::runtime {
namespace {

class SourceTest : public testing::Test {
 protected:
  SourceTest() {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + test.name() + ".jsonl";
  }
  ~SourceTest() override { std::filesystem::remove(path_); }

  // Reads it all: "topic value, " of each record.
  std::string Read(const std::string& lines) {
    std::ofstream(path_) << lines;
    Subscription subscription(
        plan_, [](const std::string& pattern, const std::vector<std::string>& names) {
          std::vector<bool> matched;
          for (const std::string& name : names) matched.push_back(name.starts_with(pattern));
          return matched;
        });
    LocalTopics topics(plan_, subscription, {});
    const auto note = [](std::string& notes) {
      return
          [&notes](const std::string& text) { notes += text.substr(text.rfind('/') + 1) + "\n"; };
    };
    LocalSource source(topics, note(errors_), note(warnings_));
    EXPECT_TRUE(source.AddRecords(path_));
    std::string seen;
    while (!source.Ended()) {
      Fetched fetched;
      if (!source.Fetch([](std::string_view, int32_t) { return 100; }, fetched)) continue;
      for (const value::Message& message : fetched.messages) {
        seen += fmt::format("{} {}, ", fetched.topic, *message.value);
      }
    }
    return seen;
  }

  std::string path_;
  Plan plan_{.app = "test", .segments = {{.topics = {"in"}}}};
  std::string errors_, warnings_;
};

constexpr char kLines[] = R"({"topic": "in", "value": "1"}
{"topic": "clicks.1", "value": "2"}
{"topic": "other", "value": "3"}
{"topic": "other", "value": "4"}
{"topic": "clicks.1", "value": "5"}
)";

TEST_F(SourceTest, ARecordThatNobodyReadsIsAMistake) {
  EXPECT_EQ(Read(kLines), "in 1, ");
  EXPECT_EQ(errors_,
            "ARecordThatNobodyReadsIsAMistake.jsonl:2: no agent reads topic 'clicks.1'\n"
            "ARecordThatNobodyReadsIsAMistake.jsonl:3: no agent reads topic 'other'\n");
  EXPECT_EQ(warnings_, "");
}

TEST_F(SourceTest, WhereThereArePatternsItIsPassedOver) {
  plan_.segments.front().pattern = "clicks.";
  EXPECT_EQ(Read(kLines), "in 1, clicks.1 2, clicks.1 5, ");
  EXPECT_EQ(errors_, "");
  EXPECT_EQ(warnings_,
            "WhereThereArePatternsItIsPassedOver.jsonl:3: no agent reads topic 'other'\n");
}

TEST_F(SourceTest, TopicsAreBounded) {
  plan_.segments.front().pattern = "read";
  std::string lines;
  for (size_t i = 0; i <= LocalTopics::kMaxOpened; ++i) {
    lines += fmt::format("{{\"topic\": \"read-{}\", \"value\": \"1\"}}\n", i);
  }
  for (int i = 0; i < 2000; ++i)
    lines += fmt::format("{{\"topic\": \"x-{}\", \"value\": \"1\"}}\n", i);
  Read(lines);
  EXPECT_EQ(errors_, "TopicsAreBounded.jsonl:10001: topic 'read-10000' is one too many\n");
  EXPECT_EQ(std::count(warnings_.begin(), warnings_.end(), '\n'), 1000);
  EXPECT_NE(warnings_.find("'x-999'; further ones are not named\n"), std::string::npos);
}

}  // namespace
}  // namespace kaspr::runtime
