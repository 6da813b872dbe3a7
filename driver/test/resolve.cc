#include "driver/test/resolve.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "driver/files.h"

namespace kaspr::driver {

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string_view>;

// The topics that agents read or write by their names.
struct Topics {
  Names read, written, all;
  bool reads_others = false;   // by pattern
  bool writes_others = false;  // chosen at run time

  explicit Topics(const runtime::Plan& plan) {
    for (const runtime::Segment& segment : plan.segments) {
      read.insert(segment.topics.begin(), segment.topics.end());
      reads_others |= !segment.pattern.empty();
      for (const uint32_t output : segment.outputs) {
        if (!segment.targets[output].channel) written.insert(segment.targets[output].name);
      }
      writes_others |= segment.ChoosesTopics();
    }
    written.erase("");
    all = read;
    all.insert(written.begin(), written.end());
  }
};

Names Without(const Names& names, const Names& others) {
  Names rest;
  std::set_difference(names.begin(), names.end(), others.begin(), others.end(),
                      std::inserter(rest, rest.end()));
  return rest;
}

// One side of the cases: what is sent, or what is expected.
struct Side {
  const char* does;  // what an agent does with these topics
  const Names& names;
  bool others = false;  // topics of other names are good too
  Names outer;          // those of the app's edge: if it is one, it may be left out
};

// "one of 'left', 'right'", if they are few.
std::string OneOf(const Names& names) {
  constexpr size_t kFew = 5;
  if (names.empty() || names.size() > kFew) return "";
  return fmt::format("one of '{}'", fmt::join(names, "', '"));
}

void ReportUnknown(const Side& side, const std::string& topic, Span place,
                   Diagnostics& diagnostics) {
  const std::string near = Nearest(topic, {side.names.begin(), side.names.end()});
  diagnostics
      .Error(Code::kCaseTopic, fmt::format("no agent {} topic '{}'", side.does, topic), place)
      .Text(near.empty() ? OneOf(side.names) : fmt::format("did you mean '{}'?", near));
}

void Resolve(const Side& side, std::vector<CaseRecord>& records, Diagnostics& diagnostics) {
  for (CaseRecord& record : records) {
    if (!record.topic.empty()) {
      if (side.others || side.names.contains(record.topic)) continue;
      ReportUnknown(side, record.topic, record.topic_place, diagnostics);
    } else if (side.outer.size() == 1 && !side.others) {
      record.topic = *side.outer.begin();
    } else {
      diagnostics.Error(Code::kCaseTopic, "a record without 'topic'", record.topic_place)
          .Text(OneOf(side.names));
    }
  }
}

}  // namespace

std::vector<std::string> SpecsOf(const CaseFile& file, Diagnostics& diagnostics) {
  const fs::path folder = fs::path(file.source->path()).parent_path();
  std::vector<std::string> found;
  std::string error;
  if (file.specs.empty()) {
    if (!FindSpecs({folder.empty() ? "." : folder.string()}, found, error)) {
      diagnostics.Error(Code::kCaseSpecs, "no spec beside the cases", file.place)
          .Text("name it: 'specs: [../orders.yaml]'");
    }
  }
  for (const CaseFile::Spec& spec : file.specs) {
    const fs::path path = (folder / spec.path).lexically_normal();
    std::error_code code;
    if (fs::exists(path, code) && FindSpecs({path.string()}, found, error)) continue;
    diagnostics
        .Error(Code::kCaseSpecs, fmt::format("no spec here: '{}'", path.string()), spec.place)
        .Text("seen from the folder of this file");
  }
  for (std::string& path : found) path = fs::path(path).lexically_normal().string();
  return found;
}

void ResolveTopics(const runtime::Plan& plan, CaseFile& file, Diagnostics& diagnostics) {
  const Topics topics(plan);
  const Side in{"reads", topics.read, topics.reads_others, Without(topics.read, topics.written)};
  const Side out{"writes", topics.written, topics.writes_others,
                 Without(topics.written, topics.read)};
  const Side either{"reads or writes", topics.all, topics.reads_others || topics.writes_others, {}};
  std::set<Span, decltype([](const Span& a, const Span& b) { return a.begin < b.begin; })> told;
  for (Case& made : file.cases) {
    Resolve(in, made.sent, diagnostics);
    Resolve(out, made.expected, diagnostics);
    for (const auto& [topic, of] : made.topics) {
      if (either.others || either.names.contains(topic) || !told.insert(of.place).second) continue;
      ReportUnknown(either, topic, of.place, diagnostics);
    }
  }
}

}  // namespace kaspr::driver
