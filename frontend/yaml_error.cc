#include "frontend/yaml_error.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspr::frontend {
namespace {

Span CharacterAt(const SourceFile& file, uint32_t offset) {
  const auto size = static_cast<uint32_t>(file.text().size());
  if (offset >= size) return {&file, size, size};
  size_t end = offset;
  NextCodePoint(file.text(), end);
  return {&file, offset, static_cast<uint32_t>(end)};
}

// The rest of the line from `offset`, without a comment's worth of blanks at its end.
Span RestOfLine(const SourceFile& file, uint32_t offset) {
  const std::string_view text = file.text();
  size_t end = std::min(text.find('\n', offset), text.size());
  while (end > offset && (text[end - 1] == ' ' || text[end - 1] == '\r')) --end;
  return {&file, offset, static_cast<uint32_t>(end)};
}

bool IsQuoted(const RawScalar& scalar) {
  return scalar.style == ScalarStyle::kSingleQuoted || scalar.style == ScalarStyle::kDoubleQuoted;
}

bool SpansLines(const SourceFile& file, const RawScalar& scalar) {
  const std::string_view raw = file.text().substr(scalar.begin, scalar.end - scalar.begin);
  return raw.find('\n') != std::string_view::npos;
}

// A text that was never closed ends at the next quote, wherever that is: then what follows it on
// the same line makes no sense.
bool IsSwallowedByQuote(const YamlFailure& failure) {
  if (!failure.last || !IsQuoted(*failure.last) || !SpansLines(failure.file, *failure.last)) {
    return false;
  }
  const std::string_view text = failure.file.text();
  return std::min(text.find('\n', failure.last->end), text.size()) >= failure.offset;
}

// The first line of a text that ran on to the line of a ':' it should have had itself: "stray" in
//   a: b
//   stray
//   c: d
std::optional<Span> KeyWithoutColon(const YamlFailure& failure) {
  if (!failure.last || failure.offset < failure.last->end) return std::nullopt;
  const uint32_t begin = SkipBlank(failure.file.text(), failure.last->end);
  const Span line = RestOfLine(failure.file, begin);
  if (begin >= failure.offset || line.end >= failure.offset) return std::nullopt;
  if (line.text().find(':') != std::string_view::npos) return std::nullopt;
  return line;
}

void ReportMapValue(const YamlFailure& failure, Diagnostics& diagnostics) {
  if (const std::optional<Span> key = KeyWithoutColon(failure)) {
    diagnostics.Error(Code::kYamlKey, fmt::format("a key without ':': '{}'", key->text()), *key)
        .Text("write 'key: value'");
    return;
  }
  const uint32_t colon = static_cast<uint32_t>(
      std::min(failure.file.text().find(':', failure.offset), static_cast<size_t>(failure.offset)));
  diagnostics
      .Error(Code::kYamlSyntax, "a ':' where no key can be", CharacterAt(failure.file, colon))
      .Text("a text with ': ' in it needs quotes around it");
}

void ReportIndentation(const YamlFailure& failure, Diagnostics& diagnostics) {
  const Span place = RestOfLine(failure.file, failure.offset);
  const bool same_line = failure.last && failure.last->end <= failure.offset &&
                         failure.file.text()
                                 .substr(failure.last->end, failure.offset - failure.last->end)
                                 .find('\n') == std::string_view::npos;
  if (same_line) {
    diagnostics.Error(Code::kYamlSyntax, "text behind the end of a value", place)
        .Text("put quotes around all of it, or start a new line");
    return;
  }
  diagnostics
      .Error(Code::kYamlSyntax, "this line fits neither the one above nor the block around it",
             place)
      .Text("its indentation must be that of its siblings");
}

struct Translation {
  std::string_view library;  // how the library's message begins
  std::string_view message;
  std::string_view text;
};

constexpr Translation kTranslations[] = {
    {"illegal flow end", "a bracket that closes nothing", "remove it, or put the text in quotes"},
    {"illegal block entry", "a list item where no list can begin",
     "begin the list on a line of its own"},
    {"illegal map key", "a key where none can be", "begin the mapping on a line of its own"},
    {"unknown token", "a text cannot begin with this character", "put the text in quotes"},
    {"unknown escape character", "an unknown escape in a double-quoted text",
     "write '\\\\' for a backslash, or use single quotes"},
    {"bad character found while scanning hex", "an escape with too few hexadecimal digits",
     "\\x takes 2 of them, \\u 4, \\U 8"},
    {"invalid unicode", "an escape of a code point that does not exist", ""},
    {"cannot set zero indentation", "a block cannot be indented by 0",
     "use 1 to 9, or leave it out"},
    {"unexpected character in block scalar", "text behind the indicator of a block",
     "begin the block on the next line"},
    {"illegal document indicator in scalar", "the document ends inside a quoted text", ""},
    {"YAML major version too large", "a version of YAML that does not exist yet", "use 1.2"},
};

void ReportTranslated(const YamlFailure& failure, Diagnostics& diagnostics) {
  const Span place = CharacterAt(failure.file, failure.offset);
  for (const Translation& entry : kTranslations) {
    if (!failure.message.starts_with(entry.library)) continue;
    diagnostics.Error(Code::kYamlSyntax, std::string(entry.message), place)
        .Text(std::string(entry.text));
    return;
  }
  diagnostics.Error(Code::kYamlSyntax, fmt::format("broken YAML: {}", failure.message), place);
}

}  // namespace

void ReportTab(const SourceFile& file, uint32_t offset, Diagnostics& diagnostics) {
  diagnostics.Error(Code::kYamlTab, "a tab as indentation", CharacterAt(file, offset))
      .Text("indent with spaces");
}

void ReportOpenQuote(const SourceFile& file, const RawScalar& scalar, Diagnostics& diagnostics) {
  diagnostics
      .Error(Code::kYamlUnclosed, "a quote that is never closed", CharacterAt(file, scalar.begin))
      .Text(fmt::format("the text that opens here needs a closing {}", file.text()[scalar.begin]));
}

void ReportFailure(const YamlFailure& failure, Diagnostics& diagnostics) {
  const std::string_view message = failure.message;
  if (failure.tab && *failure.tab <= RestOfLine(failure.file, failure.offset).end) {
    return ReportTab(failure.file, *failure.tab, diagnostics);
  }
  if (IsSwallowedByQuote(failure)) {
    return ReportOpenQuote(failure.file, *failure.last, diagnostics);
  }
  if (failure.open_bracket && (message.find("flow not found") != std::string_view::npos ||
                               message.starts_with("illegal flow end"))) {
    diagnostics
        .Error(Code::kYamlUnclosed, "a bracket that is never closed",
               CharacterAt(failure.file, *failure.open_bracket))
        .Text("opened here");
    return;
  }
  if (message.starts_with("the referenced anchor")) {
    Span alias = CharacterAt(failure.file, failure.offset);
    const std::string_view text = failure.file.text();
    alias.end =
        static_cast<uint32_t>(std::min(text.find_first_of(" \t\r\n,]}", alias.begin), text.size()));
    diagnostics
        .Error(Code::kYamlAlias, fmt::format("an alias of nothing: '{}'", alias.text()), alias)
        .Text(fmt::format("no value before it has the anchor '&{}'", alias.text().substr(1)));
    return;
  }
  if (message.starts_with("illegal map value")) return ReportMapValue(failure, diagnostics);
  if (message.starts_with("end of map not found") || message.starts_with("end of sequence not")) {
    return ReportIndentation(failure, diagnostics);
  }
  ReportTranslated(failure, diagnostics);
}

}  // namespace kaspr::frontend
