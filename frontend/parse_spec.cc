#include "frontend/parse_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "frontend/parse_agent.h"
#include "frontend/parse_metadata.h"
#include "frontend/yaml/plain.h"

namespace kaspr::frontend {
namespace {

constexpr std::string_view kApiVersion = "kaspr.io/v1alpha1";
constexpr std::string_view kAgent = "KasprAgent";
constexpr const char* kOlder = "an older spelling, read as today's";
const std::vector<std::string_view> kKinds = {kAgent,      "KasprApp",  "KasprTable",
                                              "KasprJoin", "KasprTask", "KasprWebView"};
// The lists of the runtime's definitions files, and what their items are in the resources.
struct Definitions {
  std::string_view key;
  std::string_view kind;
};
constexpr std::array<Definitions, 5> kDefinitions = {{{"agents", kAgent},
                                                      {"tables", "KasprTable"},
                                                      {"webviews", "KasprWebView"},
                                                      {"joins", "KasprJoin"},
                                                      {"tasks", "KasprTask"}}};

bool HasDefinitions(const YamlNode& document) {
  return std::any_of(kDefinitions.begin(), kDefinitions.end(),
                     [&](const Definitions& list) { return document.Find(list.key); });
}

// Reads documents into an AppSpec, then checks what needs all of them.
class AppParser {
 public:
  explicit AppParser(Diagnostics& diagnostics) : fields_(diagnostics) {}

  void ParseDocument(const YamlNode& document);
  void CheckTogether();
  AppSpec Take() { return std::move(app_); }

 private:
  std::optional<Field<std::string>> ReadKind(const Slot& slot);
  void ReportNoKind(const Slot& slot);
  void ParseAgentDocument(const Slot& slot);
  void ParseResource(const Slot& slot, Field<std::string> kind);
  void ParseDefinitions(const Slot& slot);
  void ParseDefinition(const Slot& slot, std::string_view kind, Span key);
  std::vector<Key> HeaderKeys(Metadata& metadata);
  void CheckUnique(std::string_view kind, const Metadata& metadata);
  void CheckDelivery();
  void Remark(size_t errors_before, const char* what, const std::vector<Label>& places);

  FieldReader fields_;
  AppSpec app_;
  size_t remarks_ = 0;
  std::map<std::pair<std::string, std::string>, Span> names_;  // (kind, name) -> its first place
};

void AppParser::ParseDocument(const YamlNode& document) {
  const Slot slot{document, "a document"};
  if (document.kind != YamlNode::Kind::kMapping) {
    fields_.diagnostics()
        .Error(Code::kWrongType,
               fmt::format("a document must be a mapping, not {}", Describe(document)),
               document.Mark())
        .Text("a KasprAgent begins with 'apiVersion: kaspr.io/v1alpha1'");
    return;
  }
  if (!document.Find("kind") && HasDefinitions(document)) return ParseDefinitions(slot);
  const std::optional<Field<std::string>> kind = ReadKind(slot);
  if (!kind) return;
  const size_t errors = fields_.diagnostics().error_count();
  if (kind->value == kAgent) {
    ParseAgentDocument(slot);
  } else {
    ParseResource(slot, *kind);
  }
  Remark(errors, kOlder, fields_.TakeOlder());
}

void AppParser::ParseDefinitions(const Slot& slot) {
  fields_.set_spelling(Spelling::kDefinitions);
  std::vector<Key> keys;
  for (const auto& [key, kind] : kDefinitions) {
    keys.push_back(Optional(key, [this, kind = kind](const Slot& list) {
      fields_.List(list, [&](const Slot& item) { ParseDefinition(item, kind, list.key); });
    }));
  }
  const size_t errors = fields_.diagnostics().error_count();
  fields_.Mapping(slot, "a definitions file", keys);
  const YamlEntry* agents = slot.node.Find("agents");
  if (agents && !agents->value.items.empty()) {
    Remark(errors, "a definitions file of the runtime, read as KasprAgent documents",
           {{agents->key.span, ""}});
  }
  fields_.set_spelling(Spelling::kResource);
}

// An item of a definitions file's list. Of other kinds only the name is read, as of resources.
void AppParser::ParseDefinition(const Slot& slot, std::string_view kind, Span key) {
  const size_t errors = fields_.diagnostics().error_count();
  if (kind == kAgent) {
    AgentSpec agent;
    ParseAgent(fields_, slot, agent);
    CheckUnique(kind, agent.metadata);
    app_.agents.push_back(std::move(agent));
  } else {
    Resource resource{.kind = {std::string(kind), {key}, {key}}, .metadata = {}};
    fields_.Mapping(
        slot, slot.what,
        {Required("name", fields_.Name(resource.metadata.name, CheckDnsLabel)), Others()});
    CheckUnique(kind, resource.metadata);
    app_.resources.push_back(std::move(resource));
  }
  Remark(errors, kOlder, fields_.TakeOlder());
}

// Says what was normalised, where nothing worse was to be said.
void AppParser::Remark(size_t errors_before, const char* what, const std::vector<Label>& places) {
  if (places.empty() || fields_.diagnostics().error_count() != errors_before) return;
  if (++remarks_ > kMaxMistakes) return;
  auto remark =
      fields_.diagnostics().Add(Severity::kRemark, Code::kOtherSpelling, what, places.front().span);
  remark.Text(places.front().text).Note("'kasprc compile --emit spec' prints it normalised");
  for (size_t i = 1; i < places.size(); ++i) remark.Label(places[i].span, places[i].text);
}

std::optional<Field<std::string>> AppParser::ReadKind(const Slot& slot) {
  Diagnostics& diagnostics = fields_.diagnostics();
  const YamlEntry* entry = slot.node.Find("kind");
  if (!entry) {
    ReportNoKind(slot);
    return std::nullopt;
  }
  if (entry->value.kind == YamlNode::Kind::kNull) {
    diagnostics.Error(Code::kMissingKey, "'kind' has no value", entry->key.span)
        .Text("write 'kind: KasprAgent'");
    return std::nullopt;
  }
  const std::optional<std::string> kind =
      fields_.ReadText({entry->value, "'kind'", entry->key.span});
  if (!kind) return std::nullopt;
  if (std::find(kKinds.begin(), kKinds.end(), *kind) == kKinds.end()) {
    const std::string near = Nearest(*kind, kKinds);
    diagnostics
        .Error(Code::kUnknownKind, fmt::format("unknown kind '{}'", Shown(*kind)),
               entry->value.Mark())
        .Text(near.empty() ? "write 'KasprAgent'" : fmt::format("did you mean '{}'?", near));
    return std::nullopt;
  }
  return Field<std::string>{*kind, {entry->value.Mark()}, {entry->key.span}};
}

void AppParser::ReportNoKind(const Slot& slot) {
  for (const YamlEntry& entry : slot.node.entries) {
    const std::string& key = entry.key.text;
    const std::string near = Nearest(key, {"kind", "agents"});
    if (!near.empty()) {
      fields_.diagnostics()
          .Error(Code::kUnknownKey, fmt::format("unknown key '{}' in a document", Shown(key)),
                 entry.key.Mark())
          .Text(fmt::format("did you mean '{}'?", near));
      return;
    }
  }
  fields_.ReportMissing(slot, "a document", "'kind'");
}

std::vector<Key> AppParser::HeaderKeys(Metadata& metadata) {
  const auto api_version = [this](const Slot& slot) {
    const std::optional<std::string> version = fields_.ReadText(slot);
    if (!version || *version == kApiVersion) return;
    fields_.diagnostics()
        .Error(Code::kUnknownKind, fmt::format("unknown apiVersion '{}'", Shown(*version)),
               slot.node.Mark())
        .Text(fmt::format("write '{}'", kApiVersion));
  };
  const auto read_metadata = [this, &metadata](const Slot& slot) {
    ParseMetadata(fields_, slot, metadata);
  };
  return {Required("apiVersion", api_version), Required("kind", [](const Slot&) {}),
          Required("metadata", read_metadata), Ignored("status")};
}

void AppParser::ParseAgentDocument(const Slot& slot) {
  AgentSpec agent;
  std::vector<Key> keys = HeaderKeys(agent.metadata);
  keys.push_back(Required("spec", [&](const Slot& spec) { ParseAgent(fields_, spec, agent); }));
  fields_.Mapping(slot, "an agent", keys);
  CheckUnique(kAgent, agent.metadata);
  app_.agents.push_back(std::move(agent));
}

// Of other kinds only the name is read: their specs have no reader yet.
void AppParser::ParseResource(const Slot& slot, Field<std::string> kind) {
  Resource resource{.kind = std::move(kind), .metadata = {}};
  std::vector<Key> keys = HeaderKeys(resource.metadata);
  keys.push_back(Optional("spec", [](const Slot&) {}));
  fields_.Mapping(slot, fmt::format("a {}", resource.kind.value), keys);
  CheckUnique(resource.kind.value, resource.metadata);
  app_.resources.push_back(std::move(resource));
}

void AppParser::CheckUnique(std::string_view kind, const Metadata& metadata) {
  const Field<std::string>& name = metadata.name;
  if (name.value.empty()) return;
  const auto [first, is_new] = names_.try_emplace({std::string(kind), name.value}, name.place.span);
  if (is_new) return;
  fields_.diagnostics()
      .Error(Code::kDuplicateName, fmt::format("a second {} named '{}'", kind, name.value),
             name.place.span)
      .Text("give it another name")
      .Label(first->second, "the first one is here");
}

void AppParser::CheckTogether() {
  CheckDelivery();
}

// The delivery guarantee is the app's: offsets of all its agents are committed together.
void AppParser::CheckDelivery() {
  const Field<Delivery>* first = nullptr;
  for (const AgentSpec& agent : app_.agents) {
    if (!agent.kasprc.delivery) continue;
    const Field<Delivery>& delivery = *agent.kasprc.delivery;
    if (!first) {
      first = &delivery;
    } else if (delivery.value != first->value) {
      fields_.diagnostics()
          .Error(Code::kConflict, "the agents of an app must agree on 'delivery'",
                 delivery.place.span)
          .Label(first->place.span, "another agent says this");
    }
  }
}

}  // namespace

AppSpec ParseSpec(std::span<const SourceFile* const> files, Diagnostics& diagnostics) {
  AppParser parser(diagnostics);
  for (const SourceFile* file : files) {
    const std::optional<std::vector<YamlNode>> documents = ReadYaml(*file, diagnostics);
    if (!documents) continue;
    for (const YamlNode& document : *documents) parser.ParseDocument(document);
  }
  parser.CheckTogether();
  return parser.Take();
}

}  // namespace kaspr::frontend
