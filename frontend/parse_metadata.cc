#include "frontend/parse_metadata.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspr::frontend {
namespace {

using Text = std::pair<Field<std::string>, Field<std::string>>;

// A place that names the app.
struct AppLink {
  Text text;
  bool is_label = false;
};

std::vector<Text> ReadTexts(FieldReader& fields, const Slot& slot) {
  std::vector<Text> texts = fields.ReadTexts(slot);
  for (const auto& [key, value] : texts) {
    if (key.value != kAppLabel) continue;
    const YamlEntry* entry = slot.node.Find(kAppLabel);
    fields.Accepts({entry->value, fmt::format("'{}'", kAppLabel), entry->key.span}, value.value,
                   CheckLabelValue);
  }
  return texts;
}

std::vector<AppLink> FindLinks(const Metadata& metadata, const Maybe<std::string>& direct) {
  std::vector<AppLink> links;
  for (const Text& label : metadata.labels) {
    if (label.first.value == kAppLabel) links.push_back({label, true});
  }
  for (const Text& annotation : metadata.annotations) {
    if (annotation.first.value == kAppLabel) links.push_back({annotation, false});
  }
  if (direct) links.push_back({{{std::string(kAppLabel), direct->key, {}}, *direct}, false});
  std::sort(links.begin(), links.end(), [](const AppLink& a, const AppLink& b) {
    return a.text.first.place.span.begin < b.text.first.place.span.begin;
  });
  return links;
}

// Makes whatever names the app one label.
void SettleApp(FieldReader& fields, const Maybe<std::string>& direct, Metadata& metadata) {
  const std::vector<AppLink> links = FindLinks(metadata, direct);
  for (const AppLink& link : links) {
    const auto& [key, value] = link.text;
    const auto& [first_key, first_value] = links.front().text;
    if (value.value != first_value.value) {
      fields.ReportConflict(
          fmt::format("two apps in one document: '{}' and '{}'", first_value.value, value.value),
          first_value.place.span, value.place.span);
    }
    if (!link.is_label) {
      fields.ReadAs(key.place.span, fmt::format("read as the label '{}'", kAppLabel));
    }
  }
  std::erase_if(metadata.annotations,
                [](const Text& text) { return text.first.value == kAppLabel; });
  if (!links.empty() && metadata.app() == nullptr) metadata.labels.push_back(links.front().text);
}

}  // namespace

void ParseMetadata(FieldReader& fields, const Slot& slot, Metadata& metadata) {
  Maybe<std::string> direct;
  const auto labels = [&](const Slot& at) { metadata.labels = ReadTexts(fields, at); };
  const auto annotations = [&](const Slot& at) { metadata.annotations = ReadTexts(fields, at); };
  // What the API server adds when a resource is read back is nothing to a compiler.
  fields.Mapping(
      slot, "'metadata'",
      {Required("name", fields.Name(metadata.name, CheckDnsLabel)),
       Optional("namespace", fields.Name(metadata.namespace_name, CheckDnsLabel)),
       Optional("labels", labels), Optional("annotations", annotations),
       Unlisted(Optional(kAppLabel, fields.Name(direct, CheckLabelValue))), Ignored("uid"),
       Ignored("generation"), Ignored("resourceVersion"), Ignored("creationTimestamp"),
       Ignored("deletionTimestamp"), Ignored("deletionGracePeriodSeconds"), Ignored("selfLink"),
       Ignored("managedFields"), Ignored("ownerReferences"), Ignored("finalizers"),
       Ignored("generateName")});
  SettleApp(fields, direct, metadata);
}

}  // namespace kaspr::frontend
