#pragma once

// A whole record as one JSON object a line, the form of --records and --records-out:
//
//   {"topic": "t", "partition": 0, "key": "k", "value": "text", "headers": [["h", "text"]],
//    "timestamp": 1700000000000}
//
// Bytes that are not UTF-8 are {"base64": "..."} in place of the text. On input all but topic and
// value may be left out.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "value/event.h"

namespace kaspr::value {

struct Record {
  std::string_view topic;
  std::optional<int32_t> partition;
  std::optional<int64_t> timestamp;  // milliseconds since the epoch
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<Header> headers;
};

// Reads lines. What Parse returns points into the reader (and stays until the next call).
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();

  // False: `line` is not a record, and `error` says why in one sentence.
  bool Parse(std::string_view line, Record& record, std::string& error);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Appends the fields that the record has, and a newline.
void AppendRecord(std::string& out, const Record& record);

// Appends the record and a newline. Without timestamp, so that the same run writes the same bytes.
void AppendRecord(std::string& out, std::string_view topic, int32_t partition,
                  std::optional<std::string_view> key, std::optional<std::string_view> value,
                  std::span<const Header> headers);

// Bytes as a record has them: a quoted text, null, {"base64": "..."}.
void AppendBytes(std::string& out, std::optional<std::string_view> bytes);

// Appends what base64 stands for. False: it is none.
bool FromBase64(std::string_view text, std::string& bytes);

}  // namespace kaspr::value
