#include "frontend/parse_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "frontend/yaml/plain.h"

namespace kaspr::frontend {
namespace {

// key_serializer -> keySerializer: how definition files spell the keys of the resource.
std::string CamelCase(std::string_view snake) {
  std::string camel;
  bool upper = false;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
    } else {
      camel += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      upper = false;
    }
  }
  return camel;
}

// Spellings of other places: the older pages, and slips that are too far for "did you mean".
constexpr std::pair<std::string_view, std::string_view> kOtherSpellings[] = {
    {"inputs", "input"},         {"outputs", "output"},   {"names", "name"},
    {"processor", "processors"}, {"topics", "topic"},     {"topic", "topics"},
    {"when", "predicate"},       {"code", "python"},      {"group_by", "groupBy"},
    {"channels", "channel"},     {"channel", "channels"},
};

std::string Suggestion(std::string_view key, const std::vector<std::string_view>& names) {
  const auto known = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (std::string camel = CamelCase(key); known(camel)) return camel;
  for (const auto& [other, ours] : kOtherSpellings) {
    if (key == other && known(ours)) return std::string(ours);
  }
  return Nearest(key, names);
}

std::string Quoted(const std::vector<std::string_view>& names) {
  return fmt::format("'{}'", fmt::join(names, "', '"));
}

YamlNode Unquoted(const YamlNode& scalar) {
  YamlNode node = scalar;
  node.is_text = false;
  return node;
}

}  // namespace

bool FieldReader::Mapping(const Slot& slot, std::string_view what, const std::vector<Key>& keys) {
  if (slot.node.kind != YamlNode::Kind::kMapping) {
    ReportType(slot, "a mapping");
    return false;
  }
  std::vector<std::string> misspelt;
  bool known = true;
  for (const YamlEntry& entry : slot.node.entries) {
    if (IsFull()) return false;
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& candidate) {
      return candidate.name == entry.key.text;
    });
    if (key == keys.end()) {
      misspelt.push_back(ReportUnknown(entry.key, what, keys));
      known = false;
    } else if (!key->elsewhere.empty()) {
      diagnostics_
          .Error(Code::kUnknownKey, fmt::format("unknown key '{}' in {}", key->name, what),
                 entry.key.Mark())
          .Text(std::string(key->elsewhere));
    } else if (entry.value.kind != YamlNode::Kind::kNull) {
      if (key->read) {
        key->read({entry.value, fmt::format("'{}'", entry.key.text), entry.key.span});
      }
    } else if (key->required) {
      ReportNoValue(entry.key);
    }
  }
  for (const Key& key : keys) {
    const bool excused = std::find(misspelt.begin(), misspelt.end(), key.name) != misspelt.end();
    if (!key.required || excused || slot.node.Find(key.name)) continue;
    ReportMissing(slot, what, fmt::format("'{}'", key.name));
  }
  return known;
}

bool FieldReader::List(const Slot& slot, const Read& item) {
  if (slot.node.kind != YamlNode::Kind::kSequence) {
    const bool scalar = slot.node.kind == YamlNode::Kind::kScalar;
    ReportType(slot, "a list")
        .Text(scalar ? fmt::format("write [{}]", Shown(slot.node.text))
                     : "begin each item with '- '");
    return false;
  }
  for (const YamlNode& node : slot.node.items) {
    if (IsFull()) return false;
    if (node.kind == YamlNode::Kind::kNull) {
      diagnostics_.Error(Code::kWrongType, fmt::format("an empty item in {}", slot.what),
                         node.Mark());
    } else {
      item({node, fmt::format("an item of {}", slot.what)});
    }
  }
  return true;
}

const YamlEntry* FieldReader::ExactlyOne(const Slot& slot, std::string_view what,
                                         const std::vector<std::string_view>& names) {
  const YamlEntry *found = nullptr, *empty = nullptr;
  for (const YamlEntry& entry : slot.node.entries) {
    if (std::find(names.begin(), names.end(), entry.key.text) == names.end()) continue;
    if (entry.value.kind == YamlNode::Kind::kNull) {
      empty = &entry;
      continue;
    }
    if (found) {
      diagnostics_
          .Error(Code::kConflict,
                 fmt::format("{} with both '{}' and '{}'", what, found->key.text, entry.key.text),
                 entry.key.span)
          .Text("only one of the two can be there")
          .Label(found->key.span, "the other one");
      return nullptr;
    }
    found = &entry;
  }
  if (found) return found;
  if (empty) {
    ReportNoValue(empty->key);
  } else {
    ReportMissing(slot, what, fmt::format("'{}'", fmt::join(names, "' or '")));
  }
  return nullptr;
}

std::optional<std::string> FieldReader::ReadText(const Slot& slot) {
  if (!CheckScalar(slot, "a text")) return std::nullopt;
  if (TypeOf(slot.node) == PlainType::kText) return slot.node.text;
  diagnostics_
      .Error(Code::kWrongType,
             fmt::format("{} must be a text, and YAML reads {} here: '{}'", slot.what,
                         Describe(slot.node), Shown(slot.node.text)),
             slot.node.Mark())
      .Text(fmt::format("write \"{}\", in quotes", Shown(slot.node.text)));
  return std::nullopt;
}

std::optional<int64_t> FieldReader::ReadWhole(const Slot& slot, int64_t min, int64_t max) {
  if (!CheckScalar(slot, "a whole number")) return std::nullopt;
  if (TypeOf(slot.node) != PlainType::kInteger) {
    ReportText(slot, "a whole number", IntegerOf(Unquoted(slot.node)).has_value());
    return std::nullopt;
  }
  const std::optional<int64_t> value = IntegerOf(slot.node);
  if (value && *value >= min && *value <= max) return value;
  const bool small = value ? *value < min : slot.node.text.starts_with('-');
  diagnostics_
      .Error(Code::kBadNumber,
             fmt::format("{} is out of range: '{}'", slot.what, Shown(slot.node.text)),
             slot.node.Mark())
      .Text(small ? fmt::format("at least {}", min) : fmt::format("at most {}", max));
  return std::nullopt;
}

std::optional<bool> FieldReader::ReadBool(const Slot& slot) {
  if (!CheckScalar(slot, "true or false")) return std::nullopt;
  const std::optional<bool> value = BoolOf(slot.node);
  if (!value) ReportText(slot, "true or false", BoolOf(Unquoted(slot.node)).has_value());
  return value;
}

std::optional<Duration> FieldReader::ReadDuration(const Slot& slot) {
  if (!CheckScalar(slot, "a duration like 5s")) return std::nullopt;
  std::optional<Duration> duration;
  const PlainType type = TypeOf(slot.node);
  if (type == PlainType::kText) duration = ParseDuration(slot.node.text);
  if (duration) return duration;
  const bool number = type == PlainType::kInteger && slot.node.text.size() < 10;
  diagnostics_
      .Error(Code::kBadDuration,
             fmt::format("{} is not a duration: '{}'", slot.what, Shown(slot.node.text)),
             slot.node.Mark())
      .Text(number ? fmt::format("add a unit: {}s", slot.node.text)
                   : "a whole number and a unit: ms, s, m, h or d");
  return std::nullopt;
}

std::vector<std::pair<Field<std::string>, Field<std::string>>> FieldReader::ReadTexts(
    const Slot& slot) {
  std::vector<std::pair<Field<std::string>, Field<std::string>>> texts;
  if (slot.node.kind != YamlNode::Kind::kMapping) {
    ReportType(slot, "a mapping");
    return texts;
  }
  for (const auto& [key, value] : slot.node.entries) {
    if (IsFull()) break;
    if (value.kind == YamlNode::Kind::kNull) {
      ReportNoValue(key);
      continue;
    }
    const std::optional<std::string> text =
        ReadText({value, fmt::format("'{}'", Shown(key.text)), key.span});
    if (!text) continue;
    texts.push_back({{key.text, {key.span}, {}}, {*text, {value.Mark()}, {key.span}}});
  }
  return texts;
}

std::optional<size_t> FieldReader::ReadWord(const Slot& slot,
                                            const std::vector<std::string_view>& names) {
  const std::optional<std::string> text = ReadText(slot);
  if (!text) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), *text);
  if (found != names.end()) return static_cast<size_t>(found - names.begin());
  const std::string near = Nearest(*text, names);
  diagnostics_
      .Error(Code::kUnknownWord, fmt::format("{} cannot be '{}'", slot.what, Shown(*text)),
             slot.node.Mark())
      .Text(near.empty() ? fmt::format("one of {}", Quoted(names))
                         : fmt::format("did you mean '{}'?", near));
  return std::nullopt;
}

bool FieldReader::Accepts(const Slot& slot, std::string_view name, CheckName check) {
  const std::optional<std::string> objection = check(name);
  if (!objection) return true;
  diagnostics_
      .Error(Code::kBadName, fmt::format("{} cannot be '{}'", slot.what, Shown(name)),
             slot.node.Mark())
      .Text(*objection);
  return false;
}

void FieldReader::WarnNoEffect(const Place& key, std::string_view needs) {
  diagnostics_
      .Warning(Code::kNoEffect, fmt::format("'{}' has no effect here", key.span.text()), key.span)
      .Text(std::string(needs));
}

void FieldReader::ReportMissing(const Slot& slot, std::string_view what, std::string_view keys) {
  diagnostics_.Error(Code::kMissingKey, fmt::format("{} without {}", what, keys), slot.Owner())
      .Text(fmt::format("add {}", keys));
}

void FieldReader::ReportNoValue(const YamlNode& key) {
  diagnostics_.Error(Code::kMissingKey, fmt::format("'{}' has no value", Shown(key.text)),
                     key.Mark());
}

bool FieldReader::CheckScalar(const Slot& slot, std::string_view expected) {
  if (slot.node.kind == YamlNode::Kind::kScalar) return true;
  ReportType(slot, expected);
  return false;
}

void FieldReader::ReportText(const Slot& slot, std::string_view expected, bool fits_unquoted) {
  ReportType(slot, expected).Text(fits_unquoted ? "remove the quotes" : "");
}

DiagnosticBuilder FieldReader::ReportType(const Slot& slot, std::string_view expected) {
  const bool scalar = slot.node.kind == YamlNode::Kind::kScalar;
  return diagnostics_.Error(
      Code::kWrongType,
      fmt::format("{} must be {}, not {}{}", slot.what, expected, Describe(slot.node),
                  scalar ? fmt::format(": '{}'", Shown(slot.node.text)) : ""),
      slot.node.Mark());
}

std::string FieldReader::ReportUnknown(const YamlNode& key, std::string_view what,
                                       const std::vector<Key>& keys) {
  std::vector<std::string_view> names;
  for (const Key& candidate : keys) {
    if (candidate.read) names.push_back(candidate.name);
  }
  const std::string near = Suggestion(key.text, names);
  auto report = diagnostics_.Error(
      Code::kUnknownKey, fmt::format("unknown key '{}' in {}", Shown(key.text), what), key.Mark());
  if (near.empty()) {
    report.Note(fmt::format("its keys are {}", Quoted(names)));
  } else {
    report.Text(fmt::format("did you mean '{}'?", near));
  }
  return near;
}

}  // namespace kaspr::frontend
