// Ten thousand specs that somebody mistyped, through the whole compiler in one process: diagnostics
// or none, each at a place in the text; no crash, no error of ours, nothing that takes a second.

#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "base/render.h"
#include "driver/pipeline.h"
#include "frontend/parse_spec.h"
#include "frontend/print_spec.h"
#include "tests/frontend/corpus.h"

namespace kaspr::driver {
namespace {

using frontend::Corpus;
using frontend::CorpusFile;

constexpr int kMutations = 10'000;
constexpr std::clock_t kMostTime = CLOCKS_PER_SEC;  // of all threads: others may use the machine

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  std::string Mutate(std::string text, const std::string& other) {
    for (size_t i = 0, n = 1 + Below(2) * Below(3); i < n; ++i) Step(text, other);
    return text;
  }
  size_t Below(size_t limit) {
    return std::uniform_int_distribution<size_t>(0, limit - 1)(random_);
  }

 private:
  void Step(std::string& text, const std::string& other) {
    static const char* const kPieces[] = {"\t",
                                          "'",
                                          "\"",
                                          "[",
                                          "]",
                                          "{",
                                          "}",
                                          ":",
                                          ": ",
                                          "- ",
                                          "#",
                                          "|",
                                          ">",
                                          "&a ",
                                          "*a",
                                          "<<: ",
                                          "!x ",
                                          "? ",
                                          "\n",
                                          "\r\n",
                                          "---\n",
                                          "...\n",
                                          "%X\n",
                                          "null",
                                          "yes",
                                          "-1",
                                          "1e999",
                                          ",",
                                          "~",
                                          "\xFF",
                                          "\\",
                                          "\\u",
                                          "\xC3\xA4",
                                          "|2\n",
                                          "\n\n",
                                          "@",
                                          "`",
                                          "  ",
                                          "0x",
                                          "\x01",
                                          "name",
                                          "python: ",
                                          "\xEF\xBB\xBF",
                                          "(",
                                          ")",
                                          "def ",
                                          "lambda ",
                                          "yield ",
                                          "await ",
                                          "async ",
                                          "return ",
                                          "*",
                                          "@",
                                          "=",
                                          ".",
                                          "global x\n",
                                          "import time\n",
                                          "\"\"\"",
                                          "f'{",
                                          "\\N{",
                                          "class ",
                                          "sum",
                                          "True",
                                          "not "};
    const size_t at = Below(text.size() + 1);
    switch (Below(8)) {
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
      case 5:  // a key or name is another
        Rename(text, at, other);
        break;
      case 6: {  // a line moves
        const std::string line =
            text.substr(LineStart(text, at), LineEnd(text, at) - LineStart(text, at));
        text.erase(LineStart(text, at), line.size());
        text.insert(LineStart(text, Below(text.size() + 1)), line);
        break;
      }
      case 7:
        if (at < text.size()) text[at] = static_cast<char>(Below(256));
        break;
    }
  }
  void Rename(std::string& text, size_t at, const std::string& other) {
    const std::string_view word = WordAt(text, at), name = WordAt(other, Below(other.size() + 1));
    if (word.empty() || name.empty()) return;
    text.replace(static_cast<size_t>(word.data() - text.data()), word.size(), std::string(name));
  }
  // The letters around a place, or behind it.
  static std::string_view WordAt(const std::string& text, size_t at) {
    const auto letter = [&](size_t i) { return std::isalpha(static_cast<unsigned char>(text[i])); };
    while (at < text.size() && !letter(at)) ++at;
    size_t begin = at, end = at;
    while (begin > 0 && letter(begin - 1)) --begin;
    while (end < text.size() && letter(end)) ++end;
    return std::string_view(text).substr(begin, end - begin);
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

void ExpectPrintsTheSame(const frontend::AppSpec& spec) {
  const SourceFile printed("printed.yaml", frontend::PrintSpec(spec));
  const SourceFile* const again[] = {&printed};
  Diagnostics none;
  const frontend::AppSpec same = frontend::ParseSpec(again, none);
  ASSERT_TRUE(!none.has_errors() && same == spec) << printed.text() << Render(none);
}

void ExpectPlaces(const std::vector<Diagnostic>& said, const std::string& text) {
  for (const Diagnostic& diagnostic : said) {
    for (const Label& label : diagnostic.labels) {
      ASSERT_TRUE(label.span && label.span.begin <= label.span.end && label.span.end <= text.size())
          << diagnostic.message;
    }
    Render(diagnostic);
    ASSERT_EQ(diagnostic.message.find('\n'), std::string::npos) << diagnostic.message;
  }
}

void Check(const std::string& text, python::Interpreter& interpreter, int& right) {
  Compilation compiled;
  const SourceFile& file = compiled.files.Add("t.yaml", text);
  const std::clock_t start = std::clock();
  const bool ok = Compile({&file}, interpreter, {}, "", compiled);
  EXPECT_LT(std::clock() - start, kMostTime);
  const Diagnostics& diagnostics = compiled.diagnostics;
  ASSERT_EQ(ok, !diagnostics.has_errors());
  const auto said = diagnostics.Sorted();
  const auto is_ours = [](const Diagnostic& diagnostic) {
    const auto code = static_cast<int>(diagnostic.code);
    return code >= 400 && code < 500;  // of graphs, which users do not write
  };
  ASSERT_TRUE(std::none_of(said.begin(), said.end(), is_ours)) << Render(diagnostics);
  if (!ok) return ExpectPlaces(said, text);
  ++right;
  ExpectPrintsTheSame(*compiled.spec);
  ExpectPlaces(said, text);
}

TEST(Mutation, NothingThatUsersTypeBreaksUs) {
  std::vector<CorpusFile> corpus = Corpus();
  std::erase_if(corpus, [](const CorpusFile& file) { return file.text.size() > 20'000; });
  ASSERT_FALSE(corpus.empty());
  python::Interpreter interpreter;
  Mutator mutator(20'240'607);
  int right = 0;
  for (int i = 0; i < kMutations; ++i) {
    const CorpusFile& file = corpus[mutator.Below(corpus.size())];
    const std::string text = mutator.Mutate(file.text, corpus[mutator.Below(corpus.size())].text);
    ASSERT_NO_FATAL_FAILURE(Check(text, interpreter, right))
        << "mutation " << i << " of " << file.path << "\n"
        << text;
  }
  // Many are right all the same, or wrong in their Python alone: all phases were there.
  EXPECT_GT(right, kMutations / 25);
}

}  // namespace
}  // namespace kaspr::driver
