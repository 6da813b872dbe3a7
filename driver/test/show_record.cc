#include "driver/test/show_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/render.h"
#include "base/span.h"
#include "value/json_difference.h"
#include "value/json_read.h"
#include "value/json_write.h"
#include "value/record.h"

namespace kaspr::driver {

namespace {

constexpr size_t kWidth = 84;           // of a line that is compared with another
constexpr size_t kLongest = 1000;       // of a line that stands alone
constexpr const char* kCut = "\u2026";  // …

bool Continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// At most `width` bytes from `begin` on, whole characters, with a mark at each end that was cut.
std::string Window(const std::string& text, size_t begin, size_t width) {
  if (text.size() <= width) return text;
  begin = std::min(begin, text.size() - width);
  while (begin > 0 && Continues(text[begin])) --begin;
  size_t end = std::min(begin + width, text.size());
  while (end < text.size() && end > begin && Continues(text[end])) --end;
  return fmt::format("{}{}{}", begin > 0 ? kCut : "", text.substr(begin, end - begin),
                     end < text.size() ? kCut : "");
}

std::string Written(const value::Document& document, uint32_t index) {
  value::JsonWriter out;
  WriteNode(out, document, index);
  return std::string(out.bytes());
}

// As a field of a case file.
std::string ValueField(const CaseRecord& record) {
  if (!record.value) return "tombstone: true";
  value::JsonReader reader;
  if (const value::Document* document = reader.Read(*record.value)) {
    return "value: " + Written(*document, 0);
  }
  if (record.form == CaseRecord::Form::kData) return "value: " + *record.value;
  const std::string bytes = ShowBytes(record.value);
  constexpr std::string_view kBase64 = "{\"base64\": ";
  if (!bytes.starts_with(kBase64)) return "text: " + bytes;
  return "base64: " + bytes.substr(kBase64.size(), bytes.size() - kBase64.size() - 1);
}

// A text in quotes, or JSON as it came.
std::string ShowExact(const std::optional<std::string>& bytes, bool quoted) {
  if (!bytes) return "none, a tombstone";
  return quoted ? ShowBytes(bytes) : *bytes;
}

}  // namespace

std::string ShowBytes(const std::optional<std::string>& bytes) {
  std::string out;
  value::AppendBytes(out, bytes);
  return out;
}

std::string ShowHeaders(const CaseRecord& record, bool in_order) {
  std::string out;
  for (const auto& [name, value] : record.headers) {
    const std::string bytes = ShowBytes(value);
    out += (out.empty() ? "" : ", ") + (in_order ? fmt::format("[{}, {}]", JsonQuoted(name), bytes)
                                                 : fmt::format("{}: {}", JsonQuoted(name), bytes));
  }
  return in_order ? "[" + out + "]" : "{" + out + "}";
}

std::string ShowRecord(const CaseRecord& record) {
  std::string out;
  if (record.has_key) out += "key: " + ShowBytes(record.key);
  if (record.form != CaseRecord::Form::kAny) {
    out += (out.empty() ? "" : ", ") + ValueField(record);
  }
  if (record.has_headers && !record.headers.empty()) {
    out += (out.empty() ? "" : ", ");
    out += "headers: " + ShowHeaders(record, record.headers_in_order);
  }
  return Window("{" + out + "}", 0, kLongest);
}

ShownValues ShowValues(const CaseRecord& expected, const CaseRecord& written) {
  value::JsonReader first_reader, second_reader;
  const value::Document* a = expected.value ? first_reader.Read(*expected.value) : nullptr;
  const value::Document* b = written.value ? second_reader.Read(*written.value) : nullptr;
  const bool quoted = expected.form == CaseRecord::Form::kExact || b == nullptr;
  ShownValues shown;
  shown.expected = ShowExact(expected.value, expected.form == CaseRecord::Form::kExact);
  shown.written = ShowExact(written.value, quoted);
  const bool is_long = std::max(shown.expected.size(), shown.written.size()) > kWidth;
  if (is_long && !quoted && a != nullptr) {
    if (const auto difference = value::FindDifference(*a, *b)) {
      shown.path = difference->path;
      shown.expected = difference->first ? Written(*a, *difference->first) : "nothing";
      shown.written = difference->second ? Written(*b, *difference->second) : "nothing";
    }
  }
  std::tie(shown.expected, shown.written) = CutAlike(shown.expected, shown.written);
  return shown;
}

std::pair<std::string, std::string> CutAlike(const std::string& first, const std::string& second) {
  constexpr size_t kBefore = 24;  // bytes of what is alike
  const auto [a, b] = std::mismatch(first.begin(), first.end(), second.begin(), second.end());
  const auto same = static_cast<size_t>(a - first.begin());
  const size_t begin = same > kBefore ? same - kBefore : 0;
  return {Window(first, begin, kWidth), Window(second, begin, kWidth)};
}

}  // namespace kaspr::driver
