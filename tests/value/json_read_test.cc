#include "value/json_read.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace kaspr::value {
namespace {

// The tape in words: `dict{key:"a" int 1}`; ~ marks what is not canonical, \ what has escapes, u
// what is not ASCII.
std::string Show(const Document& document, const Node& node) {
  static const char* const kNames[] = {"null", "false", "true", "int", "float", "", "list", "dict"};
  std::string text = node.Is(Node::kCanonical) ? "" : "~";
  if (node.Is(Node::kKey)) text += "key:";
  text += kNames[static_cast<size_t>(node.kind)];
  if (node.kind == NodeKind::kString) {
    text += node.Is(Node::kEscape) ? "\\" : "";
    text += node.Is(Node::kAscii) ? "" : "u";
    std::string unescaped;
    return text + fmt::format("\"{}\"", StringText(document, node, unescaped));
  }
  if (node.kind == NodeKind::kInt || node.kind == NodeKind::kFloat) {
    return text + fmt::format(" {}", document.Text(node));
  }
  if (node.kind == NodeKind::kList || node.kind == NodeKind::kDict) {
    return text + fmt::format(" {} to {}", CountItems(document, node), node.next);
  }
  return text;
}

// All nodes, or "" where CPython is to decide.
std::string Read(std::string_view text) {
  JsonReader reader;
  const Document* document = reader.Read(text);
  if (document == nullptr) return "";
  std::string shown;
  for (const Node& node : document->nodes) {
    shown += (shown.empty() ? "" : ", ") + Show(*document, node);
  }
  return shown;
}

TEST(JsonReader, WritesATape) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"null", "null"},
      {" true\n", "true"},
      {"[]", "list 0 to 1"},
      {"[ ]", "~list 0 to 1"},
      {"{}", "dict 0 to 1"},
      {"[1, 2]", "list 2 to 3, int 1, int 2"},
      {"[1,2]", "~list 2 to 3, int 1, int 2"},
      {"[1 , 2]", "~list 2 to 3, int 1, int 2"},
      {"[1, 2 ]", "~list 2 to 3, int 1, int 2"},
      {"[1,\t2]", "~list 2 to 3, int 1, int 2"},
      {R"({"a": [], "b": {"c": 1}})",
       R"(dict 2 to 7, key:"a", list 0 to 3, key:"b", dict 1 to 7, key:"c", int 1)"},
      {R"({"a" : 1})", R"(~dict 1 to 3, key:"a", int 1)"},
      {R"({"a":1})", R"(~dict 1 to 3, key:"a", int 1)"},
      {R"([[1,2], 3])", "~list 2 to 5, ~list 2 to 4, int 1, int 2, int 3"},
      {R"({"\u0061": 1})", R"(~dict 1 to 3, ~key:\"a", int 1)"},
      {R"({"__faust": 1})", R"(dict 1 to 3, key:"__faust", int 1)"},
  };
  for (const auto& [text, tape] : rows) EXPECT_EQ(Read(text), tape) << text;
}

TEST(JsonReader, KnowsWhatPythonWouldWriteLikeThis) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"-0", "~int -0"},
      {"-7", "int -7"},
      {"-0.0", "float -0.0"},
      {"1.50", "~float 1.50"},
      {"1e5", "~float 1e5"},
      {"0.0001", "float 0.0001"},
      {"0.00001", "~float 0.00001"},
      {"12345678901234.5", "float 12345678901234.5"},
      {"123456789012345.5", "~float 123456789012345.5"},
      {"100000000000000000000000", "int 100000000000000000000000"},
      {"\"\xC3\xA9\"", "~u\"\xC3\xA9\""},
      {"\"\x7F\"", "~\"\x7F\""},
      {R"("\u00e9")", "\\u\"\xC3\xA9\""},
      {R"("\u00E9")", "~\\u\"\xC3\xA9\""},
      {R"("\ud83d\ude00")", "\\u\"\xF0\x9F\x98\x80\""},
      {R"("\ud83d\uDE00")", "~\\u\"\xF0\x9F\x98\x80\""},
      {R"("\n\"\\")", "\\\"\n\"\\\""},
      {R"("\/")", "~\\\"/\""},
      {R"("\u000a")", "~\\\"\n\""},
      {R"("\u0041")", "~\\\"A\""},
      {R"("\u007f")", "\\\"\x7F\""},
  };
  for (const auto& [text, tape] : rows) EXPECT_EQ(Read(text), tape) << text;
}

TEST(JsonReader, LeavesWhatIsDoubtfulToCPython) {
  using std::string_view_literals::operator""sv;
  const std::string_view rows[] = {"",
                                   " ",
                                   "NaN",
                                   "[Infinity]",
                                   "-Infinity",
                                   "1e400",
                                   "-1e400",
                                   "1e-400",
                                   R"("\ud800")",
                                   R"("\udc00")",
                                   R"("\ud800\u0041")",
                                   R"("\ud800x")",
                                   R"({"a": 1, "a": 2})",
                                   R"({"a": 1, "\u0061": 2})",
                                   "{\"\xC3\xA9\": 1, \"\\u00e9\": 2}",
                                   "\xEF\xBB\xBF{}",
                                   "[1",
                                   "[1,",
                                   "[1,]",
                                   "[,1]",
                                   "{",
                                   "{\"a\"",
                                   "{\"a\":",
                                   "{\"a\":1",
                                   "{\"a\":1,",
                                   "{\"a\":1,}",
                                   "{1:2}",
                                   "{\"a\" 1}",
                                   "{\"a\",1}",
                                   "[1:2]",
                                   "]",
                                   "[]]",
                                   "[[]",
                                   "{\"a\": []",
                                   "{\"a\"}",
                                   "{\"a\":}",
                                   "1]",
                                   "[1]]",
                                   "[[1]",
                                   "[",
                                   "}",
                                   ":",
                                   ",",
                                   "1 2",
                                   "1,2",
                                   "[1}",
                                   "{\"a\":1]",
                                   "nul",
                                   "nulll",
                                   "null1",
                                   "truefalse",
                                   "tru",
                                   "-",
                                   "01",
                                   "-01",
                                   "1.",
                                   ".5",
                                   "1e",
                                   "1e+",
                                   "+1",
                                   "1x",
                                   "[1000000, 1.]",
                                   "[1000000, .5]",
                                   "[1000000, -]",
                                   "[1000000, 01]",
                                   "[1000000, -01.5]",
                                   "[1000000, 1.2.3]",
                                   "[1000000, 1/2]",
                                   "[1000000, 1:2]",
                                   "[1000000, 1x]",
                                   "1\"a\"",
                                   "\"a\"\"b\"",
                                   "\"a\" \"b\"",
                                   "\"a",
                                   "\"\\x\"",
                                   "\"\\u12\"",
                                   "\"\\u12g4\"",
                                   "\"\\\"",
                                   "\"\n\"",
                                   "\"\x01\"",
                                   "\xFF",
                                   "\"\xC3\"",
                                   "\"\xED\xA0\x80\"",
                                   "[1]\x0c",
                                   "\x0c[1]",
                                   "[1\x1a]",
                                   "[1]\0"sv,
                                   "[1\0]"sv,
                                   "\xC2\xA0[]",
                                   "'a'",
                                   "[1] //"};
  for (const std::string_view text : rows) EXPECT_EQ(Read(text), "") << text;
}

TEST(JsonReader, HasItsLimits) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_NE(Read(nested(JsonReader::kDeepest)), "");
  EXPECT_EQ(Read(nested(JsonReader::kDeepest + 1)), "");
  EXPECT_NE(Read(std::string(JsonReader::kLongestInt, '1')), "");
  EXPECT_EQ(Read(std::string(JsonReader::kLongestInt + 1, '1')), "");
}

TEST(JsonReader, GoesOnAfterTextsOfAnySize) {
  JsonReader reader;
  for (const size_t items : {1, 100'000, 3, 300'000, 1}) {
    std::string text = "[0";
    for (size_t i = 1; i < items; ++i) text += ",0";
    ASSERT_EQ(reader.Read(text), nullptr);
    const Document* document = reader.Read(text += "]");
    ASSERT_NE(document, nullptr);
    EXPECT_EQ(CountItems(*document, document->nodes[0]), items);
  }
}

// Objects with few and with very many keys are looked at in different ways.
TEST(JsonReader, FindsKeysThatComeTwice) {
  for (const size_t keys : {2, 63, 64, 65, 66, 500}) {
    const auto text = [&](size_t twice) {
      std::string dict = "{";
      for (size_t i = 0; i < keys; ++i) {
        dict += fmt::format("{}\"{}\": {{\"0\": 1}}", i == 0 ? "" : ", ", i == twice ? 0 : i);
      }
      return dict + "}";
    };
    EXPECT_NE(Read(text(0)), "") << keys;
    for (size_t twice = 1; twice < keys; ++twice) EXPECT_EQ(Read(text(twice)), "") << twice;
  }
}

// Short and long ones are read in different ways, and short ones where eight bytes end with them.
TEST(JsonReader, ReadsNumbers) {
  const std::pair<std::string_view, double> floats[] = {
      {"0.1", 0.1},
      {"-1.5e3", -1500},
      {"9007199254740993.0", 9007199254740992.0},
      {"278.13", 278.13},
      {"-1234.567", -1234.567},
      {"123456.5", 123456.5},
      {"0.000012", 0.000012},
      {"5e-324", 5e-324},
      {"0.30000000000000004", 0.30000000000000004},
      {"1E2", 100},
      {"123456789012.345", 123456789012.345},
  };
  const std::pair<std::string_view, int64_t> ints[] = {
      {"0", 0},
      {"-0", 0},
      {"7", 7},
      {"-42", -42},
      {"12345678", 12345678},
      {"123456789", 123456789},
      {"-999999999999999999", -999999999999999999},
  };
  for (const std::string_view before : {"", "[", "[1000000, ", "[  \t\r\n      "}) {
    for (const std::string_view behind : {"", " "}) {
      JsonReader reader;
      const auto node = [&](std::string_view number) {
        std::string text(before);
        text.append(number).append(behind).append(before.empty() ? "" : "]");
        const Document* document = reader.Read(text);
        EXPECT_NE(document, nullptr) << text;
        return document == nullptr ? Node{} : document->nodes.back();
      };
      for (const auto& [text, number] : floats) EXPECT_EQ(node(text).Float(), number) << text;
      EXPECT_TRUE(std::signbit(node("-0.0").Float()));
      for (const auto& [text, number] : ints) EXPECT_EQ(node(text).Int(), number) << text;
      EXPECT_FALSE(node("1000000000000000000").Is(Node::kShort));
    }
  }
}

}  // namespace
}  // namespace kaspr::value
