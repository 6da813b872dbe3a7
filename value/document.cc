#include "value/document.h"

#include <algorithm>

#include "base/utf8.h"
#include "value/arena.h"

namespace kaspr::value {

namespace {

uint32_t HexDigit(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10;
}

// The number behind "\u". REQUIRES: four digits.
uint32_t HexNumber(const char* digits) {
  return HexDigit(digits[0]) << 12 | HexDigit(digits[1]) << 8 | HexDigit(digits[2]) << 4 |
         HexDigit(digits[3]);
}

char Unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // a quote, a slash, a backslash
  }
}

}  // namespace

bool IsLarge(const Document& document) {
  constexpr size_t kSmall = 256;
  return document.nodes.size_bytes() > 4 * document.bytes.size() + kSmall;
}

const Document* Keep(const Document& document, Arena& arena) {
  const std::span<Node> nodes = arena.AllocateRoom<Node>(document.nodes.size());
  std::copy(document.nodes.begin(), document.nodes.end(), nodes.begin());
  Document& kept = arena.AllocateArray<Document>(1)[0];
  kept = document;
  kept.nodes = nodes;
  return &kept;
}

void AppendUnescaped(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size();) {
    const size_t escape = text.find('\\', i);
    out.append(text.substr(i, escape - i));
    if (escape == std::string_view::npos) return;
    const char c = text[escape + 1];
    i = escape + 2;
    if (c != 'u') {
      out += Unescaped(c);
      continue;
    }
    uint32_t code = HexNumber(text.data() + i);
    i += 4;
    if (code >> 10 == 0xD800 >> 10) {
      code = 0x10000 + ((code & 0x3FF) << 10) + (HexNumber(text.data() + i + 2) & 0x3FF);
      i += 6;
    }
    AppendUtf8(code, out);
  }
}

size_t CountItems(const Document& document, const Node& container) {
  if (container.count != Node::kMany) return container.count;
  size_t count = 0;
  const auto index = static_cast<uint32_t>(&container - document.nodes.data());
  for (uint32_t i = index + 1; i < container.next; i = document.Next(i)) ++count;
  return count;
}

}  // namespace kaspr::value
