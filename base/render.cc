#include "base/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace kaspr {

namespace {

constexpr size_t kWidth = 100;

enum class Ink { kPlain, kBold, kError, kWarning, kRemark, kGutter };

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}

  std::string operator()(Ink ink, std::string_view text) const {
    if (!color_ || ink == Ink::kPlain || text.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", Sequence(ink), text);
  }

 private:
  static std::string_view Sequence(Ink ink) {
    switch (ink) {
      case Ink::kPlain:
        return "0";
      case Ink::kBold:
        return "1";
      case Ink::kError:
        return "1;31";
      case Ink::kWarning:
        return "1;33";
      case Ink::kRemark:
        return "1;36";
      case Ink::kGutter:
        return "34";
    }
    return "0";
  }

  bool color_;
};

Ink InkOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return Ink::kError;
    case Severity::kWarning:
      return Ink::kWarning;
    case Severity::kRemark:
      return Ink::kRemark;
  }
  return Ink::kPlain;
}

std::string_view NameOf(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kRemark:
      return "remark";
  }
  return "";
}

// Columns that a terminal gives a character: East Asian wide ones and emoji take two.
size_t WidthOf(char32_t code) {
  const bool wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
                    (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
                    (code >= 0xFE30 && code <= 0xFE6F) || (code >= 0xFF00 && code <= 0xFF60) ||
                    (code >= 0xFFE0 && code <= 0xFFE6) || (code >= 0x1F300 && code <= 0x1FAFF) ||
                    (code >= 0x20000 && code <= 0x3FFFD);
  return wide ? 2 : 1;
}

// A line of source as it is shown: tabs are one blank, what cannot be printed is U+FFFD.
struct Cell {
  std::string text;
  size_t width;
  uint32_t offset;  // of its first byte in the file
};

std::vector<Cell> CellsOf(const SourceFile& file, uint32_t line) {
  const std::string_view text = file.Line(line);
  std::vector<Cell> cells;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    const char32_t code = NextCodePoint(text, i);
    const auto offset = static_cast<uint32_t>(file.LineStart(line) + begin);
    if (code == '\t') {
      cells.push_back({" ", 1, offset});
    } else if (code == 0xFEFF && offset == 0) {
      continue;  // a byte order mark is not shown
    } else if (code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFD) {
      cells.push_back({"\xEF\xBF\xBD", 1, offset});
    } else {
      cells.push_back({std::string(text.substr(begin, i - begin)), WidthOf(code), offset});
    }
  }
  return cells;
}

// The source line and the row of marks below it, cut around the marks where it is too wide.
struct Snippet {
  std::string source;
  std::string blanks;  // up to the marks
  size_t marks = 1;
};

Snippet SnippetOf(const Span& span, uint32_t line, size_t room) {
  const std::vector<Cell> cells = CellsOf(*span.file, line);
  const auto at = [&](uint32_t offset) {
    return static_cast<size_t>(
        std::lower_bound(cells.begin(), cells.end(), offset,
                         [](const Cell& cell, uint32_t value) { return cell.offset < value; }) -
        cells.begin());
  };
  const size_t first = at(span.begin);
  const size_t last = std::max(at(span.end), first);
  size_t begin = 0, end = cells.size();
  if (end > room) {
    const size_t context = room / 3;
    begin = first > context ? std::min(first - context, end - room) : 0;
    end = std::min(begin + room, end);
  }
  Snippet snippet;
  if (begin > 0) snippet.source = snippet.blanks = "...";
  if (begin > 0) snippet.blanks = "   ";
  size_t marks = 0;
  for (size_t i = begin; i < end; ++i) {
    snippet.source += cells[i].text;
    if (i < first) snippet.blanks.append(cells[i].width, ' ');
    if (i >= first && i < last) marks += cells[i].width;
  }
  if (end < cells.size()) snippet.source += "...";
  snippet.marks = std::max<size_t>(marks, 1);
  return snippet;
}

class Renderer {
 public:
  Renderer(const Diagnostic& diagnostic, const RenderOptions& options)
      : diagnostic_(diagnostic), paint_(options.color) {}

  std::string Run() {
    const Ink ink = InkOf(diagnostic_.severity);
    out_ = paint_(ink,
                  fmt::format("{}[{}]", NameOf(diagnostic_.severity), CodeName(diagnostic_.code))) +
           paint_(Ink::kBold, ": " + diagnostic_.message) + "\n";
    for (const Label& label : diagnostic_.labels) {
      if (!label.span) continue;
      gutter_ = std::max(gutter_, fmt::formatted_size("{}", LineOf(label)));
    }
    const SourceFile* shown = nullptr;
    for (size_t i = 0; i < diagnostic_.labels.size(); ++i) {
      const Label& label = diagnostic_.labels[i];
      if (!label.span) continue;
      if (label.span.file != shown) Place(label, i == 0);
      shown = label.span.file;
      Show(label, i == 0 ? ink : Ink::kRemark, i == 0 ? '^' : '-');
    }
    for (const std::string& note : diagnostic_.notes) Note(note);
    return std::move(out_);
  }

 private:
  static uint32_t LineOf(const Label& label) {
    return label.span.file->PositionOf(label.span.begin).line;
  }

  void Place(const Label& label, bool primary) {
    const Position position = label.span.file->PositionOf(label.span.begin);
    out_ += std::string(gutter_, ' ') + paint_(Ink::kGutter, primary ? "--> " : "::: ");
    out_ += fmt::format("{}:{}:{}", label.span.file->path(), position.line, position.column);
    if (primary && !diagnostic_.context.empty()) out_ += " (" + diagnostic_.context + ")";
    out_ += '\n';
  }

  void Show(const Label& label, Ink ink, char mark) {
    const uint32_t line = LineOf(label);
    const Snippet snippet = SnippetOf(label.span, line, kWidth - gutter_ - 10);
    const std::string bar = std::string(gutter_, ' ') + paint_(Ink::kGutter, " |");
    out_ += bar + "\n";
    out_ += paint_(Ink::kGutter, fmt::format("{:>{}} |", line, gutter_));
    out_ += snippet.source.empty() ? "\n" : " " + snippet.source + "\n";
    out_ += bar + " " + snippet.blanks;
    std::string marks(snippet.marks, mark);
    const bool fits = gutter_ + 3 + snippet.blanks.size() + marks.size() + 1 + label.text.size() <=
                      kWidth;  // bytes, where columns are meant: a little early is no harm
    if (fits && !label.text.empty()) marks += " " + label.text;
    out_ += paint_(ink, marks) + "\n";
    if (!fits) Note(label.text);
  }

  // Lines that are too wide go on in the next one, from word to word.
  void Note(std::string_view note) {
    std::string lead = std::string(gutter_, ' ') + paint_(Ink::kGutter, " = ");
    const size_t room = kWidth - gutter_ - 3;
    while (true) {
      size_t end = std::min(note.find('\n'), note.size());
      const size_t blank = end > room ? note.rfind(' ', room) : std::string_view::npos;
      if (blank != std::string_view::npos && blank > 0) end = blank;
      out_ += lead + std::string(note.substr(0, end)) + "\n";
      if (end == note.size()) return;
      note.remove_prefix(end + 1);
      lead = std::string(gutter_ + 3, ' ');
    }
  }

  const Diagnostic& diagnostic_;
  const Painter paint_;
  std::string out_;
  size_t gutter_ = 1;
};

}  // namespace

std::string CodeName(Code code) {
  return fmt::format("K{:04}", static_cast<uint16_t>(code));
}

std::string Render(const Diagnostic& diagnostic, const RenderOptions& options) {
  return Renderer(diagnostic, options).Run();
}

std::string Render(const Diagnostics& diagnostics, const RenderOptions& options) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    if (!out.empty()) out += '\n';
    out += Render(diagnostic, options);
  }
  return out;
}

std::string JsonQuoted(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    const char32_t code = NextCodePoint(text, i);
    switch (code) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case 0xFFFD:
        out += "\xEF\xBF\xBD";
        break;
      default:
        if (code < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<uint32_t>(code));
        } else {
          out += text.substr(begin, i - begin);
        }
    }
  }
  return out + '"';
}

std::string RenderJson(const Diagnostics& diagnostics) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.Sorted()) {
    if (!out.empty()) out += ", ";
    out += fmt::format(R"({{"severity": {}, "code": {}, "message": {})",
                       JsonQuoted(NameOf(diagnostic.severity)),
                       JsonQuoted(CodeName(diagnostic.code)), JsonQuoted(diagnostic.message));
    std::vector<std::string> notes;
    for (size_t i = 0; i < diagnostic.labels.size(); ++i) {
      const auto& [span, text] = diagnostic.labels[i];
      if (!span) continue;
      const Position begin = span.file->PositionOf(span.begin);
      const Position end = span.file->PositionOf(span.end);
      if (i == 0) {
        out += fmt::format(
            R"(, "file": {}, "line": {}, "column": {}, "end_line": {}, "end_column": {})",
            JsonQuoted(span.file->path()), begin.line, begin.column, end.line, end.column);
        if (!text.empty()) notes.push_back(text);
      } else {
        notes.push_back(fmt::format("{}:{}:{}: {}", span.file->path(), begin.line, begin.column,
                                    text.empty() ? "see here" : text));
      }
    }
    notes.insert(notes.end(), diagnostic.notes.begin(), diagnostic.notes.end());
    out += R"(, "notes": [)";
    for (size_t i = 0; i < notes.size(); ++i) out += (i > 0 ? ", " : "") + JsonQuoted(notes[i]);
    out += "]}";
  }
  return R"({"diagnostics": [)" + out + "]}\n";
}

std::string Grouped(uint64_t number) {
  std::string digits = fmt::format("{}", number);
  for (size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

}  // namespace kaspr
