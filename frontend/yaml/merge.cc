#include "frontend/yaml/merge.h"

#include <algorithm>
#include <unordered_set>

namespace kaspr::frontend {
namespace {

void Append(const YamlNode& source, Span place, YamlNode& mapping,
            std::unordered_set<std::string>& present, Diagnostics& diagnostics) {
  if (source.kind != YamlNode::Kind::kMapping) {
    diagnostics.Error(Code::kYamlMerge, "'<<' merges something that is not a mapping", place)
        .Text("give it an alias of a mapping, or a list of them");
    return;
  }
  for (const YamlEntry& entry : source.entries) {
    if (present.insert(entry.key.text).second) mapping.entries.push_back(entry);
  }
}

}  // namespace

void ApplyMerge(YamlNode& mapping, Diagnostics& diagnostics) {
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
    return Append(merge.value, merge.key.span, mapping, present, diagnostics);
  }
  for (const YamlNode& item : merge.value.items) {
    Append(item, merge.key.span, mapping, present, diagnostics);
  }
}

}  // namespace kaspr::frontend
