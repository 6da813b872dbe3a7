#include "value/json_write.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>

#include "base/check.h"
#include "value/json_read.h"

namespace kaspr::value {

namespace {

constexpr size_t kLongestEscape = 12;  // \ud83d\ude00
constexpr size_t kLongestNumber = 32;

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

// High bits where a byte of the word may not stand for itself in a string; exact when there is
// none.
uint64_t SpecialBytes(uint64_t word) {
  const auto equal = [word](unsigned char c) {
    const uint64_t other = word ^ kOnes * c;
    return (other - kOnes) & ~other;
  };
  const uint64_t control = (word - kOnes * 0x20) & ~word;
  const uint64_t not_ascii = word | (word + kOnes);  // 0x7F too
  return (equal('"') | equal('\\') | control | not_ascii) & kHighs;
}

bool IsSpecial(uint32_t c) {
  return c < 0x20 || c > 0x7E || c == '"' || c == '\\';
}

// Copies the text and says whether all of it stands for itself.
bool CopyPlain(const unsigned char* text, size_t size, char* out) {
  uint64_t special = 0;
  if (size >= 8) {
    const auto copy = [&](size_t at) {
      uint64_t word;
      std::memcpy(&word, text + at, 8);
      std::memcpy(out + at, &word, 8);
      special |= SpecialBytes(word);
    };
    for (size_t at = 0; at + 8 < size; at += 8) copy(at);
    copy(size - 8);
    return special == 0;
  }
  // Short texts in one word; the bytes that are not there are as good as a letter.
  uint64_t word = kOnes * 'a';
  if (size >= 4) {
    uint32_t first, last;
    std::memcpy(&first, text, 4);
    std::memcpy(&last, text + size - 4, 4);
    std::memcpy(out, &first, 4);
    std::memcpy(out + size - 4, &last, 4);
    word = first | uint64_t{last} << 32;
  } else if (size > 0) {
    const unsigned char first = text[0], middle = text[size / 2], last = text[size - 1];
    out[0] = static_cast<char>(first);
    out[size / 2] = static_cast<char>(middle);
    out[size - 1] = static_cast<char>(last);
    word = (word & ~uint64_t{0xFFFFFF}) | first | uint64_t{middle} << 8 | uint64_t{last} << 16;
  }
  return SpecialBytes(word) == 0;
}

char* AppendUnit(uint32_t unit, char* out) {
  constexpr char kHex[] = "0123456789abcdef";
  *out++ = '\\';
  *out++ = 'u';
  for (int shift = 12; shift >= 0; shift -= 4) *out++ = kHex[unit >> shift & 15];
  return out;
}

char* AppendEscaped(uint32_t c, char* out) {
  const auto pair = [out](char letter) {
    out[0] = '\\';
    out[1] = letter;
    return out + 2;
  };
  switch (c) {
    case '"':
    case '\\':
      return pair(static_cast<char>(c));
    case '\b':
      return pair('b');
    case '\f':
      return pair('f');
    case '\n':
      return pair('n');
    case '\r':
      return pair('r');
    case '\t':
      return pair('t');
    default:
      if (c < 0x10000) return AppendUnit(c, out);
      return AppendUnit(0xDC00 | (c & 0x3FF), AppendUnit(0xD800 | (c - 0x10000) >> 10, out));
  }
}

// The code point at `at` of valid UTF-8, and where the next one begins.
uint32_t NextCodePoint(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(text[at + i]) & 0xFF; };
  const uint32_t first = byte(0);
  if (first < 0x80) return at += 1, first;
  if (first < 0xE0) {
    const uint32_t c = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    return at += 2, c;
  }
  if (first < 0xF0) {
    const uint32_t c = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    return at += 3, c;
  }
  const uint32_t c =
      (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  return at += 4, c;
}

}  // namespace

void JsonWriter::Grow(size_t size) {
  constexpr size_t kLeast = 1024;
  const size_t capacity = std::max({kLeast, 2 * capacity_, size_ + size});
  auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(bytes.get(), bytes_, size_);
  own_ = std::move(bytes);
  bytes_ = own_.get();
  capacity_ = own_capacity_ = capacity;
}

void JsonWriter::Int(int64_t number) {
  char* begin = Reserve(kLongestNumber);
  const auto done = std::to_chars(begin, begin + kLongestNumber, number);
  size_ += static_cast<size_t>(done.ptr - begin);
}

void JsonWriter::Float(double number) {
  char* begin = Reserve(kLongestNumber);
  size_ += static_cast<size_t>(FormatFloat(number, begin) - begin);
}

void JsonWriter::String(std::span<const unsigned char> text) {
  char* out = Reserve(text.size() + 2);
  if (!CopyPlain(text.data(), text.size(), out + 1)) return Escape(text);
  out[0] = out[text.size() + 1] = '"';
  size_ += text.size() + 2;
}

void JsonWriter::String(std::span<const uint16_t> text) {
  Escape(text);
}

void JsonWriter::String(std::span<const uint32_t> text) {
  Escape(text);
}

template <class Unit>
void JsonWriter::Escape(std::span<const Unit> text) {
  constexpr size_t kLongest = sizeof(Unit) < 4 ? kLongestEscape / 2 : kLongestEscape;
  char* const begin = Reserve(kLongest * text.size() + 2);
  char* out = begin;
  *out++ = '"';
  for (const Unit c : text) {
    if (IsSpecial(c)) {
      out = AppendEscaped(c, out);
    } else {
      *out++ = static_cast<char>(c);
    }
  }
  *out++ = '"';
  size_ += static_cast<size_t>(out - begin);
}

void JsonWriter::Utf8(std::string_view text) {
  char* const begin = Reserve(kLongestEscape / 2 * text.size() + 2);
  char* out = begin;
  *out++ = '"';
  for (size_t at = 0; at < text.size();) {
    const uint32_t c = NextCodePoint(text, at);
    if (IsSpecial(c)) {
      out = AppendEscaped(c, out);
    } else {
      *out++ = static_cast<char>(c);
    }
  }
  *out++ = '"';
  size_ += static_cast<size_t>(out - begin);
}

// Nodes that are not in Python's form, or have some in them that are not: what is canonical is
// copied piece by piece, into room that is made once for all of it.
class NodeWriter {
 public:
  NodeWriter(JsonWriter& out, const Document& document) : out_(out), document_(document) {}

  // What is used for each node is local: bytes that are written could be any member's.
  void Run(uint32_t index, uint32_t last) {
    const Node* const nodes = document_.nodes.data();
    const char* const text = document_.bytes.data();
    const size_t size = document_.bytes.size();
    uint32_t open[JsonReader::kDeepest];  // lists and dicts that are not written to their end
    size_t depth = 0;
    end_ = last < document_.nodes.size() ? nodes[last].begin : size;
    char* at = Room(nodes[index].begin - Quotes(nodes[index]), last - index);
    while (true) {
      const Node& node = nodes[index];
      const bool key = node.Is(Node::kKey);
      if (node.Is(Node::kCanonical)) {
        const uint32_t begin = node.begin - Quotes(node),
                       length = node.End() + Quotes(node) - begin;
        // Most are short: a fixed size is copied at once, without asking for theirs.
        if (length <= kAtOnce && size - begin >= kAtOnce) {
          std::memcpy(at, text + begin, kAtOnce);
        } else {
          std::memcpy(at, text + begin, length);
        }
        at += length;
        index = key ? index + 1 : document_.Next(index);
      } else if (node.kind == NodeKind::kList || node.kind == NodeKind::kDict) {
        open[depth++] = index++;
        *at++ = node.kind == NodeKind::kDict ? '{' : '[';
        if (index < node.next) continue;
      } else {
        at = WriteScalar(node, at, last - index++);
      }
      if (key) {
        at = Separate(':', at);
        continue;
      }
      for (; depth > 0 && nodes[open[depth - 1]].next == index; --depth) {
        *at++ = nodes[open[depth - 1]].kind == NodeKind::kDict ? '}' : ']';
      }
      if (index == last) break;
      at = Separate(',', at);
    }
    Done(at);
  }

 private:
  static constexpr size_t kAtOnce = 32;

  static uint32_t Quotes(const Node& node) { return node.kind == NodeKind::kString ? 1 : 0; }

  static char* Separate(char separator, char* at) {
    at[0] = separator;
    at[1] = ' ';
    return at + 2;
  }

  // For what stands from a byte on, and a space behind what separates each node.
  char* Room(size_t begin, size_t nodes) {
    return out_.Reserve(end_ - begin + 2 * nodes + 2 + kAtOnce);
  }

  void Done(const char* at) { out_.size_ = static_cast<size_t>(at - out_.bytes_); }

  // One that is not canonical.
  char* WriteScalar(const Node& node, const char* at, size_t nodes) {
    Done(at);
    if (node.kind == NodeKind::kString) {
      out_.Utf8(StringText(document_, node, unescaped_));
    } else if (node.kind == NodeKind::kFloat) {
      out_.Float(node.Float());
    } else {
      KASPR_CHECK(node.kind == NodeKind::kInt, "a scalar that is always canonical");
      out_.Raw("0");  // was -0
    }
    return Room(node.End(), nodes);
  }

  JsonWriter& out_;
  const Document& document_;
  size_t end_ = 0;  // of what is written, in the document
  std::string unescaped_;
};

void WriteNode(JsonWriter& out, const Document& document, uint32_t index) {
  const Node& node = document.nodes[index];
  if (node.Is(Node::kCanonical) && !node.Is(Node::kKey)) return out.Raw(document.Source(node));
  NodeWriter(out, document).Run(index, document.Next(index));
}

void WriteNodes(JsonWriter& out, const Document& document, uint32_t first, uint32_t last) {
  if (first < last) NodeWriter(out, document).Run(first, last);
}

}  // namespace kaspr::value
