#include "value/record.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <deque>
#include <limits>

#include "base/render.h"

namespace kaspr::value {

namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string Base64(std::string_view bytes) {
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += j <= count ? kBase64Digits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

}  // namespace

bool FromBase64(std::string_view text, std::string& bytes) {
  if (text.size() % 4 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 4) {
    uint32_t group = 0;
    size_t padding = 0;
    for (char c : text.substr(i, 4)) {
      const size_t digit = kBase64Digits.find(c);
      const bool last = i + 4 == text.size();
      if (c == '=' && last) {
        ++padding;
        group <<= 6;
      } else if (digit == std::string_view::npos || padding > 0) {
        return false;
      } else {
        group = group << 6 | static_cast<uint32_t>(digit);
      }
    }
    if (padding > 2) return false;
    for (size_t j = 0; j < 3 - padding; ++j) bytes += static_cast<char>(group >> (16 - 8 * j));
  }
  return true;
}

struct RecordReader::State {
  dom::parser parser;
  std::deque<std::string> decoded;  // what base64 stood for
  std::string error;

  bool Fail(std::string text) {
    error = std::move(text);
    return false;
  }

  // null, text, or {"base64": "..."}.
  bool Bytes(const char* field, dom::element element, std::optional<std::string_view>& bytes) {
    if (element.is_null()) {
      bytes = std::nullopt;
      return true;
    }
    if (element.is_string()) {
      bytes = element.get_string().value_unsafe();
      return true;
    }
    dom::object object;
    std::string_view text;
    if (element.get_object().get(object) == simdjson::SUCCESS && object.size() == 1 &&
        object["base64"].get_string().get(text) == simdjson::SUCCESS) {
      if (!FromBase64(text, decoded.emplace_back())) {
        return Fail(fmt::format("'{}' has base64 that cannot be decoded", field));
      }
      bytes = decoded.back();
      return true;
    }
    return Fail(fmt::format(
        "'{}' is neither text nor null nor {{\"base64\": \"...\"}}; write JSON values as text",
        field));
  }

  bool Headers(dom::element element, std::vector<Header>& headers) {
    dom::array pairs;
    if (element.get_array().get(pairs) != simdjson::SUCCESS) {
      return Fail("'headers' is not a list of [name, value] pairs");
    }
    for (dom::element pair : pairs) {
      dom::array items;
      Header header;
      if (pair.get_array().get(items) != simdjson::SUCCESS || items.size() != 2 ||
          items.at(0).get_string().get(header.name) != simdjson::SUCCESS) {
        return Fail("'headers' is not a list of [name, value] pairs");
      }
      if (!Bytes("headers", items.at(1).value_unsafe(), header.value)) return false;
      headers.push_back(header);
    }
    return true;
  }

  bool Field(std::string_view name, dom::element value, Record& record) {
    if (name == "topic") {
      if (value.get_string().get(record.topic) == simdjson::SUCCESS) return true;
      return Fail("'topic' is not text");
    }
    if (name == "key") return Bytes("key", value, record.key);
    if (name == "value") return Bytes("value", value, record.value);
    if (name == "headers") return value.is_null() || Headers(value, record.headers);
    if (name == "partition" || name == "timestamp") {
      if (value.is_null()) return true;
      int64_t number;
      const int64_t limit = name == "partition" ? std::numeric_limits<int32_t>::max()
                                                : std::numeric_limits<int64_t>::max();
      if (value.get_int64().get(number) != simdjson::SUCCESS || number < 0 || number > limit) {
        return Fail(fmt::format("'{}' is not a whole number from 0 on", name));
      }
      if (name == "partition") {
        record.partition = static_cast<int32_t>(number);
      } else {
        record.timestamp = number;
      }
      return true;
    }
    return Fail(fmt::format(
        "unknown field '{}'; a record has topic, partition, key, value, headers, timestamp", name));
  }

  bool Parse(std::string_view line, Record& record) {
    decoded.clear();
    record = {};
    dom::element document;
    const simdjson::error_code code = parser.parse(line.data(), line.size()).get(document);
    if (code != simdjson::SUCCESS) {
      return Fail(fmt::format("not a JSON object: {}", simdjson::error_message(code)));
    }
    dom::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return Fail("not a JSON object");
    bool has_value = false;
    for (const auto& [name, value] : object) {
      if (!Field(name, value, record)) return false;
      has_value |= name == "value";
    }
    if (record.topic.empty()) return Fail("'topic' is missing");
    if (!has_value) return Fail("'value' is missing; write null for a record without one");
    return true;
  }
};

RecordReader::RecordReader() : state_(std::make_unique<State>()) {}
RecordReader::~RecordReader() = default;

bool RecordReader::Parse(std::string_view line, Record& record, std::string& error) {
  if (state_->Parse(line, record)) return true;
  error = std::move(state_->error);
  return false;
}

void AppendBytes(std::string& out, std::optional<std::string_view> bytes) {
  if (!bytes) {
    out += "null";
  } else if (simdjson::validate_utf8(bytes->data(), bytes->size())) {
    out += JsonQuoted(*bytes);
  } else {
    out += "{\"base64\": \"" + Base64(*bytes) + "\"}";
  }
}

namespace {

// All fields, in this order, but the last one and the end.
void AppendFields(std::string& out, std::string_view topic, std::optional<int32_t> partition,
                  std::optional<std::string_view> key, std::optional<std::string_view> value,
                  std::span<const Header> headers) {
  out += "{\"topic\": " + JsonQuoted(topic);
  if (partition) fmt::format_to(std::back_inserter(out), ", \"partition\": {}", *partition);
  out += ", \"key\": ";
  AppendBytes(out, key);
  out += ", \"value\": ";
  AppendBytes(out, value);
  for (size_t i = 0; i < headers.size(); ++i) {
    out += i == 0 ? ", \"headers\": [" : ", ";
    out += "[" + JsonQuoted(headers[i].name) + ", ";
    AppendBytes(out, headers[i].value);
    out += i + 1 == headers.size() ? "]]" : "]";
  }
}

}  // namespace

void AppendRecord(std::string& out, const Record& record) {
  AppendFields(out, record.topic, record.partition, record.key, record.value, record.headers);
  if (record.timestamp) {
    fmt::format_to(std::back_inserter(out), ", \"timestamp\": {}", *record.timestamp);
  }
  out += "}\n";
}

void AppendRecord(std::string& out, std::string_view topic, int32_t partition,
                  std::optional<std::string_view> key, std::optional<std::string_view> value,
                  std::span<const Header> headers) {
  AppendFields(out, topic, partition, key, value, headers);
  out += "}\n";
}

}  // namespace kaspr::value
