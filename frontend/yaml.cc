#include "frontend/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "frontend/scalar.h"
#include "frontend/yaml_bytes.h"
#include "frontend/yaml_error.h"

namespace kaspr::frontend {
namespace {

// Thrown by the handler to end the parse, after it reported what is wrong.
struct Refused {};

size_t CountNodes(const YamlNode& node) {
  size_t count = 1;
  for (const YamlNode& item : node.items) count += CountNodes(item);
  for (const YamlEntry& entry : node.entries) count += 1 + CountNodes(entry.value);
  return count;
}

// Makes the tree from the library's events. Knows what the events do not tell: where things end,
// which nulls were written and which are just missing, and what may be too much.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), text_(file.text()), base_(ByteOrderMark(text_)), diagnostics_(diagnostics) {}

  std::vector<YamlNode> TakeDocuments() { return std::move(documents_); }
  uint32_t OffsetOf(const YAML::Mark& mark) const;
  YamlFailure Failure(const YAML::Mark& mark, std::string_view message) const;
  // Tabs that indent in what was read; the first one outside of texts and brackets.
  std::optional<uint32_t> FirstTab() const;
  const SourceFile& file() const { return file_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { Close(); }

 private:
  // A collection that is being read.
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    bool bracketed = false;
    uint32_t next = 0;            // where its next child may begin
    std::optional<YamlNode> key;  // read, its value not yet
    std::unordered_map<std::string, Span> keys;
    size_t height = 1;  // of the deepest child so far, plus one
  };
  struct Anchored {
    YamlNode node;
    size_t count = 0;
    size_t height = 0;
  };

  bool ExpectsKey() const {
    return !frames_.empty() && frames_.back().node.kind == YamlNode::Kind::kMapping &&
           !frames_.back().key;
  }
  Span Bytes(uint32_t begin, uint32_t end) const { return {&file_, begin, end}; }
  Span TokenAt(uint32_t offset) const;
  std::optional<Span> WrittenNull(uint32_t offset) const;
  Span MissingValue() const;
  bool CheckTag(std::string_view tag, std::string_view allowed, uint32_t mark);
  void Open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, bool bracketed);
  void Close();
  void CloseBracket(Frame& frame);
  void Add(YamlNode node, YAML::anchor_t anchor, size_t height);
  void AddKey(Frame& frame, YamlNode key);
  void CheckColon(const Frame& frame, const YamlNode& key);
  void ApplyMerge(YamlNode& mapping);
  void AppendMerged(const YamlNode& source, Span place, YamlNode& mapping,
                    std::unordered_set<std::string>& present);
  void Spend(size_t nodes, Span place, const char* what);
  void WarnOfDirectives(uint32_t begin, uint32_t end);
  [[noreturn]] void Refuse(Code code, std::string message, Span span, std::string text = "");

  const SourceFile& file_;
  const std::string_view text_;
  const uint32_t base_;
  Diagnostics& diagnostics_;
  std::vector<YamlNode> documents_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  std::map<uint32_t, uint32_t> covered_;  // texts and brackets over lines: begin -> end
  std::optional<RawScalar> last_;
  std::optional<uint32_t> document_start_;
  uint32_t last_end_ = 0;  // behind the last token read
  size_t nodes_ = 0;
};

uint32_t TreeBuilder::OffsetOf(const YAML::Mark& mark) const {
  const auto position = static_cast<uint32_t>(std::max(mark.pos, 0));
  return std::min(position + base_, static_cast<uint32_t>(text_.size()));
}

void TreeBuilder::Refuse(Code code, std::string message, Span span, std::string text) {
  diagnostics_.Error(code, std::move(message), span).Text(std::move(text));
  throw Refused{};
}

Span TreeBuilder::TokenAt(uint32_t offset) const {
  const size_t end = std::min(text_.find_first_of(" \t\r\n,]}", offset), text_.size());
  return Bytes(offset, static_cast<uint32_t>(end));
}

void TreeBuilder::OnDocumentStart(const YAML::Mark& mark) {
  const uint32_t offset = OffsetOf(mark);
  // On some broken input the library makes documents without reading on, for ever.
  if (document_start_ && offset <= *document_start_) {
    Refuse(Code::kYamlSyntax, "text that belongs to no document", TokenAt(offset));
  }
  WarnOfDirectives(last_end_, offset);
  document_start_ = last_end_ = offset;
  anchors_.clear();
}

void TreeBuilder::OnDocumentEnd() {
  if (!documents_.empty() && documents_.back().kind == YamlNode::Kind::kNull) {
    documents_.pop_back();
  }
}

// Directives stand before the '---' of their document. YAML wants a warning for unknown ones.
void TreeBuilder::WarnOfDirectives(uint32_t begin, uint32_t end) {
  for (size_t at = begin; at < end && diagnostics_.warning_count() < kMaxYamlMistakes;) {
    const size_t line_end = std::min(text_.find('\n', at), text_.size());
    const std::string_view line = text_.substr(at, line_end - at);
    const bool starts_line = at == base_ || at == 0 || text_[at - 1] == '\n';
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

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const std::optional<Span> written = WrittenNull(OffsetOf(mark));
  YamlNode node;
  node.span = written ? *written : MissingValue();
  node.text = written ? std::string(written->text()) : "";
  Add(std::move(node), anchor, 1);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  const uint32_t offset = OffsetOf(mark);
  const bool tagged = CheckTag(tag, "str", offset);
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
  node.text = value;
  covered_.emplace(raw.begin, raw.end);
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
  Refuse(Code::kYamlTag, fmt::format("a tag that is not supported: '{}'", span.text()), span,
         "write the value itself");
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  CheckTag(tag, "seq", OffsetOf(mark));
  Open(YamlNode::Kind::kSequence, mark, anchor, style == YAML::EmitterStyle::Flow);
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  CheckTag(tag, "map", OffsetOf(mark));
  Open(YamlNode::Kind::kMapping, mark, anchor, style == YAML::EmitterStyle::Flow);
}

void TreeBuilder::Open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor,
                       bool bracketed) {
  const uint32_t begin = SkipProperties(text_, OffsetOf(mark));
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
  if (frame.node.kind == YamlNode::Kind::kMapping) ApplyMerge(frame.node);
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

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Span span = TokenAt(OffsetOf(mark));
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    Refuse(Code::kYamlAlias, fmt::format("an alias inside its own value: '{}'", span.text()), span);
  }
  const Anchored& anchored = found->second;
  if (frames_.size() + anchored.height > kMaxYamlDepth) {
    Refuse(Code::kYamlTooLarge, fmt::format("aliases nest values more than {} deep", kMaxYamlDepth),
           span);
  }
  Spend(anchored.count, span, "aliases expand");
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

void TreeBuilder::Add(YamlNode node, YAML::anchor_t anchor, size_t height) {
  Spend(1, node.Mark(), "the file comes");
  last_end_ = std::max(last_end_, node.span.end);
  if (anchor != 0) {
    const size_t whole = CountNodes(node);
    Spend(whole, node.Mark(), "aliases and anchors expand");
    anchors_[anchor] = {.node = node, .count = whole, .height = height};
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
    Refuse(Code::kYamlKey, "a key that is a list or a mapping", key.Mark());
  }
  CheckColon(frame, key);
  const auto [first, is_new] = frame.keys.try_emplace(key.text, key.span);
  if (!is_new) {
    diagnostics_
        .Error(Code::kYamlDuplicateKey, fmt::format("the same key twice: '{}'", key.text), key.span)
        .Text("remove one of the two")
        .Label(first->second, "first written here");
    if (diagnostics_.error_count() >= kMaxYamlMistakes) throw Refused{};
  }
  frame.key = std::move(key);
}

// The library makes a key of a last line that has no ':'. Brackets may leave it out, `? key` too.
void TreeBuilder::CheckColon(const Frame& frame, const YamlNode& key) {
  if (frame.bracketed || key.span.begin == key.span.end) return;
  const size_t next = text_.find_first_not_of(" \t", key.span.end);
  if (next != std::string_view::npos && text_[next] == ':') return;
  size_t before = key.span.begin;
  while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
  if (before > 0 &&
      (text_[before - 1] == '?' || text_[before - 1] == ',' || text_[before - 1] == '[')) {
    return;
  }
  Refuse(Code::kYamlKey, fmt::format("a key without ':': '{}'", key.text), key.Mark(),
         "write 'key: value'");
}

// `<<: *defaults` or `<<: [*a, *b]`, as PyYAML: own keys win over merged ones, earlier over later.
void TreeBuilder::ApplyMerge(YamlNode& mapping) {
  const auto is_merge = [](const YamlEntry& entry) {
    return entry.key.text == "<<" && !entry.key.is_text;
  };
  const auto found = std::find_if(mapping.entries.begin(), mapping.entries.end(), is_merge);
  if (found == mapping.entries.end()) return;
  const YamlEntry merge = std::move(*found);
  mapping.entries.erase(found);
  std::unordered_set<std::string> present;
  for (const YamlEntry& entry : mapping.entries) present.insert(entry.key.text);
  if (merge.value.kind != YamlNode::Kind::kSequence) {
    return AppendMerged(merge.value, merge.key.span, mapping, present);
  }
  for (const YamlNode& item : merge.value.items) {
    AppendMerged(item, merge.key.span, mapping, present);
  }
}

void TreeBuilder::AppendMerged(const YamlNode& source, Span place, YamlNode& mapping,
                               std::unordered_set<std::string>& present) {
  if (source.kind != YamlNode::Kind::kMapping) {
    diagnostics_.Error(Code::kYamlMerge, "'<<' merges something that is not a mapping", place)
        .Text("give it an alias of a mapping, or a list of them");
    return;
  }
  for (const YamlEntry& entry : source.entries) {
    if (present.insert(entry.key.text).second) mapping.entries.push_back(entry);
  }
}

std::optional<uint32_t> TreeBuilder::FirstTab() const {
  const bool in_bracket = std::any_of(frames_.begin(), frames_.end(),
                                      [](const Frame& frame) { return frame.bracketed; });
  const uint32_t limit = in_bracket ? last_end_ : static_cast<uint32_t>(text_.size());
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

YamlFailure TreeBuilder::Failure(const YAML::Mark& mark, std::string_view message) const {
  YamlFailure failure{.file = file_, .offset = OffsetOf(mark), .message = message, .last = last_};
  failure.tab = FirstTab();
  for (const Frame& frame : frames_) {
    if (frame.bracketed) failure.open_bracket = frame.node.span.begin;
  }
  return failure;
}

bool Parse(TreeBuilder& builder, Diagnostics& diagnostics) {
  const std::string_view text = builder.file().text();
  std::istringstream stream(std::string(text.substr(ByteOrderMark(text))));
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return true;
  } catch (const Refused&) {
  } catch (const YAML::Exception& exception) {
    ReportFailure(builder.Failure(exception.mark, exception.msg), diagnostics);
  }
  return false;
}

}  // namespace

Span YamlNode::Mark() const {
  Span mark = span;
  const bool block =
      kind == Kind::kScalar && (style == ScalarStyle::kLiteral || style == ScalarStyle::kFolded);
  if (block) mark.end = mark.begin + 1;
  const size_t newline = span.file ? mark.text().find('\n') : std::string_view::npos;
  if (newline != std::string_view::npos) mark.end = mark.begin + static_cast<uint32_t>(newline);
  return mark;
}

const YamlEntry* YamlNode::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key.text == key) return &entry;
  }
  return nullptr;
}

std::optional<std::vector<YamlNode>> ReadYaml(const SourceFile& file, Diagnostics& diagnostics) {
  if (!CheckBytes(file, diagnostics)) return std::nullopt;
  const size_t errors = diagnostics.error_count();
  TreeBuilder builder(file, diagnostics);
  if (!Parse(builder, diagnostics)) return std::nullopt;
  if (const std::optional<uint32_t> tab = builder.FirstTab()) ReportTab(file, *tab, diagnostics);
  std::vector<YamlNode> documents = builder.TakeDocuments();
  if (documents.empty() && diagnostics.error_count() == errors) {
    diagnostics.Error(Code::kYamlEmpty, "the file is empty: no document in it", Span{&file, 0, 0})
        .Text("write a KasprAgent here");
  }
  if (diagnostics.error_count() != errors) return std::nullopt;
  return documents;
}

BlockMap MapScalar(const YamlNode& scalar) {
  const RawScalar raw = ScanScalar(scalar.span.file->text(), scalar.span.begin, scalar.text);
  return {.scalar = scalar.span, .segments = raw.segments};
}

}  // namespace kaspr::frontend
