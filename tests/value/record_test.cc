#include "value/record.h"

#include <gtest/gtest.h>

namespace kaspr::value {
namespace {

TEST(RecordReader, ReadsWhatAppendRecordWrites) {
  const std::string bytes("\x00\xFF\x7F", 3);
  const Header headers[] = {{"h", "text"}, {"null", std::nullopt}, {"bytes", bytes}};
  std::string line;
  AppendRecord(line, "t", 3, "kéy\n", bytes, headers);
  EXPECT_EQ(line, R"({"topic": "t", "partition": 3, "key": "kéy\n", "value": {"base64": "AP9/"}, )"
                  R"("headers": [["h", "text"], ["null", null], ["bytes", {"base64": "AP9/"}]]})"
                  "\n");
  RecordReader reader;
  Record record;
  std::string error;
  ASSERT_TRUE(reader.Parse(line, record, error)) << error;
  EXPECT_EQ(record.topic, "t");
  EXPECT_EQ(record.partition, 3);
  EXPECT_EQ(record.key, "kéy\n");
  EXPECT_EQ(record.value, bytes);
  ASSERT_EQ(record.headers.size(), 3u);
  EXPECT_EQ(record.headers[1].value, std::nullopt);
  EXPECT_EQ(record.headers[2].value, bytes);
}

TEST(RecordReader, KeepsEveryLengthOfBase64) {
  RecordReader reader;
  for (size_t size = 0; size < 20; ++size) {
    const std::string bytes(size, '\xFE');
    std::string line, error;
    AppendRecord(line, "t", 0, std::nullopt, bytes, {});
    Record record;
    ASSERT_TRUE(reader.Parse(line, record, error)) << line;
    EXPECT_EQ(record.value, bytes);
    EXPECT_EQ(record.key, std::nullopt);
  }
}

TEST(RecordReader, TakesWhatMayBeLeftOut) {
  RecordReader reader;
  Record record;
  std::string error;
  ASSERT_TRUE(reader.Parse(R"({"topic": "t", "value": null})", record, error)) << error;
  EXPECT_EQ(record.value, std::nullopt);
  EXPECT_EQ(record.partition, std::nullopt);
  EXPECT_EQ(record.timestamp, std::nullopt);
  ASSERT_TRUE(reader.Parse(R"({"value": "", "topic": "t", "timestamp": 1700000000000,
                              "partition": null, "headers": null, "key": ""})",
                           record, error))
      << error;
  EXPECT_EQ(record.key, "");
  EXPECT_EQ(record.timestamp, 1700000000000);
}

TEST(RecordReader, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "not a JSON object"},
      {"[]", "not a JSON object"},
      {R"({"topic": "t", "value": "x")", "not a JSON object"},
      {R"({"topic": "t", "value": "x"} {})", "not a JSON object"},
      {R"({"value": "x"})", "'topic' is missing"},
      {R"({"topic": 5, "value": "x"})", "'topic' is not text"},
      {R"({"topic": "t"})", "'value' is missing"},
      {R"({"topic": "t", "value": 5})", "'value' is neither text nor null"},
      {R"({"topic": "t", "value": {"base64": "A"}})", "'value' has base64 that cannot be decoded"},
      {R"({"topic": "t", "value": {"base64": "=AAA"}})", "'value' has base64"},
      {R"({"topic": "t", "value": "x", "partition": -1})", "'partition' is not a whole number"},
      {R"({"topic": "t", "value": "x", "partition": 3000000000})", "'partition' is not"},
      {R"({"topic": "t", "value": "x", "timestamp": 1.5})", "'timestamp' is not a whole number"},
      {R"({"topic": "t", "value": "x", "headers": {"a": "b"}})", "'headers' is not a list"},
      {R"({"topic": "t", "value": "x", "headers": [["a"]]})", "'headers' is not a list"},
      {R"({"topic": "t", "value": "x", "Key": "k"})", "unknown field 'Key'"},
  };
  RecordReader reader;
  for (const auto& [line, expected] : kCases) {
    Record record;
    std::string error;
    EXPECT_FALSE(reader.Parse(line, record, error)) << line;
    EXPECT_EQ(error.substr(0, std::string(expected).size()), expected) << line;
  }
}

TEST(AppendRecord, WritesTheFieldsThatAreThere) {
  std::string line;
  AppendRecord(line, Record{.topic = "t", .value = "v", .headers = {{"h", std::nullopt}}});
  EXPECT_EQ(line, R"({"topic": "t", "key": null, "value": "v", "headers": [["h", null]]})"
                  "\n");
  line.clear();
  AppendRecord(line, Record{.topic = "t", .partition = 2, .timestamp = 5, .key = "k"});
  EXPECT_EQ(line, R"({"topic": "t", "partition": 2, "key": "k", "value": null, "timestamp": 5})"
                  "\n");
}

}  // namespace
}  // namespace kaspr::value
