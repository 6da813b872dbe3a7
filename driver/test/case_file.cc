#include "driver/test/case_file.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "driver/test/case_value.h"
#include "frontend/parse_fields.h"
#include "frontend/yaml/yaml.h"
#include "value/record.h"

namespace kaspr::driver {

namespace {

using frontend::Elsewhere;
using frontend::Key;
using frontend::Optional;
using frontend::Required;
using frontend::Slot;
using frontend::YamlEntry;
using frontend::YamlNode;

constexpr int32_t kMostPartitions = 10'000;
constexpr std::array<std::string_view, 4> kForms = {"value", "text", "base64", "tombstone"};

// What `kasprc test` says to `run` itself.
constexpr std::array<std::string_view, 12> kOwnFlags = {
    "-f",       "--file",  "--source",     "--sink",    "--records", "--records-out",
    "--report", "--until", "--partitions", "--brokers", "--config",  "-X"};

class CaseReader {
 public:
  explicit CaseReader(Diagnostics& diagnostics) : fields_(diagnostics) {}

  void ReadFile(const YamlNode& document, CaseFile& file) {
    const Slot slot{document, "a case file"};
    if (IsSpec(document)) return;
    std::map<std::string, CaseTopic> topics;
    std::vector<std::string> flags;
    std::optional<Slot> cases;
    fields_.Mapping(slot, "a case file",
                    {Optional("specs", [&](const Slot& specs) { ReadSpecPaths(specs, file); }),
                     Optional("topics", [&](const Slot& node) { ReadTopics(node, topics); }),
                     Optional("flags", [&](const Slot& node) { ReadFlags(node, flags); }),
                     Required("cases", [&](const Slot& node) { cases.emplace(node); })});
    if (!cases) return;
    file.place = cases->key;
    if (cases->node.kind == YamlNode::Kind::kSequence && cases->node.items.empty()) {
      fields_.diagnostics().Error(Code::kMissingKey, "'cases' without a case", cases->key);
    }
    fields_.List(*cases, [&](const Slot& item) {
      Case& made = file.cases.emplace_back();
      made.topics = topics;
      made.flags = flags;
      ReadCase(item, made);
    });
  }

 private:
  // A spec given for cases would be one unknown key after the other.
  bool IsSpec(const YamlNode& document) {
    const YamlEntry* kind = document.Find("kind");
    if (kind == nullptr) kind = document.Find("apiVersion");
    if (kind == nullptr || document.Find("cases") != nullptr) return false;
    fields_.diagnostics()
        .Error(Code::kCaseSpecs, "a spec where cases belong", kind->key.Mark())
        .Text("give its folder, or the *_test.yaml beside it");
    return true;
  }

  void ReadSpecPaths(const Slot& slot, CaseFile& file) {
    fields_.List(slot, [&](const Slot& item) {
      if (const auto path = fields_.ReadText(item)) file.specs.push_back({*path, item.node.Mark()});
    });
  }

  void ReadTopics(const Slot& slot, std::map<std::string, CaseTopic>& topics) {
    if (slot.node.kind != YamlNode::Kind::kMapping) {
      fields_.Mapping(slot, "'topics'", {});  // says so
      return;
    }
    for (const YamlEntry& entry : slot.node.entries) {
      const Slot count{entry.value, fmt::format("'{}'", entry.key.text), entry.key.span};
      if (const auto partitions = fields_.ReadWhole(count, 1, kMostPartitions)) {
        topics[entry.key.text] = {static_cast<int32_t>(*partitions), entry.key.span};
      }
    }
  }

  void ReadFlags(const Slot& slot, std::vector<std::string>& flags) {
    fields_.List(slot, [&](const Slot& item) {
      const auto flag = fields_.ReadText(item);
      if (!flag) return;
      const std::string_view name = std::string_view(*flag).substr(0, flag->find('='));
      for (const std::string_view own : kOwnFlags) {
        if (name != own && !(own.size() == 2 && name.starts_with(own))) continue;
        fields_.diagnostics()
            .Error(Code::kCaseFlag, fmt::format("a case cannot have the flag '{}'", name),
                   item.node.Mark())
            .Text("cases run on records of their own, and not on Kafka");
        return;
      }
      flags.push_back(*flag);
    });
  }

  void ReadCase(const Slot& slot, Case& made) {
    made.place = slot.node.Mark();
    frontend::Maybe<bool> any_order;
    const auto records = [this](std::vector<CaseRecord>& into, bool sent) {
      return [this, &into, sent](const Slot& list) {
        fields_.List(list, [&](const Slot& item) { ReadRecord(item, into.emplace_back(), sent); });
      };
    };
    fields_.Mapping(
        slot, "a case",
        {Required("name",
                  [&](const Slot& name) {
                    if (const auto text = fields_.ReadText(name)) made.name = *text;
                    made.place = name.node.Mark();
                  }),
         Required("send", records(made.sent, true)),
         Required("expect", records(made.expected, false)),
         Optional("failed", [&](const Slot& failed) { ReadFailed(failed, made); }),
         Optional("order", fields_.OneOf<frontend::Maybe<bool>, bool>(any_order, {{"any", true}})),
         Optional("topics", [&](const Slot& node) { ReadTopics(node, made.topics); }),
         Optional("flags", [&](const Slot& node) { ReadFlags(node, made.flags); }),
         Optional("exit", [&](const Slot& code) {
           if (const auto number = fields_.ReadWhole(code, 0, 255)) {
             made.exit_code = static_cast<int>(*number);
           }
         })});
    made.any_order = any_order.has_value();
    if (!made.any_order) CheckPartitions(made);
  }

  void ReadFailed(const Slot& slot, Case& made) {
    if (slot.node.kind != YamlNode::Kind::kSequence) {
      const auto count = fields_.ReadWhole(slot, 0, std::numeric_limits<int64_t>::max());
      if (count) made.failed = static_cast<uint64_t>(*count);
      return;
    }
    fields_.List(slot, [&](const Slot& item) {
      if (const auto text = fields_.ReadText(item)) made.failures.push_back(*text);
    });
    made.failed = made.failures.size();
  }

  void ReadRecord(const Slot& slot, CaseRecord& record, bool sent) {
    const auto nothing = [](const Slot&) {};  // read below: a null is a value there
    record.topic_place = slot.node.Mark();
    const bool known = fields_.Mapping(
        slot, sent ? "a record to send" : "an expected record",
        {Optional("topic",
                  [&](const Slot& topic) {
                    if (const auto text = fields_.ReadText(topic)) record.topic = *text;
                    record.topic_place = topic.node.Mark();
                  }),
         Optional("key", nothing), Optional("value", nothing), Optional("text", nothing),
         Optional("base64", nothing), Optional("tombstone", nothing),
         Optional("headers", [&](const Slot& headers) { ReadHeaders(headers, record); }),
         Optional("partition",
                  [&](const Slot& number) {
                    const auto partition = fields_.ReadWhole(number, 0, kMostPartitions - 1);
                    if (partition) record.partition = static_cast<int32_t>(*partition);
                  }),
         sent ? Optional("timestamp",
                         [&](const Slot& time) {
                           record.timestamp =
                               fields_.ReadWhole(time, 0, std::numeric_limits<int64_t>::max());
                         })
              : Elsewhere("timestamp", "the time of a record that comes out is not compared")});
    if (slot.node.kind != YamlNode::Kind::kMapping) return;
    if (const YamlEntry* key = slot.node.Find("key")) {
      record.has_key = true;
      ReadBytes({key->value, "'key'", key->key.span}, record.key);
    }
    ReadValue(slot, record, known && sent);
  }

  // Of the ways to write a value at most one, and one if it is `required`.
  void ReadValue(const Slot& slot, CaseRecord& record, bool required) {
    const YamlEntry* found = nullptr;
    for (const std::string_view form : kForms) {
      const YamlEntry* entry = slot.node.Find(form);
      if (entry != nullptr && found != nullptr) {
        const bool in_order = found->key.span.begin < entry->key.span.begin;
        const YamlEntry& first = in_order ? *found : *entry;
        const YamlEntry& second = in_order ? *entry : *found;
        return fields_.ReportConflict(
            fmt::format("a record with both '{}' and '{}'", first.key.text, second.key.text),
            first.key.span, second.key.span);
      }
      if (entry != nullptr) found = entry;
    }
    if (found != nullptr) {
      ReadForm({found->value, fmt::format("'{}'", found->key.text), found->key.span}, record);
    } else if (required) {
      fields_.ReportMissing(slot, "a record to send",
                            "'value', 'text', 'base64' or 'tombstone: true'");
    }
  }

  void ReadForm(const Slot& slot, CaseRecord& record) {
    record.form = CaseRecord::Form::kExact;
    if (slot.what == "'value'") {
      record.form = CaseRecord::Form::kData;
      record.value = JsonOf(slot.node, fields_.diagnostics());
    } else if (slot.what == "'text'") {
      record.value = fields_.ReadText(slot);
    } else if (slot.what == "'base64'") {
      ReadBase64(slot, record.value);
    } else if (const auto tombstone = fields_.ReadBool(slot); tombstone && !*tombstone) {
      fields_.diagnostics()
          .Error(Code::kWrongType, "'tombstone' can only be true", slot.node.Mark())
          .Text("leave it out");
    }
  }

  void ReadBase64(const Slot& slot, std::optional<std::string>& bytes) {
    const auto text = fields_.ReadText(slot);
    if (!text || value::FromBase64(*text, bytes.emplace())) return;
    fields_.diagnostics().Error(Code::kCaseValue, "base64 that cannot be decoded",
                                slot.node.Mark());
  }

  // A text, null, or {base64: ...}.
  void ReadBytes(const Slot& slot, std::optional<std::string>& bytes) {
    if (slot.node.kind == YamlNode::Kind::kNull) return;
    if (slot.node.kind == YamlNode::Kind::kMapping) {
      fields_.Mapping(slot, slot.what,
                      {Required("base64", [&](const Slot& text) { ReadBase64(text, bytes); })});
    } else {
      bytes = fields_.ReadText(slot);
    }
  }

  void ReadHeaders(const Slot& slot, CaseRecord& record) {
    record.has_headers = true;
    if (slot.node.kind == YamlNode::Kind::kMapping) {
      record.headers_in_order = false;
      for (const YamlEntry& entry : slot.node.entries) {
        auto& header = record.headers.emplace_back(entry.key.text, std::nullopt);
        ReadBytes({entry.value, fmt::format("'{}'", entry.key.text), entry.key.span},
                  header.second);
      }
      return;
    }
    fields_.List(slot, [&](const Slot& item) {
      const auto& pair = item.node.items;
      if (item.node.kind != YamlNode::Kind::kSequence || pair.size() != 2) {
        fields_.diagnostics()
            .Error(Code::kWrongType, "a header in a list must be a pair", item.node.Mark())
            .Text("write [name, value]");
        return;
      }
      auto& header = record.headers.emplace_back();
      if (const auto name = fields_.ReadText({pair[0], "the name of a header"})) {
        header.first = *name;
      }
      ReadBytes({pair[1], "the value of a header"}, header.second);
    });
  }

  // Records of one topic are compared by partition, or as they were written: not half and half.
  void CheckPartitions(const Case& made) {
    std::map<std::string_view, const CaseRecord*> first;
    for (const CaseRecord& record : made.expected) {
      const CaseRecord& other = *first.try_emplace(record.topic, &record).first->second;
      if (other.partition.has_value() == record.partition.has_value()) continue;
      const CaseRecord& without = record.partition ? other : record;
      const CaseRecord& with = record.partition ? record : other;
      fields_.diagnostics()
          .Error(Code::kCasePartitions,
                 "an expected record without 'partition', and another of its topic with it",
                 without.topic_place)
          .Text("all of a topic have it, or none")
          .Label(with.topic_place, "the other one");
      return;
    }
  }

  frontend::FieldReader fields_;
};

}  // namespace

std::optional<CaseFile> ReadCaseFile(const SourceFile& file, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  const auto documents = frontend::ReadYaml(file, diagnostics);
  if (!documents) return std::nullopt;
  CaseFile made;
  made.source = &file;
  if (documents->size() > 1) {
    diagnostics
        .Error(Code::kCaseSpecs, "a case file with several documents", (*documents)[1].Mark())
        .Text("write all cases into one list, or into several files");
    return std::nullopt;
  }
  CaseReader(diagnostics).ReadFile(documents->front(), made);
  if (diagnostics.error_count() > errors) return std::nullopt;
  return made;
}

}  // namespace kaspr::driver
