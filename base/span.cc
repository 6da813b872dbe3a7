#include "base/span.h"

#include <algorithm>

namespace kaspr {

char32_t NextCodePoint(std::string_view text, size_t& offset) {
  constexpr char32_t kReplacement = 0xFFFD;
  const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = byte(offset);
  const size_t length = first < 0x80             ? 1
                        : (first & 0xE0) == 0xC0 ? 2
                        : (first & 0xF0) == 0xE0 ? 3
                        : (first & 0xF8) == 0xF0 ? 4
                                                 : 0;
  if (length == 0 || offset + length > text.size()) {
    ++offset;
    return kReplacement;
  }
  char32_t code = length == 1 ? first : first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(offset + i) & 0xC0) != 0x80) {
      ++offset;
      return kReplacement;
    }
    code = code << 6 | (byte(offset + i) & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    ++offset;
    return kReplacement;
  }
  offset += length;
  return code;
}

SourceFile::SourceFile(std::string path, std::string text)
    : path_(std::move(path)), text_(std::move(text)), line_starts_{0} {
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(static_cast<uint32_t>(i + 1));
  }
}

Position SourceFile::PositionOf(uint32_t offset) const {
  offset = std::min<uint32_t>(offset, static_cast<uint32_t>(text_.size()));
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const uint32_t line = static_cast<uint32_t>(next - line_starts_.begin());
  uint32_t column = 1;
  size_t i = line_starts_[line - 1];
  if (i == 0 && text_.starts_with("\xEF\xBB\xBF")) i = 3;  // a byte order mark is no character
  for (; i < offset; ++column) NextCodePoint(text_, i);
  return {.line = line, .column = column};
}

uint32_t SourceFile::LineStart(uint32_t line) const {
  return line_starts_[line - 1];
}

std::string_view SourceFile::Line(uint32_t line) const {
  const size_t begin = line_starts_[line - 1];
  size_t end = line < line_starts_.size() ? line_starts_[line] - 1 : text_.size();
  if (end > begin && text_[end - 1] == '\r') --end;
  return std::string_view(text_).substr(begin, end - begin);
}

}  // namespace kaspr
