#include "driver/test/show_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/span.h"

namespace kaspr::driver {

namespace {

constexpr size_t kMostDifferences = 10;
constexpr size_t kMostLines = 40;  // of what a run said
constexpr size_t kWidth = 97;      // of the line of a case that fails
constexpr std::string_view kIndent = "          ";

enum class Ink { kGood, kBad, kExpected, kWritten };

std::string Colored(Ink ink, std::string_view text, const ShowOptions& options) {
  if (!options.color) return std::string(text);
  const char* sequence = ink == Ink::kGood || ink == Ink::kWritten ? "32" : "31";
  return fmt::format("\x1b[{}m{}\x1b[0m", sequence, text);
}

size_t CharactersOf(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) NextCodePoint(text, at);
  return count;
}

// One line, whatever is in it.
std::string OneLine(const std::string& text) {
  std::string line = text;
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return line;
}

std::string FailLine(const Case& test, const ShowOptions& options) {
  const std::string place = fmt::format("{}:{}", test.place.file->path(),
                                        test.place.file->PositionOf(test.place.begin).line);
  const std::string name = OneLine(test.name);
  const size_t used = 8 + CharactersOf(name) + CharactersOf(place);
  const size_t gap = used + 2 <= kWidth ? kWidth - used : 2;
  return fmt::format("  {}  {}{:{}}{}\n", Colored(Ink::kBad, "FAIL", options), name, "", gap,
                     place);
}

void AppendLines(std::string& out, std::string_view text, std::string_view prefix, size_t most) {
  size_t count = 0;
  for (; !text.empty() && count < most; ++count) {
    const size_t end = std::min(text.find('\n'), text.size());
    out += fmt::format("{}{}{}\n", kIndent, prefix, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!text.empty()) {
    out += fmt::format("{}{}\u2026 {} more lines\n", kIndent, prefix,
                       std::count(text.begin(), text.end(), '\n'));
  }
}

}  // namespace

std::string ShowResult(const Case& test, const CaseEnd& end,
                       const std::vector<CaseDifference>& differences, const ShowOptions& options) {
  if (end.trouble.empty() && differences.empty()) {
    return fmt::format("  {}    {}\n", Colored(Ink::kGood, "ok", options), OneLine(test.name));
  }
  std::string out = FailLine(test, options);
  if (!end.trouble.empty()) out += fmt::format("{}{}\n", kIndent, end.trouble);
  const size_t shown = end.trouble.empty() ? std::min(differences.size(), kMostDifferences) : 0;
  for (size_t i = 0; i < shown; ++i) {
    out += fmt::format("{}{}\n", kIndent, differences[i].title);
    for (const std::string& line : differences[i].lines) {
      const Ink ink = line.starts_with('-') ? Ink::kExpected : Ink::kWritten;
      out += fmt::format("{}{}\n", kIndent, Colored(ink, line, options));
    }
  }
  if (end.trouble.empty() && shown < differences.size()) {
    out += fmt::format("{}\u2026 {} more differences\n", kIndent, differences.size() - shown);
  }
  AppendLines(out, end.said, "| ", kMostLines);
  return out;
}

}  // namespace kaspr::driver
