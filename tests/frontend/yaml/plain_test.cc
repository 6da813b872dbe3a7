// What PyYAML's safe_load makes of unquoted words; the right column was printed by it.

#include "frontend/yaml/plain.h"

#include <gtest/gtest.h>

namespace kaspr::frontend {
namespace {

YamlNode Plain(std::string_view text) {
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.text = text;
  return node;
}

TEST(Plain, TypesOfYaml11) {
  const struct {
    std::string_view text;
    PlainType type;
  } rows[] = {
      {"yes", PlainType::kBool},      {"Off", PlainType::kBool},
      {"TRUE", PlainType::kBool},     {"tRUE", PlainType::kText},
      {"y", PlainType::kText},        {"0", PlainType::kInteger},
      {"-12", PlainType::kInteger},   {"+1_000", PlainType::kInteger},
      {"010", PlainType::kInteger},   {"09", PlainType::kText},
      {"0x1F", PlainType::kInteger},  {"0b10", PlainType::kInteger},
      {"0o7", PlainType::kText},      {"1:30", PlainType::kInteger},
      {"1:70", PlainType::kText},     {"1.5", PlainType::kFloat},
      {"1.", PlainType::kFloat},      {".5", PlainType::kFloat},
      {"-.5", PlainType::kText},      {"1e5", PlainType::kText},
      {"1.0e5", PlainType::kText},    {"1.0e+5", PlainType::kFloat},
      {".inf", PlainType::kFloat},    {"-.INF", PlainType::kFloat},
      {".nan", PlainType::kFloat},    {"1:30.5", PlainType::kFloat},
      {"1.2.3", PlainType::kText},    {"2026-01-31", PlainType::kDate},
      {"2026-1-3", PlainType::kText}, {"2026-01-31T10:00:00Z", PlainType::kDate},
      {"5s", PlainType::kText},       {"-", PlainType::kText},
      {"+", PlainType::kText},        {"0x", PlainType::kText},
      {"_1", PlainType::kText},       {"..", PlainType::kText},
  };
  for (const auto& row : rows) EXPECT_EQ(TypeOf(Plain(row.text)), row.type) << row.text;
}

TEST(Plain, QuotedIsText) {
  YamlNode node = Plain("12");
  node.is_text = true;
  EXPECT_EQ(TypeOf(node), PlainType::kText);
  EXPECT_EQ(IntegerOf(node), std::nullopt);
}

TEST(Plain, Integers) {
  const struct {
    std::string_view text;
    std::optional<int64_t> value;
  } rows[] = {
      {"0", 0},
      {"-12", -12},
      {"1_000", 1000},
      {"010", 8},
      {"0x1F", 31},
      {"0b101", 5},
      {"1:30", 90},
      {"-1:0:1", -3601},
      {"9223372036854775807", INT64_MAX},
      {"9223372036854775808", std::nullopt},
      {"99999999999999999999999", std::nullopt},
      {"9999999999999999999:0", std::nullopt},
      {"1.0", std::nullopt},
  };
  for (const auto& row : rows) EXPECT_EQ(IntegerOf(Plain(row.text)), row.value) << row.text;
}

}  // namespace
}  // namespace kaspr::frontend
