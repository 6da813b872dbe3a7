// Ten thousand specs that somebody mistyped: none may crash, hang, throw, or say nothing at all.

#include <gtest/gtest.h>

#include <random>

#include "base/render.h"
#include "frontend/build_graph.h"
#include "frontend/parse_spec.h"
#include "frontend/print_spec.h"
#include "tests/frontend/corpus.h"

namespace kaspr::frontend {
namespace {

constexpr int kMutations = 10'000;

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  std::string Mutate(std::string text, const std::string& other) {
    for (size_t i = 0, n = 1 + Below(3); i < n; ++i) Step(text, other);
    return text;
  }
  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }

 private:
  void Step(std::string& text, const std::string& other) {
    static const char* const kPieces[] = {
        "\t", "'",    "\"",    "[",     "]",    "{",        "}",           ":",    ": ",
        "- ", "#",    "|",     ">",     "&a ",  "*a",       "<<: ",        "!x ",  "? ",
        "\n", "\r\n", "---\n", "...\n", "%X\n", "null",     "yes",         "-1",   "1e999",
        ",",  "~",    "\xFF",  "\\",    "\\u",  "\xC3\xA4", "|2\n",        "\n\n", "@",
        "`",  "  ",   "0x",    "\x01",  "name", "python: ", "\xEF\xBB\xBF"};
    const size_t at = Below(text.size() + 1);
    switch (Below(6)) {
      case 0:
        text.insert(at, kPieces[Below(std::size(kPieces))]);
        break;
      case 1:
        text.erase(at, 1 + Below(8));
        break;
      case 2:  // a line gone
        text.erase(LineStart(text, at), LineEnd(text, at) - LineStart(text, at));
        break;
      case 3: {  // a line again, elsewhere
        const std::string line =
            text.substr(LineStart(text, at), LineEnd(text, at) - LineStart(text, at));
        text.insert(LineStart(text, Below(text.size() + 1)), line);
        break;
      }
      case 4:  // the rest of another file
        text = text.substr(0, at) + other.substr(Below(other.size() + 1));
        break;
      case 5:
        if (at < text.size()) text[at] = static_cast<char>(Below(256));
        break;
    }
  }
  static size_t LineStart(const std::string& text, size_t at) {
    const size_t newline = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    return newline == std::string::npos ? 0 : newline + 1;
  }
  static size_t LineEnd(const std::string& text, size_t at) {
    const size_t newline = text.find('\n', at);
    return newline == std::string::npos ? text.size() : newline + 1;
  }

  std::mt19937 random_;
};

void Check(const std::string& text) {
  const SourceFile file("t.yaml", text);
  const SourceFile* const files[] = {&file};
  Diagnostics diagnostics;
  const AppSpec spec = ParseSpec(files, diagnostics);
  const bool whole = !diagnostics.has_errors();
  BuildGraph(spec, diagnostics);
  if (whole) {
    const SourceFile printed("printed.yaml", PrintSpec(spec));
    const SourceFile* const again[] = {&printed};
    Diagnostics none;
    const AppSpec same = ParseSpec(again, none);
    ASSERT_TRUE(!none.has_errors() && same == spec) << printed.text() << Render(none);
  }
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    for (const Label& label : diagnostic.labels) {
      ASSERT_TRUE(label.span && label.span.begin <= label.span.end && label.span.end <= text.size())
          << diagnostic.message;
    }
    ASSERT_EQ(diagnostic.message.find('\n'), std::string::npos) << diagnostic.message;
  }
  Render(diagnostics);
}

TEST(Mutation, NothingThatUsersTypeBreaksUs) {
  const std::vector<CorpusFile> corpus = Corpus();
  ASSERT_FALSE(corpus.empty());
  Mutator mutator(20'240'607);
  for (int i = 0; i < kMutations; ++i) {
    const CorpusFile& file = corpus[mutator.Below(corpus.size())];
    if (file.text.size() > 20'000) continue;
    const std::string text = mutator.Mutate(file.text, corpus[mutator.Below(corpus.size())].text);
    ASSERT_NO_FATAL_FAILURE(Check(text)) << "mutation " << i << " of " << file.path << "\n" << text;
  }
}

}  // namespace
}  // namespace kaspr::frontend
