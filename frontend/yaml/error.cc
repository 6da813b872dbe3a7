#include "frontend/yaml/error.h"

#include "frontend/names.h"

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

// The first token behind the last scalar that was read, past the indicators of its place.
uint32_t NextToken(const YamlFailure& failure) {
  const std::string_view text = failure.file.text();
  uint32_t at = SkipBlank(text, failure.last ? failure.last->end : 0);
  while (at + 1 < text.size() && std::string_view(":-?").find(text[at]) != std::string_view::npos &&
         std::string_view(" \r\n").find(text[at + 1]) != std::string_view::npos) {
    at = SkipBlank(text, at + 1);
  }
  return at;
}

// A line without ": " runs on into the next one, whose ':' then makes no sense: "stray" in
//   a: b
//   stray
//   c: d
bool ReportKeyWithoutColon(const YamlFailure& failure, Diagnostics& diagnostics) {
  const Span line = RestOfLine(failure.file, NextToken(failure));
  if (line.begin >= failure.offset || line.end >= failure.offset || line.begin == line.end) {
    return false;
  }
  const size_t colon = line.text().find(':');
  if (colon == std::string_view::npos) {
    diagnostics
        .Error(Code::kYamlKey, fmt::format("a key without ':': '{}'", Shown(line.text())), line)
        .Text("write 'key: value'");
    return true;
  }
  const auto place = line.begin + static_cast<uint32_t>(colon);
  if (place + 1 >= line.end || line.text()[colon + 1] == ' ') return false;
  diagnostics
      .Error(Code::kYamlKey, "a ':' without a space behind it", CharacterAt(failure.file, place))
      .Text(fmt::format("write '{}: {}'", Shown(line.text().substr(0, colon)),
                        Shown(line.text().substr(colon + 1))));
  return true;
}

// The start of the failing line, if a plain text above has swallowed it: it stands too deep.
std::optional<Span> LineInText(const YamlFailure& failure) {
  if (!failure.last || failure.last->style != ScalarStyle::kPlain) return std::nullopt;
  if (!SpansLines(failure.file, *failure.last) || failure.last->end != failure.offset) {
    return std::nullopt;
  }
  const std::string_view text = failure.file.text();
  const size_t newline = text.rfind('\n', failure.offset - 1);
  return RestOfLine(failure.file, SkipBlank(text, static_cast<uint32_t>(newline)));
}

void ReportMapValue(const YamlFailure& failure, Diagnostics& diagnostics) {
  if (const std::optional<Span> line = LineInText(failure)) {
    diagnostics
        .Error(Code::kYamlSyntax, "this line is part of the text that begins above it", *line)
        .Text("indent it like its siblings");
    return;
  }
  if (ReportKeyWithoutColon(failure, diagnostics)) return;
  diagnostics
      .Error(Code::kYamlSyntax, "a ':' where no key can be",
             CharacterAt(failure.file, failure.offset))
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
  std::string_view theirs;  // how yaml-cpp's message begins
  std::string_view message;
  std::string_view text;
};

constexpr Translation kTranslations[] = {
    {"illegal flow end", "a bracket that closes nothing", "remove it, or put the text in quotes"},
    {"illegal block entry", "a list item where no list can begin",
     "begin the list on a line of its own"},
    {"illegal map key", "a key where none can be", "begin the mapping on a line of its own"},
    {"unknown token", "a text cannot begin with '{}'", "put the text in quotes"},
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

// Of an escape yaml-cpp shows what follows it.
uint32_t Backslash(const YamlFailure& failure) {
  const size_t found = failure.file.text().rfind('\\', failure.offset);
  return found == std::string_view::npos ? failure.offset : static_cast<uint32_t>(found);
}

void ReportTranslated(const YamlFailure& failure, Diagnostics& diagnostics) {
  for (const Translation& entry : kTranslations) {
    if (!failure.message.starts_with(entry.theirs)) continue;
    const bool escape = entry.message.find("escape") != std::string_view::npos;
    const Span place = CharacterAt(failure.file, escape ? Backslash(failure) : failure.offset);
    diagnostics
        .Error(Code::kYamlSyntax, fmt::format(fmt::runtime(entry.message), place.text()), place)
        .Text(std::string(entry.text));
    return;
  }
  diagnostics.Error(Code::kYamlSyntax, fmt::format("broken YAML: {}", failure.message),
                    CharacterAt(failure.file, failure.offset));
}

// The innermost bracket between `begin` and `end` that is open at `end`.
std::optional<uint32_t> OpenBracket(std::string_view text, uint32_t begin, uint32_t end) {
  std::vector<uint32_t> open;
  bool token_starts = true;
  for (uint32_t at = begin; at < end && at < text.size(); ++at) {
    const char c = text[at];
    if (token_starts && (c == '"' || c == '\'')) {
      at = std::max(ScanScalar(text, at, "").end, at + 1) - 1;
    } else if (c == '[' || c == '{') {
      open.push_back(at);
    } else if (c == ']' || c == '}') {
      if (open.empty() || text[open.back()] != (c == ']' ? '[' : '{')) break;
      open.pop_back();
    }
    token_starts = std::string_view(" \n,[{:").find(c) != std::string_view::npos;
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

// An open bracket swallows what follows, until something cannot stand in it.
std::optional<uint32_t> SwallowingBracket(const YamlFailure& failure) {
  const std::string_view text = failure.file.text();
  const std::optional<uint32_t> open =
      OpenBracket(text, failure.open_bracket.value_or(NextToken(failure)), failure.offset);
  if (!open) return std::nullopt;
  const std::string_view between = text.substr(*open, failure.offset - *open);
  const bool swallows = failure.message.find("flow not found") != std::string_view::npos ||
                        failure.message.starts_with("illegal flow end") ||
                        between.find('\n') != std::string_view::npos;
  return swallows ? open : std::nullopt;
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
  if (const std::optional<uint32_t> bracket = SwallowingBracket(failure)) {
    diagnostics
        .Error(Code::kYamlUnclosed, "a bracket that is never closed",
               CharacterAt(failure.file, *bracket))
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
  if (message.starts_with("illegal tab")) {
    const std::string_view text = failure.file.text();
    const size_t tab = text.find_first_not_of(' ', failure.offset);
    return ReportTab(failure.file, static_cast<uint32_t>(std::min(tab, text.size())), diagnostics);
  }
  if (message.starts_with("illegal map value")) return ReportMapValue(failure, diagnostics);
  if (message.starts_with("end of map not found") || message.starts_with("end of sequence not")) {
    return ReportIndentation(failure, diagnostics);
  }
  ReportTranslated(failure, diagnostics);
}

}  // namespace kaspr::frontend
