#include "frontend/parse_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/duration.h"
#include "frontend/yaml/plain.h"

namespace kaspr::frontend {
namespace {

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
    ReportType(slot, "a mapping").Text(slot.key ? "its keys go below it, indented" : "");
    return false;
  }
  std::map<const Key*, const YamlEntry*> found;
  std::set<std::string> excused;  // keys that an unknown one probably means
  bool known = true;
  for (const YamlEntry& entry : slot.node.entries) {
    if (IsFull()) return false;
    const Key* key = FindKey(entry, keys);
    if (!key) {
      excused.insert(ReportUnknown(entry.key, what, keys));
      known = false;
    } else if (!key->elsewhere.empty()) {
      diagnostics_
          .Error(Code::kUnknownKey, fmt::format("unknown key '{}' in {}", key->name, what),
                 entry.key.Mark())
          .Text(std::string(key->elsewhere));
    } else if (entry.value.kind != YamlNode::Kind::kNull) {
      const auto [earlier, is_first] = found.try_emplace(key, &entry);
      if (is_first || key->name.empty()) {
        ReadEntry(entry, *key);
      } else {
        ReportBoth(what, earlier->second->key, entry.key);
        known = false;
      }
    }
  }
  for (const Key& key : keys) {
    if (!key.required || found.contains(&key) || excused.contains(Spelt(key.name))) continue;
    if (!key.older.empty() && excused.contains(std::string(key.older))) continue;
    ReportAbsent(slot, what, key);
  }
  return known;
}

const Key* FieldReader::FindKey(const YamlEntry& entry, const std::vector<Key>& keys) const {
  for (const Key& key : keys) {
    if (key.name.empty() || IsNamed(entry, key)) return &key;
  }
  return nullptr;
}

bool FieldReader::IsNamed(const YamlEntry& entry, const Key& key) const {
  const std::string& text = entry.key.text;
  return text == Spelt(key.name) || (!key.older.empty() && text == key.older);
}

void FieldReader::ReadEntry(const YamlEntry& entry, const Key& key) {
  if (!key.older.empty() && entry.key.text == key.older) {
    ReadAs(entry.key.span, fmt::format("read as '{}'", Spelt(key.name)));
  }
  if (key.read) key.read({entry.value, fmt::format("'{}'", entry.key.text), entry.key.span});
}

bool FieldReader::List(const Slot& slot, const Read& item) {
  if (slot.node.kind != YamlNode::Kind::kSequence) {
    const bool scalar = slot.node.kind == YamlNode::Kind::kScalar;
    ReportType(slot, "a list")
        .Text(scalar ? fmt::format("write [{}]", Shown(slot.node.text))
                     : "begin each item with '- '");
    return false;
  }
  bool whole = true;
  for (const YamlNode& node : slot.node.items) {
    if (IsFull()) return false;
    if (node.kind == YamlNode::Kind::kNull) {
      diagnostics_
          .Error(Code::kWrongType, fmt::format("an empty item in {}", slot.what), node.Mark())
          .Text("remove it, or write something behind the '-'");
      whole = false;
    } else {
      item({node, fmt::format("an item of {}", slot.what)});
    }
  }
  return whole;
}

bool FieldReader::ExactlyOne(const Slot& slot, std::string_view what, const std::vector<Key>& keys,
                             const std::vector<std::string_view>& names) {
  const YamlEntry *found = nullptr, *empty = nullptr;
  for (const YamlEntry& entry : slot.node.entries) {
    const bool is_one = std::any_of(keys.begin(), keys.end(), [&](const Key& key) {
      return IsNamed(entry, key) && std::find(names.begin(), names.end(), key.name) != names.end();
    });
    if (!is_one) continue;
    if (entry.value.kind == YamlNode::Kind::kNull) {
      empty = &entry;
    } else if (found) {
      ReportBoth(what, found->key, entry.key);
      return false;
    } else {
      found = &entry;
    }
  }
  if (found) return true;
  if (empty) {
    ReportNoValue(empty->key);
    return false;
  }
  std::vector<std::string> spelt;
  for (const std::string_view name : names) spelt.push_back(Spelt(name));
  ReportMissing(slot, what, fmt::format("'{}'", fmt::join(spelt, "' or '")));
  return false;
}

void FieldReader::ReadAs(Span key, std::string text) {
  const bool is_known = std::any_of(older_.begin(), older_.end(),
                                    [&](const Label& label) { return label.span == key; });
  if (!is_known) older_.push_back({key, std::move(text)});
}

std::vector<Label> FieldReader::TakeOlder() {
  std::vector<Label> older = std::exchange(older_, {});
  std::sort(older.begin(), older.end(),
            [](const Label& a, const Label& b) { return a.span.begin < b.span.begin; });
  return older;
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

void FieldReader::CheckDistinct(std::string_view what,
                                const std::vector<const Field<std::string>*>& all) {
  std::map<std::string_view, Span> first;
  for (const Field<std::string>* field : all) {
    const auto [earlier, is_new] = first.try_emplace(field->value, field->place.span);
    if (is_new || IsFull()) continue;
    diagnostics_
        .Error(Code::kDuplicateName, fmt::format("{} '{}' is there twice", what, field->value),
               field->place.span)
        .Text("give it another name")
        .Label(earlier->second, "the first one is here");
  }
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

void FieldReader::ReportAbsent(const Slot& slot, std::string_view what, const Key& key) {
  for (const YamlEntry& entry : slot.node.entries) {
    if (IsNamed(entry, key)) return ReportNoValue(entry.key);
  }
  ReportMissing(slot, what, fmt::format("'{}'", Spelt(key.name)));
}

void FieldReader::ReportBoth(std::string_view what, const YamlNode& first, const YamlNode& second) {
  ReportConflict(fmt::format("{} with both '{}' and '{}'", what, first.text, second.text),
                 first.span, second.span);
}

void FieldReader::ReportConflict(std::string message, Span first, Span second) {
  diagnostics_.Error(Code::kConflict, std::move(message), second)
      .Text("only one of the two can be there")
      .Label(first, "the other one");
}

void FieldReader::ReportNoValue(const YamlNode& key) {
  diagnostics_
      .Error(Code::kMissingKey, fmt::format("'{}' has no value", Shown(key.text)), key.Mark())
      .Text("write one, or remove the key");
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
  std::vector<std::string> spelt;
  std::vector<std::string_view> older;
  for (const Key& candidate : keys) {
    if (candidate.read && candidate.is_listed) spelt.push_back(Spelt(candidate.name));
    if (!candidate.older.empty()) older.push_back(candidate.older);
  }
  const std::vector<std::string_view> names(spelt.begin(), spelt.end());
  std::vector<std::string_view> all = names;
  all.insert(all.end(), older.begin(), older.end());
  const std::string near = Suggestion(key.text, all);
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
