#include "driver/test/case_value.h"

#include <fmt/format.h>

#include "frontend/names.h"
#include "frontend/yaml/plain.h"
#include "value/json_read.h"
#include "value/json_write.h"

namespace kaspr::driver {

namespace {

using frontend::PlainType;
using frontend::YamlNode;

class Writer {
 public:
  explicit Writer(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // Recurses as deep as a YAML file may be, which is kMaxYamlDepth.
  void Write(const YamlNode& node) {
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        return out_.Raw("null");
      case YamlNode::Kind::kScalar:
        return WriteScalar(node);
      case YamlNode::Kind::kSequence:
        out_.Raw("[");
        for (const YamlNode& item : node.items) {
          if (&item != &node.items.front()) out_.Raw(", ");
          Write(item);
        }
        return out_.Raw("]");
      case YamlNode::Kind::kMapping:
        out_.Raw("{");
        for (const frontend::YamlEntry& entry : node.entries) {
          if (&entry != &node.entries.front()) out_.Raw(", ");
          out_.Utf8(entry.key.text);
          out_.Raw(": ");
          Write(entry.value);
        }
        return out_.Raw("}");
    }
  }

  std::string_view bytes() const { return out_.bytes(); }

 private:
  void WriteScalar(const YamlNode& node) {
    if (node.is_text) return out_.Utf8(node.text);
    if (const value::Document* word = reader_.Read(node.text); word && IsWord(*word)) {
      return WriteNode(out_, *word, 0);
    }
    const PlainType type = TypeOf(node);
    const std::optional<bool> truth = BoolOf(node);
    if (truth && (node.text[0] | 0x20) == (*truth ? 't' : 'f')) {
      return out_.Raw(*truth ? "true" : "false");  // True, FALSE
    }
    if (type != PlainType::kText) return Refuse(node, type);
    out_.Utf8(node.text);
  }

  static bool IsWord(const value::Document& document) {
    switch (document.nodes[0].kind) {
      case value::NodeKind::kNull:
      case value::NodeKind::kFalse:
      case value::NodeKind::kTrue:
      case value::NodeKind::kInt:
      case value::NodeKind::kFloat:
        return true;
      case value::NodeKind::kString:
      case value::NodeKind::kList:
      case value::NodeKind::kDict:
        return false;
    }
    return false;
  }

  void Refuse(const YamlNode& node, PlainType type) {
    const std::string shown = frontend::Shown(node.text);
    std::string instead = fmt::format("write \"{}\", in quotes", shown);
    if (type == PlainType::kBool) instead += *BoolOf(node) ? ", or true" : ", or false";
    if (type == PlainType::kInteger || type == PlainType::kFloat) {
      instead += ", or the number as JSON writes it";
    }
    diagnostics_
        .Error(Code::kCaseValue,
               fmt::format("YAML reads {} here, and JSON does not: '{}'", Describe(node), shown),
               node.Mark())
        .Text(instead);
  }

  Diagnostics& diagnostics_;
  value::JsonReader reader_;
  value::JsonWriter out_;
};

}  // namespace

std::optional<std::string> JsonOf(const frontend::YamlNode& node, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  Writer writer(diagnostics);
  writer.Write(node);
  if (diagnostics.error_count() > errors) return std::nullopt;
  return std::string(writer.bytes());
}

}  // namespace kaspr::driver
