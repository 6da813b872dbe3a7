#include "value/json_difference.h"

#include <gtest/gtest.h>

#include "value/json_read.h"
#include "value/json_write.h"

namespace kaspr::value {
namespace {

std::string Shown(const Document& document, std::optional<uint32_t> node) {
  if (!node) return "nothing";
  JsonWriter out;
  WriteNode(out, document, *node);
  return std::string(out.bytes());
}

// "" or ".path: this and that".
std::string Difference(std::string_view first, std::string_view second) {
  JsonReader first_reader, second_reader;
  const Document* a = first_reader.Read(first);
  const Document* b = second_reader.Read(second);
  if (a == nullptr || b == nullptr) return "no JSON";
  const auto difference = FindDifference(*a, *b);
  if (!difference) return "";
  return difference->path + ": " + Shown(*a, difference->first) + " and " +
         Shown(*b, difference->second);
}

TEST(JsonDifference, TellsWhereValuesDiffer) {
  const struct {
    const char *first, *second, *difference;
  } kCases[] = {
      {"1", "1", ""},
      {"1", "2", ": 1 and 2"},
      {"1", "1.0", ": 1 and 1.0"},
      {"1e3", "1000.0", ""},
      {"-0", "0", ""},
      {"-0.0", "0.0", ": -0.0 and 0.0"},
      {"true", "1", ": true and 1"},
      {"null", "{}", ": null and {}"},
      {R"("\u00e9")", R"("é")", ""},
      {"[]", "{}", ": [] and {}"},
      {"[]", "[[]]", "[0]: nothing and []"},
      {"[1, [2, 3], 4]", "[1, [2, 5], 6]", "[1][1]: 3 and 5"},
      {"[1, 2]", "[1]", "[1]: 2 and nothing"},
      {R"({"a": 1, "b": 2})", R"({"b":2,"a":1})", ""},
      {R"({"a": 1, "b": {"c": [0, {"d": 1}]}})", R"({"b": {"c": [0, {"d": 2}]}, "a": 1})",
       ".b.c[1].d: 1 and 2"},
      {R"({"a": 1})", R"({"a": 1, "b": []})", ".b: nothing and []"},
      {R"({"a": 1, "b": []})", R"({"b": []})", ".a: 1 and nothing"},
      {R"({"\u0061": {"x y": 1}})", R"({"a": {"x y": 2}})", R"(.a["x y"]: 1 and 2)"},
      {R"({"": 1})", R"({"": 2})", R"([""]: 1 and 2)"},
      {"[", "[]", "no JSON"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Difference(test.first, test.second), test.difference)
        << test.first << " | " << test.second;
  }
}

TEST(JsonDifference, DeepValuesTakeNoStack) {
  const std::string open(800, '['), close(800, ']');
  EXPECT_EQ(Difference(open + close, open + close), "");
  const std::string difference = Difference(open + "1" + close, open + "2" + close);
  EXPECT_TRUE(difference.ends_with("[0]: 1 and 2")) << difference;
}

}  // namespace
}  // namespace kaspr::value
