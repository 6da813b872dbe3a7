// `kasprc explain` is complete and true: every code of base/codes.h and every field that the parser
// knows has an entry, and every example is what it says it is.

#include "driver/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "base/render.h"
#include "driver/pipeline.h"
#include "driver/test/case_file.h"
#include "driver/test/resolve.h"
#include "ir/parse.h"
#include "ir/verify.h"
#include "tests/golden.h"

namespace kaspr::driver {
namespace {

python::Interpreter& Lane() {
  static python::Interpreter interpreter;
  return interpreter;
}

std::string Block(const std::string& python, const char* indent) {
  std::string out = "|\n";
  for (const std::string_view line : golden::Lines(python)) {
    out += line.empty() ? "\n" : fmt::format("{}{}\n", indent, line);
  }
  return out;
}

std::string Indented(const std::string& text) {
  std::string out;
  for (const std::string_view line : golden::Lines(text)) out += fmt::format("  {}\n", line);
  return out;
}

// The file that an example stands for.
std::string FileOf(const Entry::Example& example) {
  if (example.kind == "file") return example.text;
  const std::string head =
      "apiVersion: kaspr.io/v1alpha1\nkind: KasprAgent\nmetadata: {name: orders}\nspec:\n";
  const std::string input = "  input: {topic: {name: orders}}\n";
  if (example.kind == "spec") {
    const bool has_input = ("\n" + example.text).find("\ninput:") != std::string::npos;
    return head + (has_input ? "" : input) + Indented(example.text);
  }
  EXPECT_TRUE(example.kind == "map" || example.kind == "filter") << example.kind;
  return head + input +
         fmt::format(
             "  processors:\n    pipeline: [it]\n    operations:\n    - name: it\n      {}:\n"
             "        python: {}",
             example.kind, Block(example.text, "          "));
}

// The plan of the agent that the examples of cases are of.
const runtime::Plan& PlanOfCases() {
  static const runtime::Plan kPlan = [] {
    Compilation compiled;
    const Entry::Example example{"right", "spec", "output: {topics: [{name: priced}]}\n"};
    const SourceFile& file = compiled.files.Add("orders.yaml", FileOf(example));
    EXPECT_TRUE(Compile({&file}, Lane(), {}, "", compiled));
    return runtime::MakePlan(*compiled.optimized);
  }();
  return kPlan;
}

void CheckCases(const SourceFile& file, Diagnostics& diagnostics) {
  std::optional<CaseFile> cases = ReadCaseFile(file, diagnostics);
  if (cases) ResolveTopics(PlanOfCases(), *cases, diagnostics);
}

// The codes of what is said about an example.
std::set<std::string> CodesOf(const Entry::Example& example) {
  Compilation compiled;
  Diagnostics diagnostics;
  if (example.kind == "graph") {
    const SourceFile file("graph", example.text);
    const auto graph = ir::Parse(file, diagnostics);
    if (graph) ir::Verify(*graph, compiled.files, diagnostics);
  } else if (example.kind == "cases") {
    CheckCases(compiled.files.Add("orders_test.yaml", example.text), diagnostics);
  } else {
    const SourceFile& file = compiled.files.Add("example.yaml", FileOf(example));
    Compile({&file}, Lane(), {}, "", compiled);
  }
  std::set<std::string> codes;
  for (const Diagnostics* all : {&diagnostics, &compiled.diagnostics}) {
    for (const Diagnostic& said : all->Sorted()) codes.insert(CodeName(said.code));
  }
  return codes;
}

// What no check can judge: bytes that are no text, sizes, and failures while running.
bool IsUnseen(const std::string& code) {
  static const std::set<std::string> kUnseen = {"K0102", "K0103", "K0104", "K0218"};
  return kUnseen.contains(code) || code.starts_with("K06");
}

std::vector<std::string> DefinedCodes() {
  const std::string codes =
      golden::ReadFile(golden::fs::path(KASPR_TESTS).parent_path() / "base/codes.h");
  const std::regex definition("k[A-Za-z0-9]+ = ([0-9]+)");
  std::vector<std::string> defined;
  for (auto it = std::sregex_iterator(codes.begin(), codes.end(), definition);
       it != std::sregex_iterator(); ++it) {
    defined.push_back(fmt::format("K{:0>4}", (*it)[1].str()));
  }
  return defined;
}

TEST(Explain, HasEveryCodeInOrder) {
  std::vector<std::string> explained;
  for (const Entry& entry : Codes()) explained.push_back(entry.name);
  EXPECT_EQ(fmt::format("{}", fmt::join(explained, " ")),
            fmt::format("{}", fmt::join(DefinedCodes(), " ")));
}

TEST(Explain, ShowsWhatIsWrongAndWhatIsRight) {
  for (const Entry& entry : Codes()) {
    std::set<std::string> verdicts;
    for (const Entry::Example& example : entry.examples) {
      verdicts.insert(example.verdict);
      if (example.kind == "text") {
        EXPECT_TRUE(IsUnseen(entry.name)) << entry.name;
        continue;
      }
      const std::set<std::string> codes = CodesOf(example);
      const std::string said = fmt::format("{}: {}\n{}", entry.name, codes, example.text);
      if (example.verdict == "wrong") {
        EXPECT_TRUE(codes.contains(entry.name)) << said;
      } else {
        EXPECT_TRUE(codes.empty()) << said;
      }
    }
    EXPECT_EQ(verdicts, (std::set<std::string>{"right", "wrong"})) << entry.name;
    EXPECT_FALSE(entry.title.empty() || entry.examples.empty()) << entry.name;
  }
}

TEST(Explain, ShowsFieldsAsTheyAreWritten) {
  for (const Entry& entry : Fields()) {
    for (const Entry::Example& example : entry.examples) {
      std::set<std::string> codes = CodesOf(example);
      for (const char* fine : {"K0219", "K0305"}) codes.erase(fine);
      EXPECT_TRUE(codes.empty()) << fmt::format("{}: {}\n{}", entry.name, codes, FileOf(example));
    }
  }
}

// A document in which the mapping at `path` has a key that nobody knows, in the shape of the
// entries: a list where they say so.
std::string DocumentAt(const std::vector<Entry>& path) {
  std::string inner = "{zzzzzzzz: 1}";
  for (auto entry = path.rbegin(); entry != path.rend(); ++entry) {
    const std::string part = entry->name.substr(entry->name.rfind('.') + 1);
    const bool is_list = entry->facts.at("type").starts_with("list of mappings");
    inner = fmt::format("{{{}: {}}}", part, is_list ? "[" + inner + "]" : inner);
  }
  if (!path.empty() && path.front().name.find("agents") == 0) return inner;
  // A key more, which a document of the resource has.
  return "{kind: KasprAgent" +
         (inner == "{zzzzzzzz: 1}" ? ", zzzzzzzz: 1}" : ", " + inner.substr(1));
}

// The keys that the parser says the mapping has; nothing: it is no mapping with keys of its own.
std::optional<std::set<std::string>> KeysAt(const std::vector<Entry>& path) {
  Compilation compiled;
  const SourceFile& file = compiled.files.Add("probe.yaml", DocumentAt(path));
  Compile({&file}, Lane(), {}, "", compiled);
  for (const Diagnostic& said : compiled.diagnostics.Sorted()) {
    if (said.code != Code::kUnknownKey || said.message.find("zzzzzzzz") == std::string::npos) {
      continue;
    }
    EXPECT_FALSE(said.notes.empty()) << Render(said);
    if (said.notes.empty()) return std::nullopt;
    std::set<std::string> keys;
    const std::regex quoted("'([^']+)'");
    const std::string& note = said.notes.front();
    for (auto it = std::sregex_iterator(note.begin(), note.end(), quoted);
         it != std::sregex_iterator(); ++it) {
      keys.insert((*it)[1].str());
    }
    return keys;
  }
  return std::nullopt;
}

std::string Snake(const std::string& key) {
  std::string snake;
  for (const char c : key) {
    if (std::isupper(c) != 0) snake += '_';
    snake += static_cast<char>(std::tolower(c));
  }
  return snake;
}

class FieldWalk {
 public:
  void Walk(std::vector<Entry>& path, const std::vector<Entry>& below) {
    const std::optional<std::set<std::string>> keys = KeysAt(path);
    const std::string at = path.empty() ? "a document" : path.back().name;
    if (!keys) {
      // A mapping of free texts has no keys that the parser knows.
      EXPECT_TRUE(below.empty() || at == "metadata.labels") << at << "\n" << DocumentAt(path);
      return;
    }
    ++mappings;
    const bool snake = !path.empty() && path.front().name == "agents";
    std::set<std::string> explained;
    for (const Entry& entry : below) {
      const std::string key = entry.name.substr(entry.name.rfind('.') + 1);
      explained.insert(snake ? Snake(key) : key);
    }
    EXPECT_EQ(explained, *keys) << "of " << at << "\n" << DocumentAt(path);
    for (const Entry& entry : below) {
      // Blocks look the same everywhere; definitions files are the same in another spelling.
      if (snake) continue;
      path.push_back(entry);
      Walk(path, FieldsBelow(entry));
      path.pop_back();
    }
  }
  size_t mappings = 0;
};

std::vector<Entry> At(const std::vector<std::string>& names) {
  std::vector<Entry> entries;
  for (const Entry& entry : Fields()) {
    if (std::find(names.begin(), names.end(), entry.name) != names.end()) entries.push_back(entry);
  }
  return entries;
}

TEST(Explain, HasEveryFieldOfTheParser) {
  FieldWalk walk;
  std::vector<Entry> path;
  walk.Walk(path, At({"apiVersion", "kind", "metadata", "spec"}));
  EXPECT_GE(walk.mappings, 35u);
  path = At({"agents"});
  walk.Walk(path, FieldsBelow(path.front()));
}

TEST(Explain, SaysWhatAFieldIs) {
  for (const Entry& entry : Fields()) {
    if (entry.facts.contains("same")) continue;
    EXPECT_TRUE(entry.facts.contains("type")) << entry.name;
    EXPECT_FALSE(entry.text.empty()) << entry.name;
  }
}

std::string Explained(const std::string& topic) {
  std::string error;
  const std::optional<std::string> text = ExplainTopic(topic, error);
  return text ? *text : "error: " + error;
}

TEST(Explain, FindsFieldsByTheEndOfTheirPaths) {
  const auto name = [](const std::string& topic) {
    const std::string text = Explained(topic);
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(name("spec.input.topic.name"), "spec.input.topic.name");
  EXPECT_EQ(name("input.take.within"), "spec.input.take.within");
  EXPECT_EQ(name("take"), "spec.input.take");
  EXPECT_EQ(name("output.topics.keySelector"), "spec.output.topics.keySelector");
  EXPECT_EQ(name("output.topics[0].key_selector"), "spec.output.topics.keySelector");
  EXPECT_EQ(name("processors.operations.map"), "spec.processors.operations.map");
  EXPECT_EQ(name("map.entrypoint"), "spec.processors.operations.map.entrypoint");
  EXPECT_EQ(name("topicSend.predicate.python"),
            "spec.processors.operations.topicSend.predicate.python");
  EXPECT_EQ(name("channels.predicate"), "spec.output.channels.predicate");
  EXPECT_EQ(name("kasprc.onError"), "spec.kasprc.onError");
  EXPECT_EQ(name("agents.isolated_partitions"), "agents.isolatedPartitions");
  EXPECT_EQ(name("kaspr.io/app"), "metadata.labels.kaspr.io/app");
}

TEST(Explain, SaysWhatMayHaveBeenMeant) {
  EXPECT_EQ(Explained("K0299"), "error: there is no diagnostic 'K0299'; did you mean 'K0209'?");
  EXPECT_EQ(Explained("input.take.witin"),
            "error: there is no field 'input.take.witin'; did you mean 'input.take.within'?");
  EXPECT_EQ(Explained("xyzzy"), "error: there is no field 'xyzzy'");
  EXPECT_EQ(Explained(""), "error: there is no field ''");
  EXPECT_TRUE(Explained("predicate").starts_with("error: several fields are called 'predicate': "));
}

TEST(Explain, PrintsAPage) {
  EXPECT_EQ(Explained("input.take"), R"(spec.input.take

  type      mapping
  default   none, values come one by one

Values come as lists. A list ends when it is full or its time is up; it is one unit for errors and
commits.

Fields:

  max     The most values of a list
  within  How long a list waits for more, from its first value on

Example:

    input:
      topic: {name: orders}
      take: {max: 100, within: 5s}
)");
  EXPECT_EQ(Explained("k0105").substr(0, 61),
            "K0105: a file without a document\n\nThe file is empty, or has c");
}

}  // namespace
}  // namespace kaspr::driver
