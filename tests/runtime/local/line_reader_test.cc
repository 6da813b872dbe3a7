#include "runtime/local/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <vector>

namespace kaspr::runtime {
namespace {

class LineReaderTest : public testing::Test {
 protected:
  std::vector<std::string> ReadAll(const std::string& text, size_t longest) {
    const std::string path = testing::TempDir() + "lines-" + std::to_string(getpid());
    std::ofstream(path, std::ios::binary) << text;
    LineReader reader(path, longest);
    std::vector<std::string> lines;
    for (std::string_view line;;) {
      switch (reader.Next(line)) {
        case LineReader::Status::kLine:
          lines.emplace_back(line);
          continue;
        case LineReader::Status::kTooLong:
          lines.push_back("too long: " + std::to_string(reader.line_number()));
          continue;
        case LineReader::Status::kWait:
          continue;
        case LineReader::Status::kEnd:
          std::remove(path.c_str());
          return lines;
        case LineReader::Status::kError:
          lines.push_back(reader.error());
          return lines;
      }
    }
  }
};

using Lines = std::vector<std::string>;

TEST_F(LineReaderTest, GivesEveryLine) {
  EXPECT_EQ(ReadAll("", 10), Lines{});
  EXPECT_EQ(ReadAll("a\n\nb\n", 10), (Lines{"a", "", "b"}));
  EXPECT_EQ(ReadAll("a\nno newline", 10), (Lines{"a", "no newline"}));
  EXPECT_EQ(ReadAll("a\r\n", 10), Lines{"a\r"});
}

TEST_F(LineReaderTest, PassesOverLongLines) {
  const std::string longer_than_a_read(600'000, 'x');
  EXPECT_EQ(ReadAll("a\n" + longer_than_a_read + "\nb\n", 10), (Lines{"a", "too long: 2", "b"}));
  EXPECT_EQ(ReadAll("a\n" + longer_than_a_read, 10), (Lines{"a", "too long: 2"}));
  EXPECT_EQ(ReadAll(longer_than_a_read + "\nb", 600'000), (Lines{longer_than_a_read, "b"}));
  EXPECT_EQ(ReadAll("12345678901\n1234567890\n", 10), (Lines{"too long: 1", "1234567890"}));
}

TEST(LineReader, SaysWhatCannotBeRead) {
  EXPECT_EQ(LineReader("/nonexistent", 10).error(), "No such file or directory");
  EXPECT_EQ(LineReader("/", 10).error(), "Is a directory");
}

TEST(LineReader, WaitsForAPipe) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[0]);
  LineReader reader(path, 10);
  std::string_view line;
  EXPECT_EQ(reader.Next(line), LineReader::Status::kWait);
  ASSERT_EQ(write(ends[1], "ab", 2), 2);
  EXPECT_EQ(reader.Next(line), LineReader::Status::kWait);
  ASSERT_EQ(write(ends[1], "c\nd", 3), 3);
  ASSERT_EQ(reader.Next(line), LineReader::Status::kLine);
  EXPECT_EQ(line, "abc");
  close(ends[1]);
  close(ends[0]);
  ASSERT_EQ(reader.Next(line), LineReader::Status::kLine);
  EXPECT_EQ(line, "d");
  EXPECT_EQ(reader.Next(line), LineReader::Status::kEnd);
}

}  // namespace
}  // namespace kaspr::runtime
