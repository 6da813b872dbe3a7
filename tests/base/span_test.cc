#include "base/span.h"

#include <gtest/gtest.h>

#include "base/block_map.h"

namespace kaspr {
namespace {

TEST(SourceFile, CountsColumnsInCharacters) {
  const SourceFile file("a.yaml", "a: 1\nnäme: ü\r\n\n€𝄞x");
  EXPECT_EQ(file.PositionOf(0), (Position{1, 1}));
  EXPECT_EQ(file.PositionOf(4), (Position{1, 5}));  // the line break itself
  EXPECT_EQ(file.PositionOf(5), (Position{2, 1}));
  EXPECT_EQ(file.PositionOf(10), (Position{2, 5}));  // ':' behind the two bytes of ä
  EXPECT_EQ(file.PositionOf(16), (Position{3, 1}));
  EXPECT_EQ(file.PositionOf(20), (Position{4, 2}));
  EXPECT_EQ(file.PositionOf(24), (Position{4, 3}));
  EXPECT_EQ(file.PositionOf(999), (Position{4, 4}));
  EXPECT_EQ(file.LineCount(), 4u);
  EXPECT_EQ(file.Line(2), "näme: ü");
  EXPECT_EQ(file.Line(3), "");
}

TEST(SourceFile, DoesNotCountAByteOrderMark) {
  const SourceFile file("a.yaml",
                        "\xEF\xBB\xBF"
                        "a: 1\n");
  EXPECT_EQ(file.PositionOf(3), (Position{1, 1}));
  EXPECT_EQ(file.PositionOf(6), (Position{1, 4}));
}

TEST(NextCodePoint, TakesEachByteThatIsNotUtf8AsACharacter) {
  const std::pair<std::string_view, std::vector<char32_t>> kCases[] = {
      {"aä€𝄞", {'a', 0xE4, 0x20AC, 0x1D11E}},
      {"\xC3", {0xFFFD}},
      {"\xFFz", {0xFFFD, 'z'}},
      {"\xC0\xAF", {0xFFFD, 0xFFFD}},              // overlong
      {"\xED\xA0\x80", {0xFFFD, 0xFFFD, 0xFFFD}},  // a surrogate
  };
  for (const auto& [text, expected] : kCases) {
    std::vector<char32_t> codes;
    for (size_t i = 0; i < text.size();) codes.push_back(NextCodePoint(text, i));
    EXPECT_EQ(codes, expected) << text;
  }
}

TEST(BlockMap, LocatesPartsOfABlock) {
  // python: |
  //   ab
  //   cd
  const SourceFile file("a.yaml", "python: |\n  ab\n  cd\n");
  const BlockMap map{.scalar = {&file, 8, 20}, .segments = {{0, 12}, {3, 17}}};
  EXPECT_EQ(map.Locate(0, 2).text(), "ab");
  EXPECT_EQ(map.Locate(3, 5).text(), "cd");
  EXPECT_EQ(map.Locate(1, 4).text(), "b\n  c");
  EXPECT_EQ(map.Locate(4, 4).begin, 18u);
  EXPECT_EQ(map.Locate(900, 901).begin, 20u);  // past the end: the end
}

TEST(BlockMap, WithoutSegmentsIsItsIndicator) {
  const SourceFile file("a.yaml", "python: >\n  ab\n  cd\n");
  const BlockMap map{.scalar = {&file, 8, 20}, .segments = {}};
  EXPECT_FALSE(map.exact());
  EXPECT_EQ(map.Locate(3, 4).text(), ">");
}

TEST(BlockOffset, IsClampedToTheBlock) {
  EXPECT_EQ(BlockOffset("ab\ncd\n", 1, 1), 1u);
  EXPECT_EQ(BlockOffset("ab\ncd\n", 1, 9), 2u);
  EXPECT_EQ(BlockOffset("ab\ncd\n", 2, 1), 4u);
  EXPECT_EQ(BlockOffset("ab\ncd\n", 7, 0), 6u);
}

}  // namespace
}  // namespace kaspr
