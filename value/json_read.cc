#include "value/json_read.h"

#include <algorithm>
#include <cstring>

#include "value/json_token.h"
#include "value/key_hash.h"

namespace kaspr::value {

namespace {

constexpr size_t kKeptNodes = 64 * 1024;
constexpr size_t kFewKeys = 64;  // up to which keys of a dict are compared one by one

bool BeginsNumber(char c) {
  return (c >= '0' && c <= '9') || c == '-';
}

bool IsSeparator(char c) {
  return c == ':' || c == ',';
}

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

// One text on its way to nodes. Its methods are inlined into Read, where it is a local that nobody
// points to, so that all of it is in registers; whatever is rare is called with what it needs. In a
// text that has no space behind its separators no list or dict is canonical, but for empty ones:
// with `kSpaced` it is looked whether they are.
template <bool kSpaced>
struct JsonReader::Scan {
  JsonReader& reader;
  const char* const text;
  const uint32_t* token;
  const uint32_t* const last;  // the size of the text, behind all tokens
  const bool plain;            // no backslash, and nothing but printable ASCII
  Node* const nodes = reader.nodes_.data();
  Frame* frame = reader.frames_.data();  // of the innermost list or dict, if one is open
  uint32_t count = 0;                    // of nodes
  uint32_t depth = 0, deepest = 0;
  // Of the innermost list or dict, so far; what is around it has it in its frame.
  bool dict = true;
  uint32_t items = 0;
  uint32_t odd = 0;       // 0: it is canonical
  uint32_t expected = 0;  // where the next token begins, if the text is canonical

  // Whoever is behind a token of a list or dict looks at the next one: there is one, since the last
  // one of all closes a list or dict.
  [[gnu::always_inline]] bool Run() {
    bool opened = false;
    if (IsOpener()) {
      const bool closed = text[last[-1]] == '}' || text[last[-1]] == ']';
      if (!closed || !Open(opened)) return false;
    } else if (!Scalar()) {
      return false;
    }
    if (!opened) return AtEnd();
    while (true) {
      if (dict && !Key()) return false;
      opened = false;
      if (IsOpener() ? !Open(opened) : !Scalar()) return false;
      if (opened) continue;
      while (text[*token] != ',') {
        if (text[*token] != (dict ? '}' : ']') || !Close()) return false;
        if (depth == 0) return AtEnd();
        if (AtEnd()) return false;
      }
      ++items;
      Separator();
    }
  }

  [[gnu::always_inline]] bool IsOpener() const {
    return text[*token] == '{' || text[*token] == '[';
  }

  [[gnu::always_inline]] bool Scalar() {
    switch (text[*token]) {
      case '"':
        return String();
      case 't':
        return Word("true", NodeKind::kTrue);
      case 'f':
        return Word("false", NodeKind::kFalse);
      case 'n':
        return Word("null", NodeKind::kNull);
      default:
        return Numbers();
    }
  }

  // One; in a list, all that follow it.
  [[gnu::always_inline]] bool Numbers() {
    while (Number()) {
      if (dict || text[*token] != ',' || !BeginsNumber(text[token[1]])) return true;
      ++items;
      Separator();
    }
    return false;
  }

  // All of an empty list or dict, or up to the first item of another one (`opened`).
  [[gnu::always_inline]] bool Open(bool& opened) {
    if (depth == kDeepest) return false;
    const uint32_t begin = *token++;
    const bool is_dict = text[begin] == '{';
    Expect(begin);
    expected = begin + 1;
    Node& node =
        nodes[count++] = {.kind = is_dict ? NodeKind::kDict : NodeKind::kList, .begin = begin};
    if (text[*token] == (is_dict ? '}' : ']')) {
      Finish(node, 0, *token != expected);
      deepest = std::max(deepest, depth + 1);
      return depth == 0 || !AtEnd();
    }
    if (depth++ > 0) ++frame;
    deepest = std::max(deepest, depth);
    *frame = {.node = count - 1, .items = items, .odd = odd, .dict = dict};
    dict = is_dict;
    items = 1;
    odd = kSpaced ? 0 : 1;
    opened = true;
    return true;
  }

  // At the bracket that closes the innermost list or dict.
  [[gnu::always_inline]] bool Close() {
    Expect(*token);
    const uint32_t index = frame->node;
    Finish(nodes[index], items, odd != 0);
    // A key stands before its value and nowhere else.
    if (index > 0 && nodes[index - 1].Is(Node::kKey)) nodes[index - 1].next = count;
    const bool many = dict && items > kFewKeys;
    if (many && !reader.AllKeysDiffer({text, *last}, index)) return false;
    dict = frame->dict;
    items = frame->items;
    odd |= frame->odd;
    if (--depth > 0) --frame;
    return true;
  }

  [[gnu::always_inline]] void Finish(Node& node, uint32_t size, bool is_odd) {
    expected = *token++ + 1;
    node.end = expected;
    node.next = count;
    node.count = static_cast<uint16_t>(std::min<uint32_t>(size, Node::kMany));
    node.flags = is_odd ? 0 : Node::kCanonical;
    odd |= is_odd ? 1 : 0;
  }

  // A comma or colon.
  [[gnu::always_inline]] void Separator() {
    const uint32_t begin = *token++;
    Expect(begin);
    if constexpr (kSpaced) odd |= static_cast<uint32_t>(text[begin + 1] ^ ' ');
    expected = begin + 2;
  }

  // A key and its colon.
  [[gnu::always_inline]] bool Key() {
    if (text[*token] != '"') return false;
    const uint32_t index = count;
    if (!String() || text[*token] != ':') return false;
    Separator();
    Node& key = nodes[index];
    const uint8_t flags = plain ? kPlainText : key.flags;
    const uint32_t begin = key.begin, end = key.end;
    const auto hash = (flags & Node::kEscape) == 0
                          ? KeyHash({text + begin, end - begin})
                          : KeyHash(StringText({.bytes = {text, *last}}, key, reader.unescaped_));
    key.count = hash;
    key.flags = flags | Node::kKey;
    key.next = index + 2;
    uint64_t& seen = frame->seen[(hash >> 6) % frame->seen.size()];
    const uint64_t bit = uint64_t{1} << (hash & 63);
    if ((seen & bit) == 0) [[likely]] {
      seen |= bit;
      return true;
    }
    return items > kFewKeys || reader.IsNewKey({text, *last}, frame->node, index);
  }

  static constexpr uint8_t kPlainText = Node::kAscii | Node::kCanonical;

  [[gnu::always_inline]] bool String() {
    const uint32_t begin = *token++ + 1;
    uint32_t end = *token - 1;
    while (text[end] != '"') [[unlikely]] {
        if (!IsSpace(text[end--])) return false;
      }
    if (end < begin) return false;
    Expect(begin - 1);
    expected = end + 1;
    Node& node = nodes[count++] = {
        .kind = NodeKind::kString, .flags = kPlainText, .begin = begin, .end = end};
    if (plain) return true;
    if (!ExamineString(text, node)) return false;
    odd |= node.Is(Node::kCanonical) ? 0 : 1;
    return true;
  }

  [[gnu::always_inline]] bool Number() {
    const uint32_t begin = *token++;
    Expect(begin);
    Node& node = nodes[count++];
    uint32_t end = *token;
    if (!ReadShortNumber(text, begin, end, node) && !ReadNumber(text, begin, end, node)) {
      return false;
    }
    expected = end;
    odd |= node.Is(Node::kCanonical) ? 0 : 1;
    return EndsAt(end);
  }

  [[gnu::always_inline]] bool Word(std::string_view word, NodeKind kind) {
    const uint32_t begin = *token++;
    Expect(begin);
    const auto end = static_cast<uint32_t>(begin + word.size());
    if (*token < end || std::memcmp(text + begin, word.data(), word.size()) != 0 || !EndsAt(end)) {
      return false;
    }
    nodes[count++] = {.kind = kind, .flags = Node::kCanonical, .begin = begin, .end = end};
    expected = end;
    return true;
  }

  [[gnu::always_inline]] bool AtEnd() const { return token == last; }

  // Does a number or word in front of `token` end at white space or right there?
  [[gnu::always_inline]] bool EndsAt(uint32_t end) const {
    return end == *token || IsSpace(text[end]);
  }

  [[gnu::always_inline]] void Expect(uint32_t begin) {
    if constexpr (kSpaced) odd |= begin ^ expected;
  }
};

template <bool kSpaced>
bool JsonReader::Parse(std::string_view bytes, std::span<const uint32_t> tokens) {
  Scan<kSpaced> scan{.reader = *this,
                     .text = bytes.data(),
                     .token = tokens.data(),
                     .last = &tokens.back(),
                     .plain = IsPlain(bytes)};
  if (!scan.Run()) return false;
  document_ = {.bytes = bytes, .nodes = {nodes_.data(), scan.count}, .depth = scan.deepest};
  return true;
}

const Document* JsonReader::Read(std::string_view bytes) {
  const std::span<const uint32_t> tokens = index_.Find(bytes);
  if (tokens.empty()) return nullptr;
  // What one large text needed is not kept for ever.
  if (nodes_.size() < tokens.size() || nodes_.size() > kKeptNodes + 4 * tokens.size()) {
    std::vector<Node>(2 * tokens.size()).swap(nodes_);
  }
  // The first separator of a dict is behind its first key, of a list behind its first item; one
  // more token is behind it.
  constexpr size_t kFirst = 2;
  const bool spaced = tokens.size() <= kFirst + 2 || !IsSeparator(bytes[tokens[kFirst]]) ||
                      bytes[tokens[kFirst] + 1] == ' ';
  const bool read = spaced ? Parse<true>(bytes, tokens) : Parse<false>(bytes, tokens);
  return read ? &document_ : nullptr;
}

// Is `key`, whose hash another one may have, not yet in the dict? With many keys that is asked when
// the dict is closed.
bool JsonReader::IsNewKey(std::string_view bytes, uint32_t dict, uint32_t key) {
  for (uint32_t i = dict + 1; i != key; i = NextKey(nodes_.data(), i)) {
    if (nodes_[i].count == nodes_[key].count && SameKey(bytes, nodes_[i], nodes_[key])) {
      return false;
    }
  }
  return true;
}

bool JsonReader::SameKey(std::string_view bytes, const Node& a, const Node& b) {
  if (a.count != b.count) return false;
  const Document document{.bytes = bytes};
  return StringText(document, a, unescaped_) == StringText(document, b, other_unescaped_);
}

// Whoever chooses keys so that their hashes meet is sent to CPython, whose hash is a secret.
bool JsonReader::AllKeysDiffer(std::string_view bytes, uint32_t dict) {
  const Document document{.bytes = bytes, .nodes = nodes_};
  const size_t count = CountItems(document, nodes_[dict]);
  size_t mask = 1;
  while (mask < 2 * count) mask *= 2;
  slots_.assign(mask--, 0);
  size_t comparisons = 0;
  for (uint32_t i = dict + 1; i < nodes_[dict].next; i = nodes_[i].next) {
    size_t slot = HashBytes(StringText(document, nodes_[i], unescaped_)) & mask;
    for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
      if (SameKey(bytes, nodes_[slots_[slot]], nodes_[i]) || ++comparisons > 8 * count)
        return false;
    }
    slots_[slot] = i;
  }
  return true;
}

std::unique_ptr<JsonReader> JsonReaders::Take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<JsonReader>();
  std::unique_ptr<JsonReader> reader = std::move(idle_.back());
  idle_.pop_back();
  return reader;
}

void JsonReaders::Give(std::unique_ptr<JsonReader> reader) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(reader));
}

}  // namespace kaspr::value
