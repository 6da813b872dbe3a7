#include "driver/test/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "value/json_read.h"
#include "value/record.h"

namespace kaspr::driver {

namespace {

// The value of a key, or of the keys of a dict in order.
class Dict {
 public:
  Dict(const value::Document& document, uint32_t index) : document_(document), index_(index) {}

  std::vector<uint32_t> Values() const {
    std::vector<uint32_t> values;
    const auto& nodes = document_.nodes;
    for (uint32_t i = index_ + 1; i < nodes[index_].next; i = nodes[i].next) {
      values.push_back(IsDict() ? i + 1 : i);
    }
    return values;
  }

  // 0, which is the whole document and so no value, if there is no such key.
  uint32_t Find(std::string_view key) const {
    for (const uint32_t value : Values()) {
      if (IsDict() && document_.Text(document_.nodes[value - 1]) == key) return value;
    }
    return 0;
  }

  uint64_t Number(std::string_view key) const {
    const uint32_t value = Find(key);
    const value::Node& node = document_.nodes[value];
    return value != 0 && node.Is(value::Node::kShort) ? static_cast<uint64_t>(node.Int()) : 0;
  }

  std::string Text(std::string_view key) const {
    const uint32_t value = Find(key);
    if (value == 0 || document_.nodes[value].kind != value::NodeKind::kString) return "";
    std::string unescaped;
    return std::string(StringText(document_, document_.nodes[value], unescaped));
  }

 private:
  bool IsDict() const { return document_.nodes[index_].kind == value::NodeKind::kDict; }

  const value::Document& document_;
  const uint32_t index_;
};

std::optional<std::string> Owned(std::optional<std::string_view> bytes) {
  return bytes ? std::optional(std::string(*bytes)) : std::nullopt;
}

}  // namespace

bool ReadReport(std::string_view text, CaseOutcome& outcome) {
  value::JsonReader reader;
  const value::Document* document = reader.Read(text);
  if (document == nullptr) return false;
  const Dict report(*document, 0);
  const uint32_t agents = report.Find("agents"), failures = report.Find("failures");
  if (agents == 0 || failures == 0) return false;
  for (const uint32_t agent : Dict(*document, agents).Values()) {
    outcome.failed += Dict(*document, agent).Number("failed");
  }
  for (const uint32_t index : Dict(*document, failures).Values()) {
    const Dict failure(*document, index);
    outcome.failures.push_back({.what = failure.Text("what"), .count = failure.Number("count")});
  }
  outcome.has_report = true;
  return true;
}

bool ReadWritten(std::string_view text, CaseOutcome& outcome, std::string& error) {
  value::RecordReader reader;
  value::Record record;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!reader.Parse(text.substr(0, end), record, error)) {
      error = fmt::format("record {} cannot be read: {}", number, error);
      return false;
    }
    text.remove_prefix(std::min(end + 1, text.size()));
    CaseRecord& written = outcome.written.emplace_back();
    written.topic = record.topic;
    written.partition = record.partition.value_or(0);
    written.has_key = written.has_headers = true;
    written.key = Owned(record.key);
    written.form = CaseRecord::Form::kExact;
    written.value = Owned(record.value);
    for (const value::Header& header : record.headers) {
      written.headers.emplace_back(header.name, Owned(header.value));
    }
  }
  return true;
}

}  // namespace kaspr::driver
