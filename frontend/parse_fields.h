#pragma once

// Typed reading of YAML mappings, declared key by key:
//
//   Take take;
//   fields.Mapping(slot, "'take'",
//                  {Required("max", fields.Whole(take.max, 1)),
//                   Required("within", fields.Time(take.within))});
//
// Every key of a mapping is in its list, so an unknown one can be refused with the nearest that is.
// Keys are named as the resource has them, and looked up as the document spells them. A null is an
// absent key. All report and go on; what could not be read keeps its default, and the
// caller tells by the error count of the diagnostics.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostics.h"
#include "frontend/names.h"
#include "frontend/spec.h"
#include "frontend/spelling.h"
#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {

// A value where it stands: behind a key, or as an item of a list.
struct Slot {
  const YamlNode& node;
  std::string what;  // "'take'", "an item of 'pipeline'"
  Span key = {};     // none: an item

  // What to point at when something is missing inside.
  Span Owner() const { return key ? key : node.Mark(); }
};

using Read = std::function<void(const Slot&)>;

struct Key {
  std::string_view name;
  Read read;  // none: the key may be there and is ignored
  bool required = false;
  std::string_view elsewhere = {};  // not empty: the key is wrong here, and this says what is right
  std::string_view older = {};      // not empty: what an older page calls the same
  bool is_listed = true;            // among the keys that a mapping says it has
};

inline Key Optional(std::string_view name, Read read) {
  return {name, std::move(read), false};
}
inline Key Required(std::string_view name, Read read) {
  return {name, std::move(read), true};
}
inline Key Ignored(std::string_view name) {
  return {name, nullptr, false};
}
inline Key Elsewhere(std::string_view name, std::string_view hint) {
  return {name, nullptr, false, hint};
}

// A key that the older page calls otherwise: Formerly("inputs", Required("input", ...)).
inline Key Formerly(std::string_view older, Key key) {
  key.older = older;
  return key;
}
// A key that is read, and not offered where somebody looks for another.
inline Key Unlisted(Key key) {
  key.is_listed = false;
  return key;
}
// At the end of a list of keys: whatever else there is, is ignored.
inline Key Others() {
  return {"", nullptr, false};
}

template <class Enum>
struct Word {
  std::string_view name;
  Enum value;
};

using CheckName = std::optional<std::string> (*)(std::string_view);

// More mistakes than anybody reads at once; then reading stops.
inline constexpr size_t kMaxMistakes = kMaxYamlMistakes;

class FieldReader {
 public:
  explicit FieldReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // Reads the entries of a mapping. `what` names it: "an output topic". False after an error that
  // makes it useless to ask what else is missing: it is no mapping, or has keys that are unknown.
  bool Mapping(const Slot& slot, std::string_view what, const std::vector<Key>& keys);
  // Calls `item` for each item of a list.
  bool List(const Slot& slot, const Read& item);
  // Of the keys in `names` exactly one must be there. False after an error.
  bool ExactlyOne(const Slot& slot, std::string_view what, const std::vector<Key>& keys,
                  const std::vector<std::string_view>& names);

  std::optional<std::string> ReadText(const Slot& slot);
  std::optional<int64_t> ReadWhole(const Slot& slot, int64_t min, int64_t max);
  std::optional<bool> ReadBool(const Slot& slot);
  std::optional<Duration> ReadDuration(const Slot& slot);
  std::vector<std::pair<Field<std::string>, Field<std::string>>> ReadTexts(const Slot& slot);

  // Readers into a field; Target is Field<T> or Maybe<T>.
  template <class Target>
  Read Text(Target& target) {
    return [this, &target](const Slot& slot) { Put(target, slot, ReadText(slot)); };
  }
  template <class Target>
  Read Name(Target& target, CheckName check) {
    return [this, &target, check](const Slot& slot) {
      std::optional<std::string> name = ReadText(slot);
      if (name && Accepts(slot, *name, check)) Put(target, slot, std::move(name));
    };
  }
  template <class Target>
  Read Whole(Target& target, int64_t min, int64_t max = INT32_MAX) {
    return [this, &target, min, max](const Slot& slot) {
      Put(target, slot, ReadWhole(slot, min, max));
    };
  }
  template <class Target>
  Read Bool(Target& target) {
    return [this, &target](const Slot& slot) { Put(target, slot, ReadBool(slot)); };
  }
  template <class Target>
  Read Time(Target& target) {
    return [this, &target](const Slot& slot) { Put(target, slot, ReadDuration(slot)); };
  }
  template <class Target, class Enum>
  Read OneOf(Target& target, std::vector<Word<Enum>> words) {
    return [this, &target, words = std::move(words)](const Slot& slot) {
      std::vector<std::string_view> names;
      for (const Word<Enum>& word : words) names.push_back(word.name);
      if (const auto index = ReadWord(slot, names)) {
        Put(target, slot, std::optional(words[*index].value));
      }
    };
  }

  // As the document at hand spells a key.
  std::string Spelt(std::string_view key) const { return frontend::Spelt(key, spelling_); }
  Spelling spelling() const { return spelling_; }
  void set_spelling(Spelling spelling) { spelling_ = spelling; }

  // Notes that what `key` says in an older spelling was read: "read as 'input'". Once for a key.
  void ReadAs(Span key, std::string text);
  std::vector<Label> TakeOlder();  // what was noted since the last time, in order

  // False after an error: `check` has an objection to the name.
  bool Accepts(const Slot& slot, std::string_view name, CheckName check);
  void ReportMissing(const Slot& slot, std::string_view what, std::string_view keys);
  void ReportConflict(std::string message, Span first, Span second);
  // `needs`: "only with 'policy: retry'".
  // Reports fields with the value of an earlier one.
  void CheckDistinct(std::string_view what, const std::vector<const Field<std::string>*>& all);
  void WarnNoEffect(const Place& key, std::string_view needs);
  bool IsFull() const {
    return diagnostics_.error_count() >= kMaxMistakes ||
           diagnostics_.warning_count() >= kMaxMistakes;
  }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  template <class Target, class T>
  static void Put(Target& target, const Slot& slot, std::optional<T> value) {
    if (value) target = Field<T>{std::move(*value), {slot.node.Mark()}, {slot.key}};
  }
  const Key* FindKey(const YamlEntry& entry, const std::vector<Key>& keys) const;
  bool IsNamed(const YamlEntry& entry, const Key& key) const;
  void ReadEntry(const YamlEntry& entry, const Key& key);
  void ReportAbsent(const Slot& slot, std::string_view what, const Key& key);
  void ReportBoth(std::string_view what, const YamlNode& first, const YamlNode& second);
  std::optional<size_t> ReadWord(const Slot& slot, const std::vector<std::string_view>& names);
  void ReportNoValue(const YamlNode& key);
  bool CheckScalar(const Slot& slot, std::string_view expected);
  void ReportText(const Slot& slot, std::string_view expected, bool fits_unquoted);
  // Returns the key that was probably meant, or "".
  std::string ReportUnknown(const YamlNode& key, std::string_view what,
                            const std::vector<Key>& keys);
  DiagnosticBuilder ReportType(const Slot& slot, std::string_view expected);

  Diagnostics& diagnostics_;
  Spelling spelling_ = Spelling::kResource;
  std::vector<Label> older_;
};

}  // namespace kaspr::frontend
