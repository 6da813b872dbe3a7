#include "driver/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/check.h"
#include "base/diagnostics.h"
#include "driver/explain_spec.h"
#include "driver/files.h"

namespace kaspr::embedded {
extern const std::string_view k_cases_md;
extern const std::string_view k_fields_md;
extern const std::string_view k_graph_md;
extern const std::string_view k_python_md;
extern const std::string_view k_running_md;
extern const std::string_view k_spec_md;
extern const std::string_view k_yaml_md;
}  // namespace kaspr::embedded

namespace kaspr::driver {
namespace {

constexpr size_t kMostNamed = 12;  // of the fields that a short path may mean

std::string_view TakeLine(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

Entry::Example TakeExample(std::string_view fence, std::string_view& text) {
  const std::string_view words = fence.substr(3);
  const size_t blank = words.find(' ');
  KASPR_CHECK(blank != std::string_view::npos, "a fence says 'wrong' or 'right', and of what kind");
  Entry::Example example{std::string(words.substr(0, blank)), std::string(words.substr(blank + 1)),
                         ""};
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line == "```") break;
    example.text += std::string(line) + "\n";
  }
  return example;
}

// "default: none" in front of the text.
bool TakeFact(std::string_view line, Entry& entry) {
  if (!entry.text.empty() || !entry.title.empty()) return false;
  for (const std::string_view fact : {"type", "default", "required", "also", "fields", "same"}) {
    if (!line.starts_with(fact) || line.substr(fact.size(), 1) != ":") continue;
    const std::string_view value = line.substr(fact.size() + 1);
    entry.facts[std::string(fact)] = value.substr(std::min<size_t>(1, value.size()));
    return true;
  }
  return false;
}

void Read(std::string_view text, std::vector<Entry>& entries) {
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line.starts_with("# ")) {
      const size_t blank = std::min(line.find(' ', 2), line.size());
      entries.push_back({.name = std::string(line.substr(2, blank - 2)),
                         .title = std::string(line.substr(std::min(blank + 1, line.size())))});
    } else if (entries.empty()) {
      continue;  // what the file says about itself
    } else if (line.starts_with("```")) {
      entries.back().examples.push_back(TakeExample(line, text));
    } else if (!TakeFact(line, entries.back()) && !(line.empty() && entries.back().text.empty())) {
      entries.back().text += std::string(line) + "\n";
    }
  }
  for (Entry& entry : entries) {
    while (entry.text.ends_with("\n\n")) entry.text.pop_back();
  }
}

const Entry* Named(const std::vector<Entry>& entries, std::string_view name) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::string_view LastPart(std::string_view path) {
  return path.substr(path.rfind('.') + 1);
}

std::string Fact(const Entry& entry, const std::string& name) {
  const auto found = entry.facts.find(name);
  return found == entry.facts.end() ? "" : found->second;
}

// The entry with what it takes over from another one.
Entry Whole(const Entry& entry) {
  const std::string other = Fact(entry, "same");
  if (other.empty()) return entry;
  const Entry* const from = Named(Fields(), other);
  KASPR_CHECK(from != nullptr, "'same' names a field");
  Entry whole = *from;
  whole.name = entry.name;
  for (const auto& [fact, value] : entry.facts) whole.facts[fact] = value;
  if (!entry.text.empty()) whole.text = entry.text;
  return whole;
}

// Every path that there is: also those below `fields`.
std::vector<std::string> AllPaths() {
  std::vector<std::string> paths;
  for (const Entry& entry : Fields()) {
    paths.push_back(entry.name);
    if (Fact(entry, "fields").empty()) continue;
    std::vector<Entry> pending = FieldsBelow(entry);
    while (!pending.empty()) {
      const Entry below = std::move(pending.back());
      pending.pop_back();
      if (Named(Fields(), below.name) == nullptr) paths.push_back(below.name);
      for (Entry& next : FieldsBelow(below)) pending.push_back(std::move(next));
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

// "spec.output.topics[0].key_selector" as the entries spell it: "spec.output.topics.keySelector".
std::string Normalized(std::string_view path) {
  std::string out;
  for (size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '[') {
      i = std::min(path.find(']', i), path.size());
    } else if (path[i] == '_' && i + 1 < path.size() && path[i + 1] >= 'a' && path[i + 1] <= 'z') {
      out += static_cast<char>(path[++i] - 'a' + 'A');
    } else {
      out += path[i];
    }
  }
  return out;
}

// The whole paths that end in `path`, the shortest first.
std::vector<std::string> Meant(std::string_view path) {
  const std::string ending = fmt::format(".{}", path);
  std::vector<std::string> meant;
  for (const std::string& whole : AllPaths()) {
    if (whole == path) return {whole};
    if (whole.ends_with(ending)) meant.push_back(whole);
  }
  return meant;
}

std::optional<Entry> EntryAt(const std::string& path) {
  if (const Entry* entry = Named(Fields(), path)) return Whole(*entry);
  const size_t dot = path.rfind('.');
  if (dot == std::string::npos) return std::nullopt;
  // What is between is at most as long as the path of an entry.
  const std::optional<Entry> owner = EntryAt(path.substr(0, dot));
  if (!owner) return std::nullopt;
  for (const Entry& entry : FieldsBelow(*owner)) {
    if (entry.name == path) return entry;
  }
  return std::nullopt;
}

std::string Indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    out += line.empty() ? "\n" : fmt::format("    {}\n", line);
  }
  return out;
}

// Up to the end of the first sentence, in one line.
std::string FirstSentence(std::string_view text) {
  std::string sentence(text.substr(0, text.find(".\n")));
  sentence = sentence.substr(0, sentence.find(". "));
  std::replace(sentence.begin(), sentence.end(), '\n', ' ');
  if (sentence.ends_with(".") || sentence.ends_with(" ")) sentence.pop_back();
  return sentence;
}

std::string PrintCode(const Entry& entry) {
  std::string out = fmt::format("{}: {}\n\n{}", entry.name, entry.title, entry.text);
  for (const Entry::Example& example : entry.examples) {
    out += fmt::format("\n{}:\n\n{}", example.verdict == "wrong" ? "Wrong" : "Right",
                       Indented(example.text));
  }
  return out;
}

std::string PrintField(const Entry& entry) {
  std::string out = entry.name + "\n\n";
  const auto fact = [&](const char* name) {
    const std::string value = Fact(entry, name);
    if (!value.empty()) out += fmt::format("  {:<10}{}\n", name, value);
  };
  fact("type");
  fact("required");
  fact("default");
  fact("also");
  out += "\n" + entry.text;
  const std::vector<Entry> below = FieldsBelow(entry);
  size_t width = 0;
  for (const Entry& field : below) width = std::max(width, LastPart(field.name).size());
  if (!below.empty()) out += "\nFields:\n\n";
  for (const Entry& field : below) {
    out += fmt::format("  {:<{}}  {}\n", LastPart(field.name), width, FirstSentence(field.text));
  }
  for (const Entry::Example& example : entry.examples) {
    out += "\nExample:\n\n" + Indented(example.text);
  }
  return out;
}

bool IsCode(const std::string& topic) {
  return topic.size() > 1 && (topic[0] == 'K' || topic[0] == 'k') &&
         std::all_of(topic.begin() + 1, topic.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> ExplainCode(std::string topic, std::string& error) {
  topic[0] = 'K';
  if (const Entry* entry = Named(Codes(), topic)) return PrintCode(*entry);
  std::vector<std::string_view> names;
  for (const Entry& entry : Codes()) names.push_back(entry.name);
  const std::string near = Nearest(topic, names);
  error = fmt::format("there is no diagnostic '{}'{}", topic,
                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  return std::nullopt;
}

}  // namespace

const std::vector<Entry>& Codes() {
  static const std::vector<Entry> kCodes = [] {
    std::vector<Entry> codes;
    for (const std::string_view text :
         {embedded::k_yaml_md, embedded::k_spec_md, embedded::k_python_md, embedded::k_graph_md,
          embedded::k_cases_md, embedded::k_running_md}) {
      Read(text, codes);
    }
    return codes;
  }();
  return kCodes;
}

const std::vector<Entry>& Fields() {
  static const std::vector<Entry> kFields = [] {
    std::vector<Entry> fields;
    Read(embedded::k_fields_md, fields);
    return fields;
  }();
  return kFields;
}

std::vector<Entry> FieldsBelow(const Entry& entry) {
  std::vector<Entry> below;
  const auto add = [&](const std::string& owner) {
    for (const Entry& field : Fields()) {
      if (!field.name.starts_with(owner + ".")) continue;
      const std::string part = field.name.substr(owner.size() + 1);
      // The one name of a key that has dots in it.
      if (part.find('.') != std::string::npos && part != "kaspr.io/app") continue;
      Entry whole = Whole(field);
      whole.name = entry.name + "." + part;
      below.push_back(std::move(whole));
    }
  };
  add(entry.name);
  const std::string as = Fact(entry, "fields");
  if (!as.empty()) add(as);
  return below;
}

std::optional<Entry> FindField(std::string_view path, std::string& error) {
  const std::string wanted = Normalized(path);
  const std::vector<std::string> meant = Meant(wanted);
  if (meant.size() == 1) return EntryAt(meant.front());
  if (!meant.empty()) {
    const size_t shown = std::min(meant.size(), kMostNamed);
    error =
        fmt::format("several fields are called '{}': {}{}", path,
                    fmt::join(meant.begin(), meant.begin() + static_cast<ptrdiff_t>(shown), ", "),
                    shown < meant.size() ? ", ..." : "");
    return std::nullopt;
  }
  // A misspelt field is nearest to one as long as it: compare with the ends of the paths.
  std::vector<std::string> ends;
  const auto parts = std::count(wanted.begin(), wanted.end(), '.');
  for (const std::string& whole : AllPaths()) {
    size_t begin = whole.size();
    for (auto i = parts; i >= 0 && begin != std::string::npos; --i) {
      begin = begin == 0 ? std::string::npos : whole.rfind('.', begin - 1);
    }
    ends.push_back(begin == std::string::npos ? whole : whole.substr(begin + 1));
  }
  const std::string near = Nearest(wanted, {ends.begin(), ends.end()});
  error = fmt::format("there is no field '{}'{}", path,
                      near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
  return std::nullopt;
}

std::optional<std::string> ExplainTopic(const std::string& topic, std::string& error) {
  if (IsCode(topic)) return ExplainCode(topic, error);
  const std::optional<Entry> field = FindField(topic, error);
  if (!field) return std::nullopt;
  return PrintField(*field);
}

int Explain(const Options& options) {
  if (!options.files.empty()) return ExplainSpec(options);
  std::string error;
  const std::optional<std::string> text = ExplainTopic(options.topic, error);
  if (!text) {
    fmt::print(stderr, "error: {}\n", error);
    return kExitUsage;
  }
  return WriteFile("-", *text) ? kExitOk : kExitIo;
}

}  // namespace kaspr::driver
