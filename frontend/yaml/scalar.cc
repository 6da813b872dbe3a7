#include "frontend/yaml/scalar.h"

#include <algorithm>

#include "base/utf8.h"

namespace kaspr::frontend {
namespace {

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}
bool IsSpace(char c) {
  return IsBlank(c) || c == '\n' || c == '\r';
}

size_t LineEnd(std::string_view text, size_t offset) {
  const size_t end = std::min(text.find('\n', offset), text.size());
  return end > offset && text[end - 1] == '\r' ? end - 1 : end;
}

size_t NextLine(std::string_view text, size_t offset) {
  const size_t newline = text.find('\n', offset);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

// A value as it is rebuilt from the raw text, with the map of its bytes.
struct Mapped {
  std::string value;
  std::vector<BlockMap::Segment> segments;

  void Append(std::string_view bytes, size_t file) {
    const auto block = static_cast<uint32_t>(value.size());
    const auto place = static_cast<uint32_t>(file);
    const bool runs_on =
        !segments.empty() && segments.back().file + (block - segments.back().block) == place;
    if (!runs_on) segments.push_back({block, place});
    value += bytes;
  }
};

// Plain scalars: words as they are, each run of white space either as it is or folded.
void ScanPlain(std::string_view text, std::string_view value, RawScalar& raw) {
  Mapped mapped;
  size_t at = raw.begin;
  for (size_t i = 0; i < value.size() && at < text.size();) {
    if (IsSpace(value[i])) {
      const size_t file = at;
      while (at < text.size() && IsSpace(text[at])) ++at;
      const size_t begin = i;
      while (i < value.size() && IsSpace(value[i])) ++i;
      mapped.Append(value.substr(begin, i - begin), file);
    } else {
      if (text[at] != value[i]) break;
      mapped.Append(value.substr(i++, 1), at++);
    }
  }
  raw.end = static_cast<uint32_t>(at);
  if (mapped.value == value) raw.segments = std::move(mapped.segments);
}

// A line break inside quotes: blanks around it vanish, one break is a space, n are n - 1 breaks.
size_t FoldBreaks(std::string_view text, size_t at, size_t kept, Mapped& mapped) {
  while (mapped.value.size() > kept && IsBlank(mapped.value.back())) mapped.value.pop_back();
  while (!mapped.segments.empty() && mapped.segments.back().block > mapped.value.size()) {
    mapped.segments.pop_back();
  }
  const size_t begin = at;
  size_t breaks = 0;
  for (; at < text.size() && IsSpace(text[at]); ++at) breaks += text[at] == '\n';
  mapped.Append(breaks == 1 ? " " : std::string(breaks - 1, '\n'), begin);
  return at;
}

char32_t NamedEscape(char name) {
  constexpr std::string_view kNames = "0abtnvfre \"/\\N_LP\t";
  constexpr char32_t kCodes[] = {0,   7,   8,   9,    10,   11,   12,     13,     27,
                                 ' ', '"', '/', '\\', 0x85, 0xA0, 0x2028, 0x2029, '\t'};
  const size_t index = kNames.find(name);
  return index == std::string_view::npos ? U'\uFFFD' : kCodes[index];
}

// The escape at the backslash `at`; returns the offset behind it.
size_t Unescape(std::string_view text, size_t at, Mapped& mapped) {
  const size_t begin = at++;
  if (at >= text.size()) return at;
  const char name = text[at++];
  if (name == '\n' || name == '\r') {  // the line goes on
    if (name == '\r' && at < text.size()) ++at;
    while (at < text.size() && IsBlank(text[at])) ++at;
    return at;
  }
  const size_t digits = name == 'x' ? 2 : name == 'u' ? 4 : name == 'U' ? 8 : 0;
  char32_t code = digits == 0 ? NamedEscape(name) : 0;
  for (size_t i = 0; i < digits && at < text.size(); ++i, ++at) {
    const char c = text[at];
    code = code * 16 + static_cast<char32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  std::string bytes;
  AppendUtf8(code, bytes);
  mapped.Append(bytes, begin);
  return at;
}

void ScanQuoted(std::string_view text, char quote, std::string_view value, RawScalar& raw) {
  Mapped mapped;
  size_t kept = 0;  // bytes of the value that folding may not strip
  size_t at = raw.begin + 1;
  raw.closed = false;
  while (at < text.size()) {
    const char c = text[at];
    if (c == quote && quote == '\'' && text.substr(at, 2) == "''") {
      mapped.Append("'", at);
      at += 2;
    } else if (c == quote) {
      ++at;
      raw.closed = true;
      break;
    } else if (c == '\\' && quote == '"') {
      at = Unescape(text, at, mapped);
      kept = mapped.value.size();
    } else if (c == '\n' || (c == '\r' && text.substr(at, 2) == "\r\n")) {
      at = FoldBreaks(text, at, kept, mapped);
      kept = mapped.value.size();
    } else {
      mapped.Append(text.substr(at, 1), at);
      ++at;
    }
  }
  raw.end = static_cast<uint32_t>(at);
  if (mapped.value == value) raw.segments = std::move(mapped.segments);
}

size_t LeadingSpaces(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool IsBlankLine(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

// How deep the content of a block stands: the spaces of its first line with content, less those
// that the value kept (with an indentation indicator the first line may be deeper).
size_t BlockIndent(std::string_view text, size_t first, std::string_view value) {
  const size_t content = value.find_first_not_of('\n');
  if (content == std::string_view::npos) return std::string_view::npos;
  const size_t kept = LeadingSpaces(value.substr(content, LineEnd(value, content) - content));
  for (size_t at = first; at < text.size(); at = NextLine(text, at)) {
    const std::string_view line = text.substr(at, LineEnd(text, at) - at);
    if (IsBlankLine(line)) continue;
    const size_t spaces = LeadingSpaces(line);
    return spaces > kept ? spaces - kept : 0;
  }
  return std::string_view::npos;
}

void ScanBlock(std::string_view text, std::string_view value, RawScalar& raw) {
  const size_t first = NextLine(text, raw.begin);
  const size_t indent = BlockIndent(text, first, value);
  size_t end = LineEnd(text, raw.begin);
  if (indent == std::string_view::npos) {
    raw.end = static_cast<uint32_t>(end);
    return;
  }
  const bool literal = raw.style == ScalarStyle::kLiteral;
  bool exact = literal;
  size_t block = 0;
  for (size_t at = first; at < text.size(); at = NextLine(text, at)) {
    const std::string_view line = text.substr(at, LineEnd(text, at) - at);
    if (!IsBlankLine(line)) {
      if (LeadingSpaces(line) < indent) break;
      end = at + line.size();
    }
    if (!exact || block >= value.size()) continue;
    const size_t skip = std::min(indent, line.size());
    const size_t length = std::min(value.find('\n', block), value.size()) - block;
    exact = line.substr(skip) == value.substr(block, length);
    raw.segments.push_back({static_cast<uint32_t>(block), static_cast<uint32_t>(at + skip)});
    block += length + 1;
  }
  raw.end = static_cast<uint32_t>(end);
  if (!exact) raw.segments.clear();
}

}  // namespace

uint32_t SkipBlank(std::string_view text, uint32_t offset) {
  size_t at = offset;
  while (at < text.size() && (IsSpace(text[at]) || text[at] == '#')) {
    at = text[at] == '#' ? LineEnd(text, at) : at + 1;
  }
  return static_cast<uint32_t>(at);
}

uint32_t SkipProperties(std::string_view text, uint32_t offset) {
  size_t at = offset;
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    while (at < text.size() && !IsSpace(text[at])) ++at;
    at = SkipBlank(text, static_cast<uint32_t>(at));
  }
  return static_cast<uint32_t>(at);
}

std::string MendEscapes(std::string_view value) {
  std::string mended;
  for (size_t at = 0; at < value.size();) {
    const size_t begin = at;
    NextCodePoint(value, at);
    if (at - begin == 1 && static_cast<unsigned char>(value[begin]) >= 0x80) mended += '\xC2';
    mended += value.substr(begin, at - begin);
  }
  return mended;
}

RawScalar ScanScalar(std::string_view text, uint32_t begin, std::string_view value) {
  RawScalar raw;
  raw.begin = raw.end = begin;
  switch (begin < text.size() ? text[begin] : ' ') {
    case '\'':
      raw.style = ScalarStyle::kSingleQuoted;
      ScanQuoted(text, '\'', value, raw);
      break;
    case '"':
      raw.style = ScalarStyle::kDoubleQuoted;
      ScanQuoted(text, '"', value, raw);
      break;
    case '|':
      raw.style = ScalarStyle::kLiteral;
      ScanBlock(text, value, raw);
      break;
    case '>':
      raw.style = ScalarStyle::kFolded;
      ScanBlock(text, value, raw);
      break;
    default:
      ScanPlain(text, value, raw);
  }
  return raw;
}

}  // namespace kaspr::frontend
