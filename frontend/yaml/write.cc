#include "frontend/yaml/write.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/span.h"
#include "frontend/yaml/plain.h"

namespace kaspr::frontend {
namespace {

constexpr std::string_view kSafe =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";

// Stricter than YAML: what nobody has to think about.
bool IsSafePlain(std::string_view text) {
  if (text.empty() || text.find_first_not_of(kSafe) != std::string_view::npos) return false;
  if (text.front() == '-' || text == "null" || text == "Null" || text == "NULL") return false;
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.text = text;
  return TypeOf(node) == PlainType::kText;
}

bool NeedsEscape(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF;
}

// A literal block keeps a text as it is, if it has something to keep and nothing to escape, and if
// its first line shows how deep the block stands.
bool IsBlockText(std::string_view text) {
  if (text.find('\n') == std::string_view::npos) return false;
  const size_t first = text.find_first_not_of(" \n");
  if (first == std::string_view::npos || (first > 0 && text[first - 1] == ' ')) return false;
  if (text.substr(0, first).find(' ') != std::string_view::npos) return false;
  for (size_t at = 0; at < text.size();) {
    const char32_t c = NextCodePoint(text, at);
    if (c != '\n' && c != '\t' && NeedsEscape(c)) return false;
  }
  return text[first] != '\t';
}

}  // namespace

std::string YamlScalar(std::string_view text) {
  if (IsSafePlain(text)) return std::string(text);
  std::string quoted = "\"";
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const char32_t c = NextCodePoint(text, at);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += static_cast<char>(c);
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (NeedsEscape(c)) {
      quoted += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    } else {
      quoted += text.substr(begin, at - begin);
    }
  }
  return quoted + "\"";
}

void YamlWriter::Line(std::string_view content) {
  const size_t indent = 2 * depth_;
  out_ += dash_ ? std::string(indent - 2, ' ') + "- " : std::string(indent, ' ');
  dash_ = false;
  out_ += content;
  out_ += '\n';
}

void YamlWriter::Begin(std::string_view key) {
  Line(fmt::format("{}:", key));
  ++depth_;
}

void YamlWriter::BeginItem() {
  ++depth_;
  dash_ = true;
}

void YamlWriter::Plain(std::string_view key, std::string_view value) {
  Line(fmt::format("{}: {}", YamlScalar(key), value));
}

void YamlWriter::TextItem(std::string_view text) {
  Line(fmt::format("- {}", YamlScalar(text)));
}

void YamlWriter::Text(std::string_view key, std::string_view text) {
  if (IsBlockText(text)) {
    Block(key, text);
  } else {
    Plain(key, YamlScalar(text));
  }
}

void YamlWriter::Block(std::string_view key, std::string_view text) {
  const std::string_view chomp = !text.ends_with('\n') ? "-" : text.ends_with("\n\n") ? "+" : "";
  Plain(key, fmt::format("|{}", chomp));
  ++depth_;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (begin == end) {
      out_ += '\n';
    } else {
      Line(text.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  --depth_;
}

}  // namespace kaspr::frontend
