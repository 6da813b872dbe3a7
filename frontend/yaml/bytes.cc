#include "frontend/yaml/bytes.h"

#include <fmt/format.h>

#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

bool IsUtf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

// What YAML calls printable; PyYAML refuses the rest too.
bool IsPrintable(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  if (c < 0xA0) return c < 0x7F || c == 0x85;
  return c != 0xFFFE && c != 0xFFFF;
}

// A whole code point of U+FFFD is three bytes; one byte means that the text is not UTF-8 here.
bool IsBroken(char32_t c, size_t length) {
  return c == 0xFFFD && length == 1;
}

}  // namespace

uint32_t ByteOrderMark(std::string_view text) {
  return text.starts_with(kUtf8Mark) ? static_cast<uint32_t>(kUtf8Mark.size()) : 0;
}

bool CheckBytes(const SourceFile& file, Diagnostics& diagnostics) {
  const std::string_view text = file.text();
  if (text.size() > kMaxYamlBytes) {
    const Span end{&file, kMaxYamlBytes, kMaxYamlBytes};
    diagnostics.Error(Code::kYamlTooLarge,
                      fmt::format("the file is larger than {} MiB", kMaxYamlBytes >> 20), end);
    return false;
  }
  if (IsUtf16(text)) {
    diagnostics.Error(Code::kYamlEncoding, "the file is UTF-16", Span{&file, 0, 0})
        .Text("save it as UTF-8");
    return false;
  }
  for (size_t offset = 0; offset < text.size();) {
    const size_t begin = offset;
    const char32_t c = NextCodePoint(text, offset);
    const Span span{&file, static_cast<uint32_t>(begin), static_cast<uint32_t>(offset)};
    if (IsBroken(c, offset - begin)) {
      const auto byte = static_cast<unsigned char>(text[begin]);
      diagnostics.Error(Code::kYamlEncoding, "the file is not UTF-8", span)
          .Text(fmt::format("byte 0x{:02X}: save the file as UTF-8", byte));
      return false;
    }
    if (c == 0xFEFF && begin > 0 && text[begin - 1] == '\n') {
      diagnostics.Error(Code::kYamlControl, "a byte order mark inside the file: U+FEFF", span)
          .Text("remove it: it belongs to the first line alone");
      return false;
    }
    const bool lone_return = c == '\r' && (offset == text.size() || text[offset] != '\n');
    if (!IsPrintable(c) || lone_return) {
      diagnostics
          .Error(Code::kYamlControl, fmt::format("control character U+{:04X}", uint32_t{c}), span)
          .Text(c == 0 ? "the file is binary, or in another encoding than UTF-8"
                       : "remove it, or write it as an escape in double quotes");
      return false;
    }
  }
  return true;
}

}  // namespace kaspr::frontend
