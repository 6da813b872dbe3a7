#include "value/json_read.h"

#include <algorithm>
#include <cstring>

#include "value/json_token.h"
#include "value/key_hash.h"

namespace kaspr::value {

namespace {

constexpr size_t kKeptNodes = 64 * 1024;
constexpr size_t kFewKeys = 64;  // up to which keys of a dict are compared one by one

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

// One text on its way to nodes. Its methods are inlined into Read, where it is a local that nobody
// points to, so that all of it is in registers; whatever is rare is called with what it needs.
struct JsonReader::Scan {
  JsonReader& reader;
  const char* const text;
  const uint32_t* token;
  const uint32_t* const last;  // the size of the text, behind all tokens
  const bool plain;            // no backslash, and nothing but printable ASCII
  Node* const nodes = reader.nodes_.data();
  Frame* const frames = reader.frames_.data();
  uint32_t count = 0;  // of nodes
  size_t depth = 0;
  size_t deepest = 0;
  bool canonical = true;  // of the innermost list or dict, so far
  uint32_t expected = 0;  // where the next token begins, if the text is canonical

  [[gnu::always_inline]] bool Run() {
    for (bool done = false; !done;) {
      if (AtEnd()) return false;
      bool opened = false;
      if (!Value(opened)) return false;
      if (!opened && !AfterValue(done)) return false;
    }
    return AtEnd();
  }

  // Reads what begins here: all of it, or up to the first value of a list or dict (`opened`).
  [[gnu::always_inline]] bool Value(bool& opened) {
    switch (text[*token]) {
      case '"':
        return String(0);
      case '{':
        return Open(NodeKind::kDict, '}', opened);
      case '[':
        return Open(NodeKind::kList, ']', opened);
      case 't':
        return Word("true", NodeKind::kTrue);
      case 'f':
        return Word("false", NodeKind::kFalse);
      case 'n':
        return Word("null", NodeKind::kNull);
      default:
        return Number();
    }
  }

  [[gnu::always_inline]] bool Open(NodeKind kind, char closer, bool& opened) {
    if (depth == kDeepest) return false;
    const uint32_t begin = *token++;
    Expect(begin);
    if (AtEnd()) return false;
    frames[depth] = {
        .node = count, .count = 1, .dict = kind == NodeKind::kDict, .canonical = canonical};
    deepest = std::max(deepest, ++depth);
    Append({.kind = kind, .begin = begin});
    canonical = true;
    expected = begin + 1;
    if (text[*token] == closer) {
      frames[depth - 1].count = 0;
      Close();
      return true;
    }
    opened = true;
    return kind == NodeKind::kList || Key();
  }

  // At the bracket that closes the innermost list or dict.
  [[gnu::always_inline]] void Close() {
    const Frame& frame = frames[--depth];
    Node& node = nodes[frame.node];
    Expect(*token);
    expected = *token++ + 1;
    node.end = expected;
    node.next = count;
    node.count = static_cast<uint16_t>(std::min<uint32_t>(frame.count, Node::kMany));
    node.flags = canonical ? Node::kCanonical : 0;
    // A key stands before its value and nowhere else.
    if (frame.node > 0 && nodes[frame.node - 1].Is(Node::kKey)) nodes[frame.node - 1].next = count;
    canonical &= frame.canonical;
  }

  // Goes to where the next value begins; with none to come, the text is done.
  [[gnu::always_inline]] bool AfterValue(bool& done) {
    while (depth > 0) {
      if (AtEnd()) return false;
      Frame& frame = frames[depth - 1];
      if (text[*token] == ',') {
        ++frame.count;
        return SkipSeparator() && (!frame.dict || Key());
      }
      if (text[*token] != (frame.dict ? '}' : ']')) return false;
      Close();
      const bool many = frame.dict && frame.count > kFewKeys;
      if (many && !reader.AllKeysDiffer({text, *last}, frame.node)) return false;
    }
    done = true;
    return true;
  }

  // A comma or colon, behind which there is something.
  [[gnu::always_inline]] bool SkipSeparator() {
    const uint32_t begin = *token++;
    if (AtEnd()) return false;
    Expect(begin);
    canonical &= text[begin + 1] == ' ';
    expected = begin + 2;
    return true;
  }

  // A key and its colon.
  [[gnu::always_inline]] bool Key() {
    if (text[*token] != '"') return false;
    const uint32_t index = count;
    if (!String(Node::kKey)) return false;
    Node& key = nodes[index];
    key.next = index + 2;
    if (AtEnd() || text[*token] != ':' || !SkipSeparator()) return false;
    const std::string_view name = !key.Is(Node::kEscape)
                                      ? std::string_view(text + key.begin, key.end - key.begin)
                                      : Unescaped(reader, {text, *last}, key);
    const auto hash = KeyHash(name);
    key.count = hash;
    Frame& frame = frames[depth - 1];
    uint64_t& seen = frame.seen[hash >> 6 & 7];
    const uint64_t bit = uint64_t{1} << (hash & 63);
    if ((seen & bit) != 0) return reader.IsNewKey({text, *last}, frame, index);
    seen |= bit;
    return true;
  }

  static std::string_view Unescaped(JsonReader& reader, std::string_view text, const Node& key) {
    return StringText({.bytes = text}, key, reader.unescaped_);
  }

  [[gnu::always_inline]] bool String(uint8_t flags) {
    const uint32_t begin = *token++ + 1;
    uint32_t end = *token - 1;
    while (end > begin && IsSpace(text[end])) --end;
    if (end < begin || text[end] != '"') return false;
    Expect(begin - 1);
    expected = end + 1;
    flags |= Node::kAscii | Node::kCanonical;
    Node& node = Append(
        {.kind = NodeKind::kString, .flags = flags, .begin = begin, .end = end, .next = count + 1});
    if (!plain && !ExamineString(text, node)) return false;
    canonical &= plain || node.Is(Node::kCanonical);
    return true;
  }

  [[gnu::always_inline]] bool Number() {
    const uint32_t begin = *token++;
    Expect(begin);
    uint32_t end = begin;
    Digits digits;
    if (!ScanNumber(text, end, *token, digits) || !EndsAt(end)) return false;
    const std::string_view number(text + begin, end - begin);
    const bool whole = digits.fraction == 0 && !digits.exponent;
    if (whole ? digits.whole > kLongestInt : !IsOrdinaryFloat(number, digits)) return false;
    const bool as_is = whole ? number != "-0" : IsCanonicalFloat(number, digits);
    Append({.kind = whole ? NodeKind::kInt : NodeKind::kFloat,
            .flags = as_is ? Node::kCanonical : uint8_t{0},
            .begin = begin,
            .end = end,
            .next = count + 1});
    expected = end;
    canonical &= as_is;
    return true;
  }

  [[gnu::always_inline]] bool Word(std::string_view word, NodeKind kind) {
    const uint32_t begin = *token++;
    Expect(begin);
    const auto end = static_cast<uint32_t>(begin + word.size());
    if (*token < end || std::memcmp(text + begin, word.data(), word.size()) != 0 || !EndsAt(end)) {
      return false;
    }
    Append(
        {.kind = kind, .flags = Node::kCanonical, .begin = begin, .end = end, .next = count + 1});
    expected = end;
    return true;
  }

  [[gnu::always_inline]] bool AtEnd() const { return token == last; }

  // Does a number or word in front of `token` end at white space or right there?
  [[gnu::always_inline]] bool EndsAt(uint32_t end) const {
    return end == *token || IsSpace(text[end]);
  }

  [[gnu::always_inline]] void Expect(uint32_t begin) { canonical &= begin == expected; }

  [[gnu::always_inline]] Node& Append(const Node& node) { return nodes[count++] = node; }
};

const Document* JsonReader::Read(std::string_view bytes) {
  const std::span<const uint32_t> tokens = index_.Find(bytes);
  if (tokens.empty()) return nullptr;
  // What one large text needed is not kept for ever.
  if (nodes_.size() < tokens.size() || nodes_.size() > kKeptNodes + 4 * tokens.size()) {
    std::vector<Node>(2 * tokens.size()).swap(nodes_);
  }
  Scan scan{.reader = *this,
            .text = bytes.data(),
            .token = tokens.data(),
            .last = &tokens.back(),
            .plain = IsPlain(bytes)};
  if (!scan.Run()) return nullptr;
  document_ = {.bytes = bytes,
               .nodes = {nodes_.data(), scan.count},
               .depth = static_cast<uint32_t>(scan.deepest)};
  return &document_;
}

// Is `key`, whose hash another one may have, not yet in the dict? With many keys that is asked when
// the dict is closed.
bool JsonReader::IsNewKey(std::string_view bytes, const Frame& frame, uint32_t key) {
  if (frame.count > kFewKeys) return true;
  for (uint32_t i = frame.node + 1; i != key; i = nodes_[i].next) {
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
