#pragma once

// A JSON document as a tape over its bytes: fully validated, nothing copied.
//
//   {"a": [1, "x"]}   ->   dict  str"a"  list  int  str"x"
//
// One node per value in the order of the text; the node of a key stands in front of its value.
// Strings are spans of the bytes and are converted by whoever needs them; numbers are in their
// nodes, but for ints that are long. A node that is canonical may be copied as it is: its bytes are
// what Python's json writes for its value.
//
// The bytes and the nodes belong to whoever made the document (JsonReader); it is only a view.

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kaspr::value {

enum class NodeKind : uint8_t { kNull, kFalse, kTrue, kInt, kFloat, kString, kList, kDict };

struct Node {
  static constexpr uint8_t kKey = 1;        // a string that names the value behind it
  static constexpr uint8_t kAscii = 2;      // a string whose text is ASCII, escapes included
  static constexpr uint8_t kEscape = 4;     // a string with a backslash in it
  static constexpr uint8_t kCanonical = 8;  // its bytes are those that Python would write
  static constexpr uint8_t kShort = 16;     // an int of up to 18 digits
  static constexpr uint16_t kMany = 0xFFFF;

  NodeKind kind = NodeKind::kNull;
  uint8_t flags = 0;
  // Of a list or dict: its items, kMany and above as kMany; of a key: its KeyHash; of a number: its
  // bytes.
  uint16_t count = 0;
  uint32_t begin = 0;  // in bytes of the document; of a string, behind its quote
  // Not of a number, which has its value here.
  uint32_t end = 0;
  uint32_t next = 0;  // of a list or dict, the node behind all in it; of a key, behind its value

  bool Is(uint8_t flag) const { return (flags & flag) != 0; }
  bool IsNumber() const { return kind == NodeKind::kInt || kind == NodeKind::kFloat; }
  bool IsContainer() const { return kind == NodeKind::kList || kind == NodeKind::kDict; }
  uint32_t End() const { return IsNumber() ? begin + count : end; }

  int64_t Int() const { return std::bit_cast<int64_t>(std::array{end, next}); }  // of a kShort
  double Float() const { return std::bit_cast<double>(std::array{end, next}); }  // of a kFloat
  template <class T>
  void SetNumber(T number) {
    const auto halves = std::bit_cast<std::array<uint32_t, 2>>(number);
    end = halves[0];
    next = halves[1];
  }
};
static_assert(sizeof(Node) == 16);

// The key behind this one and its value. Most values are one node: that is guessed, so that a walk
// need not wait for each `next` to be loaded.
inline uint32_t NextKey(const Node* nodes, uint32_t key) {
  const uint32_t next = nodes[key].next;
  uint32_t guess = key + 2;
  if (next != guess) [[unlikely]]
    return next;
  asm("" : "+r"(guess));  // or the compiler sees that both are the same, and takes `next`
  return guess;
}

struct Document {
  std::string_view bytes;
  std::span<const Node> nodes;  // the first one is the whole value
  uint32_t depth = 0;           // of lists and dicts

  std::string_view Text(const Node& node) const {
    return {bytes.data() + node.begin, node.End() - node.begin};
  }
  // The bytes of a node with its quotes, if it has any.
  std::string_view Source(const Node& node) const {
    const uint32_t quote = node.kind == NodeKind::kString ? 1 : 0;
    return {bytes.data() + node.begin - quote, node.End() - node.begin + 2 * quote};
  }
  // The node behind a value and all in it, or behind a key and its value.
  uint32_t Next(uint32_t index) const {
    const Node& node = nodes[index];
    return node.IsContainer() || node.Is(Node::kKey) ? node.next : index + 1;
  }
};

// Would its nodes take many times the memory of its bytes, which are all that is counted of it?
bool IsLarge(const Document& document);

class Arena;

// A copy of the document's nodes; its bytes stay where they are.
const Document* Keep(const Document& document, Arena& arena);

// Appends the UTF-8 that a string of a document stands for.
void AppendUnescaped(std::string_view text, std::string& out);

// The text of a string of a document, as UTF-8: a view of the bytes, or of `unescaped` where an
// escape had to be resolved.
inline std::string_view StringText(const Document& document, const Node& node,
                                   std::string& unescaped) {
  if (!node.Is(Node::kEscape)) return document.Text(node);
  unescaped.clear();
  AppendUnescaped(document.Text(node), unescaped);
  return unescaped;
}

// How many values are in a list, how many pairs in a dict.
size_t CountItems(const Document& document, const Node& container);

}  // namespace kaspr::value
