#include "frontend/yaml/tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontend/names.h"
#include "frontend/yaml/bytes.h"
#include "frontend/yaml/merge.h"

namespace kaspr::frontend {
namespace {

// What a copy of a node costs: nodes, and as many more as its texts are long.
size_t CostOf(const YamlNode& node) {
  constexpr size_t kBytesOfANode = 64;
  size_t cost = 1 + node.text.size() / kBytesOfANode;
  for (const YamlNode& item : node.items) cost += CostOf(item);
  for (const YamlEntry& entry : node.entries) cost += CostOf(entry.key) + CostOf(entry.value);
  return cost;
}

// Whether a word of a plain scalar ends before `c`.
bool EndsWord(char c) {
  return std::string_view(" \t\r\n,]}:").find(c) != std::string_view::npos;
}

}  // namespace

void TreeBuilder::Refuse(Code code, std::string message, Span span, std::string text) {
  diagnostics_.Error(code, std::move(message), span).Text(std::move(text));
  throw Refused{};
}

Span TreeBuilder::TokenAt(uint32_t offset) const {
  const size_t end = std::min(text_.find_first_of(" \t\r\n,]}", offset), text_.size());
  return Bytes(offset, static_cast<uint32_t>(end));
}

void TreeBuilder::BeginDocument(uint32_t offset) {
  // On some broken input the library makes documents without reading on, for ever.
  if (document_start_ && offset <= *document_start_) {
    Refuse(Code::kYamlSyntax, "text that belongs to no document", TokenAt(offset));
  }
  WarnOfDirectives(last_end_, offset);
  document_start_ = last_end_ = offset;
  anchors_.clear();
}

void TreeBuilder::EndDocument() {
  if (!documents_.empty() && documents_.back().kind == YamlNode::Kind::kNull) {
    documents_.pop_back();
  }
}

// Directives stand before the '---' of their document. YAML wants a warning for unknown ones.
void TreeBuilder::WarnOfDirectives(uint32_t begin, uint32_t end) {
  const uint32_t first = ByteOrderMark(text_);
  for (size_t at = std::max(begin, first);
       at < end && diagnostics_.warning_count() < kMaxYamlMistakes;) {
    const size_t line_end = std::min(text_.find('\n', at), text_.size());
    const std::string_view line = text_.substr(at, line_end - at);
    const bool starts_line = at == first || text_[at - 1] == '\n';
    if (starts_line && line.starts_with('%') && !line.starts_with("%YAML") &&
        !line.starts_with("%TAG")) {
      const Span name = TokenAt(static_cast<uint32_t>(at));
      diagnostics_
          .Warning(Code::kYamlDirective, fmt::format("unknown YAML directive '{}'", name.text()),
                   name)
          .Text("it has no effect");
    }
    at = line_end + 1;
  }
}

// "null" or "~" at `offset`, unless it is the key that follows a missing value.
std::optional<Span> TreeBuilder::WrittenNull(uint32_t offset) const {
  const uint32_t begin = SkipProperties(text_, offset);
  for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
    if (!text_.substr(begin).starts_with(word)) continue;
    const auto end = static_cast<uint32_t>(begin + word.size());
    if (end < text_.size() && !EndsWord(text_[end])) continue;
    const size_t next = std::min(text_.find_first_not_of(" \t", end), text_.size());
    const bool is_key = next < text_.size() && text_[next] == ':';
    if (!is_key || ExpectsKey()) return Bytes(begin, end);
  }
  return std::nullopt;
}

Span TreeBuilder::MissingValue() const {
  if (!frames_.empty() && frames_.back().key) {
    const uint32_t end = frames_.back().key->span.end;
    return Bytes(end, end);
  }
  const uint32_t begin = SkipBlank(text_, frames_.empty() ? last_end_ : frames_.back().next);
  const bool dash = begin < text_.size() && text_[begin] == '-';
  return Bytes(begin, begin + (dash ? 1 : 0));
}

void TreeBuilder::AddNull(uint32_t offset, size_t anchor) {
  const std::optional<Span> written = WrittenNull(offset);
  YamlNode node;
  node.span = written ? *written : MissingValue();
  node.text = written ? std::string(written->text()) : "";
  Add(std::move(node), anchor, 1);
}

void TreeBuilder::AddScalar(uint32_t offset, std::string_view tag, size_t anchor,
                            const std::string& library_value) {
  const bool tagged = CheckTag(tag, "str", offset);
  std::string value = MendEscapes(library_value);
  const RawScalar raw = ScanScalar(text_, SkipProperties(text_, offset), value);
  if (!raw.closed) {
    ReportOpenQuote(file_, raw, diagnostics_);
    throw Refused{};
  }
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.span = Bytes(raw.begin, raw.end);
  node.style = raw.style;
  node.is_text = tagged || raw.style != ScalarStyle::kPlain;
  node.text = std::move(value);
  if (raw.style != ScalarStyle::kPlain) covered_.emplace(raw.begin, raw.end);
  last_ = raw;
  Add(std::move(node), anchor, 1);
}

// "?" and "!" are the library's own words for "no tag". True: the tag was written.
bool TreeBuilder::CheckTag(std::string_view tag, std::string_view allowed, uint32_t mark) {
  if (tag.empty() || tag == "?") return false;
  if (tag == "!") return text_[std::min<size_t>(mark, text_.size() - 1)] == '!';
  if (tag == fmt::format("tag:yaml.org,2002:{}", allowed)) return true;
  uint32_t begin = mark;
  while (begin < text_.size() && text_[begin] == '&') {
    begin = SkipBlank(text_, TokenAt(begin).end);
  }
  const Span span = TokenAt(begin);
  Refuse(Code::kYamlTag, fmt::format("a tag that is not supported: '{}'", Shown(span.text())), span,
         "write the value itself");
}

void TreeBuilder::Open(YamlNode::Kind kind, uint32_t offset, std::string_view tag, size_t anchor,
                       bool bracketed) {
  CheckTag(tag, kind == YamlNode::Kind::kSequence ? "seq" : "map", offset);
  const uint32_t begin = SkipProperties(text_, offset);
  const bool has_bracket = begin < text_.size() && (text_[begin] == '{' || text_[begin] == '[');
  Frame frame;
  frame.node.kind = kind;
  frame.node.span =
      Bytes(begin, std::min<uint32_t>(begin + 1, static_cast<uint32_t>(text_.size())));
  frame.anchor = anchor;
  frame.bracketed = bracketed && has_bracket;  // `[a: b]` holds a mapping without its own brackets
  frame.next = frame.bracketed ? begin + 1 : begin;
  if (frames_.size() >= kMaxYamlDepth) {
    Refuse(Code::kYamlTooLarge, fmt::format("values nested more than {} deep", kMaxYamlDepth),
           frame.node.span);
  }
  frames_.push_back(std::move(frame));
}

void TreeBuilder::Close() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.bracketed) {
    CloseBracket(frame);
  } else if (!frame.node.entries.empty()) {
    frame.node.span = frame.node.entries.front().key.span;
  }
  if (frame.node.kind == YamlNode::Kind::kMapping) ApplyMerge(frame.node, diagnostics_);
  const size_t height = frame.height;
  Add(std::move(frame.node), frame.anchor, height);
}

void TreeBuilder::CloseBracket(Frame& frame) {
  const char bracket = text_[frame.node.span.begin] == '{' ? '}' : ']';
  uint32_t at = SkipBlank(text_, std::max(last_end_, frame.next));
  while (at < text_.size() && (text_[at] == ',' || text_[at] == ':')) at = SkipBlank(text_, at + 1);
  if (at >= text_.size() || text_[at] != bracket) return;
  frame.node.span.end = last_end_ = at + 1;
  covered_[frame.node.span.begin] = at + 1;
}

void TreeBuilder::AddAlias(uint32_t offset, size_t anchor) {
  const Span span = TokenAt(offset);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    Refuse(Code::kYamlAlias, fmt::format("an alias inside its own value: '{}'", Shown(span.text())),
           span, "write the value itself");
  }
  const Anchored& anchored = found->second;
  if (frames_.size() + anchored.height > kMaxYamlDepth) {
    Refuse(Code::kYamlTooLarge, fmt::format("aliases nest values more than {} deep", kMaxYamlDepth),
           span);
  }
  Spend(anchored.cost, span, "aliases expand");
  last_end_ = span.end;
  YamlNode copy = anchored.node;
  if (ExpectsKey()) copy.span = span;  // so that what is reported of the key is where it is used
  Add(std::move(copy), 0, anchored.height);
}

void TreeBuilder::Spend(size_t nodes, Span place, const char* what) {
  nodes_ += nodes;
  if (nodes_ <= kMaxYamlNodes) return;
  Refuse(Code::kYamlTooLarge, fmt::format("{} to more than {} values", what, kMaxYamlNodes), place);
}

void TreeBuilder::Add(YamlNode node, size_t anchor, size_t height) {
  Spend(1, node.Mark(), "the file comes");
  last_end_ = std::max(last_end_, node.span.end);
  if (anchor != 0) {
    const size_t cost = CostOf(node);
    Spend(cost, node.Mark(), "aliases and anchors expand");
    anchors_[anchor] = {.node = node, .cost = cost, .height = height};
  }
  if (frames_.empty()) {
    documents_.push_back(std::move(node));
    return;
  }
  Frame& frame = frames_.back();
  frame.height = std::max(frame.height, height + 1);
  if (frame.node.kind == YamlNode::Kind::kSequence) {
    frame.next = last_end_;
    frame.node.items.push_back(std::move(node));
  } else if (!frame.key) {
    AddKey(frame, std::move(node));
  } else {
    frame.next = last_end_;
    frame.node.entries.push_back({std::move(*frame.key), std::move(node)});
    frame.key.reset();
  }
}

void TreeBuilder::AddKey(Frame& frame, YamlNode key) {
  if (key.kind == YamlNode::Kind::kSequence || key.kind == YamlNode::Kind::kMapping) {
    Refuse(Code::kYamlKey, "a key that is a list or a mapping", key.Mark(), "a key is one word");
  }
  CheckColon(key);
  const auto [first, is_new] = frame.keys.try_emplace(key.text, key.span);
  if (!is_new) {
    diagnostics_
        .Error(Code::kYamlDuplicateKey, fmt::format("the same key twice: '{}'", Shown(key.text)),
               key.span)
        .Text("remove one of the two")
        .Label(first->second, "first written here");
    if (diagnostics_.error_count() >= kMaxYamlMistakes) throw Refused{};
  }
  frame.key = std::move(key);
}

// The library makes a key of a last line that has no ':'. Brackets may leave it out, `? key` too.
void TreeBuilder::CheckColon(const YamlNode& key) {
  if (OutermostBracket() || key.span.begin == key.span.end) return;
  const size_t next = text_.find_first_not_of(" \t", key.span.end);
  if (next != std::string_view::npos && text_[next] == ':') return;
  size_t before = key.span.begin;
  while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
  if (before > 0 && text_[before - 1] == '?') return;
  Refuse(Code::kYamlKey, fmt::format("a key without ':': '{}'", Shown(key.text)), key.Mark(),
         "write 'key: value'");
}

std::optional<uint32_t> TreeBuilder::OutermostBracket() const {
  for (const Frame& frame : frames_) {
    if (frame.bracketed) return frame.node.span.begin;
  }
  return std::nullopt;
}

std::optional<uint32_t> TreeBuilder::FirstTab() const {
  const uint32_t limit = OutermostBracket().value_or(static_cast<uint32_t>(text_.size()));
  uint32_t covered = 0;
  auto next = covered_.begin();
  for (uint32_t line = 1; line <= file_.LineCount(); ++line) {
    const uint32_t begin = file_.LineStart(line);
    if (begin >= limit) break;
    for (; next != covered_.end() && next->first <= begin; ++next) {
      covered = std::max(covered, next->second);
    }
    if (begin < covered) continue;
    const std::string_view content = file_.Line(line);
    const size_t tab = content.find_first_not_of(' ');
    const size_t first = content.find_first_not_of(" \t");
    if (first == std::string_view::npos || content[first] == '#' || content[tab] != '\t') continue;
    return begin + static_cast<uint32_t>(tab);
  }
  return std::nullopt;
}

YamlFailure TreeBuilder::Failure(uint32_t offset, std::string_view message) const {
  YamlFailure failure{.file = file_, .offset = offset, .message = message, .last = last_};
  failure.tab = FirstTab();
  for (const Frame& frame : frames_) {
    if (frame.bracketed) failure.open_bracket = frame.node.span.begin;
  }
  return failure;
}

}  // namespace kaspr::frontend
