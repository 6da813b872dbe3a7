#pragma once

// Builds the documents of a file from what a YAML parser tells, event by event, in offsets of the
// file. Knows what the events do not say: where things end, which nulls were written and which are
// just missing, what may be too much.
//
//   tree.BeginDocument(0); tree.Open(kMapping, 0, ...); tree.AddScalar(...) ... tree.Close();
//
// Whatever is wrong is reported; when it makes no sense to go on, Refused is thrown, to end the
// parser. It never leaves ReadYaml.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/diagnostics.h"
#include "frontend/yaml/error.h"
#include "frontend/yaml/scalar.h"
#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {

struct Refused {};

class TreeBuilder {
 public:
  TreeBuilder(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), text_(file.text()), diagnostics_(diagnostics) {}

  // The events. A tag is "?" or "!" where none was written; an anchor of 0 is none.
  void BeginDocument(uint32_t offset);
  void EndDocument();
  void AddNull(uint32_t offset, size_t anchor);
  void AddAlias(uint32_t offset, size_t anchor);
  void AddScalar(uint32_t offset, std::string_view tag, size_t anchor, const std::string& value);
  void Open(YamlNode::Kind kind, uint32_t offset, std::string_view tag, size_t anchor,
            bool bracketed);
  void Close();

  std::vector<YamlNode> TakeDocuments() { return std::move(documents_); }
  // What is known when the parser fails at `offset`.
  YamlFailure Failure(uint32_t offset, std::string_view message) const;
  // The first tab that indents, outside of texts and brackets.
  std::optional<uint32_t> FirstTab() const;

 private:
  // A collection that is being read.
  struct Frame {
    YamlNode node;
    size_t anchor = 0;
    bool bracketed = false;
    uint32_t next = 0;            // where its next child may begin
    std::optional<YamlNode> key;  // read, its value not yet
    std::unordered_map<std::string, Span> keys;
    size_t height = 1;  // of the deepest child so far, plus one
  };
  struct Anchored {
    YamlNode node;
    size_t cost = 0;
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
  void CloseBracket(Frame& frame);
  void Add(YamlNode node, size_t anchor, size_t height);
  void AddKey(Frame& frame, YamlNode key);
  void CheckColon(const YamlNode& key);
  std::optional<uint32_t> OutermostBracket() const;  // that is open
  void Spend(size_t nodes, Span place, const char* what);
  void WarnOfDirectives(uint32_t begin, uint32_t end);
  [[noreturn]] void Refuse(Code code, std::string message, Span span, std::string text = "");

  const SourceFile& file_;
  const std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<YamlNode> documents_;
  std::vector<Frame> frames_;
  std::unordered_map<size_t, Anchored> anchors_;
  std::map<uint32_t, uint32_t> covered_;  // texts and brackets over lines: begin -> end
  std::optional<RawScalar> last_;
  std::optional<uint32_t> document_start_;
  uint32_t last_end_ = 0;  // behind the last token read
  size_t nodes_ = 0;
};

}  // namespace kaspr::frontend
