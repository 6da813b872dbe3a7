#include "frontend/yaml/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "frontend/yaml/bytes.h"
#include "frontend/yaml/error.h"
#include "frontend/yaml/scalar.h"
#include "frontend/yaml/tree.h"

namespace kaspr::frontend {
namespace {

// The library's events, with its marks turned into offsets of the file.
class Events : public YAML::EventHandler {
 public:
  // The library sees the bytes from `base` to `size`.
  Events(TreeBuilder& tree, uint32_t base, uint32_t size) : tree_(tree), base_(base), size_(size) {}

  uint32_t OffsetOf(const YAML::Mark& mark) const {
    return std::min(static_cast<uint32_t>(std::max(mark.pos, 0)) + base_, size_);
  }

  void OnDocumentStart(const YAML::Mark& mark) override { tree_.BeginDocument(OffsetOf(mark)); }
  void OnDocumentEnd() override { tree_.EndDocument(); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    tree_.AddNull(OffsetOf(mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    tree_.AddAlias(OffsetOf(mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    tree_.AddScalar(OffsetOf(mark), tag, anchor, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    tree_.Open(YamlNode::Kind::kSequence, OffsetOf(mark), tag, anchor,
               style == YAML::EmitterStyle::Flow);
  }
  void OnSequenceEnd() override { tree_.Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    tree_.Open(YamlNode::Kind::kMapping, OffsetOf(mark), tag, anchor,
               style == YAML::EmitterStyle::Flow);
  }
  void OnMapEnd() override { tree_.Close(); }

 private:
  TreeBuilder& tree_;
  const uint32_t base_;
  const uint32_t size_;
};

bool Parse(const SourceFile& file, TreeBuilder& tree, Diagnostics& diagnostics) {
  const uint32_t base = ByteOrderMark(file.text());
  std::istringstream stream(std::string(file.text().substr(base)));
  Events events(tree, base, static_cast<uint32_t>(file.text().size()));
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
    return true;
  } catch (const Refused&) {
  } catch (const YAML::Exception& exception) {
    ReportFailure(tree.Failure(events.OffsetOf(exception.mark), exception.msg), diagnostics);
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
  if (!Parse(file, builder, diagnostics)) return std::nullopt;
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
