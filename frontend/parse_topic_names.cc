#include "frontend/parse_topic_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "value/kafka.h"

namespace kaspr::frontend {
namespace {

class TopicNamesParser {
 public:
  TopicNamesParser(FieldReader& fields, std::vector<Field<std::string>>& names)
      : fields_(fields), names_(names) {}

  void Parse(const Slot& slot);

 private:
  void ParseText(const Slot& slot);
  void ParseList(const Slot& slot);
  bool Add(std::string name, Span span, Span key);  // false: it is wrong, and was reported
  void ReportHole(const Slot& slot, Span span, bool is_only);

  FieldReader& fields_;
  std::vector<Field<std::string>>& names_;
  std::map<std::string, Span> places_;
};

void TopicNamesParser::Parse(const Slot& slot) {
  if (slot.node.kind == YamlNode::Kind::kSequence) {
    ParseList(slot);
  } else if (fields_.ReadText(slot)) {
    ParseText(slot);
  }
}

void TopicNamesParser::ParseText(const Slot& slot) {
  const std::string& text = slot.node.text;
  const BlockMap map = MapScalar(slot.node);
  const auto locate = [&](size_t begin, size_t end) {
    if (!map.exact()) return slot.node.Mark();
    return map.Locate(static_cast<uint32_t>(begin), static_cast<uint32_t>(end));
  };
  constexpr const char* kBlank = " \t\n";
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const size_t first = text.find_first_not_of(kBlank, begin);
    if (first >= end) {
      const bool is_only = begin == 0 && end == text.size();
      const size_t comma = end < text.size() ? end : begin - 1;
      return ReportHole(slot, is_only ? slot.node.Mark() : locate(comma, comma + 1), is_only);
    }
    const size_t last = text.find_last_not_of(kBlank, end - 1) + 1;
    if (!Add(text.substr(first, last - first), locate(first, last), slot.key)) return;
    begin = end + 1;
  }
}

void TopicNamesParser::ParseList(const Slot& slot) {
  if (slot.node.items.empty()) return ReportHole(slot, slot.node.Mark(), true);
  const size_t errors = fields_.diagnostics().error_count();
  fields_.List(slot, [&](const Slot& item) {
    std::optional<std::string> name = fields_.ReadText(item);
    if (name) Add(std::move(*name), item.node.Mark(), slot.key);
  });
  if (fields_.diagnostics().error_count() != errors) return;
  std::vector<std::string_view> names;
  for (const Field<std::string>& name : names_) names.push_back(name.value);
  fields_.ReadAs(slot.key,
                 fmt::format("read as '{}'", Shown(fmt::format("{}", fmt::join(names, ", ")))));
}

bool TopicNamesParser::Add(std::string name, Span span, Span key) {
  if (const std::optional<std::string> objection = value::CheckTopicName(name)) {
    fields_.diagnostics()
        .Error(Code::kBadName, fmt::format("a topic cannot be named '{}'", Shown(name)), span)
        .Text(*objection);
    return false;
  }
  const auto [earlier, is_new] = places_.try_emplace(name, span);
  if (!is_new) {
    fields_.diagnostics()
        .Error(Code::kDuplicateName, fmt::format("the same topic twice: '{}'", name), span)
        .Text("name it once")
        .Label(earlier->second, "first named here");
    return false;
  }
  names_.push_back({std::move(name), {span}, {key}});
  return true;
}

void TopicNamesParser::ReportHole(const Slot& slot, Span span, bool is_only) {
  fields_.diagnostics()
      .Error(Code::kBadName, fmt::format("an empty topic name in {}", slot.what), span)
      .Text(is_only ? "name a topic" : "a name is missing beside this comma");
}

}  // namespace

Read TopicNames(FieldReader& fields, std::vector<Field<std::string>>& names) {
  return [&fields, &names](const Slot& slot) { TopicNamesParser(fields, names).Parse(slot); };
}

}  // namespace kaspr::frontend
