#pragma once

// Places in the text a user wrote.
//
// A SourceFile is the whole text of one YAML (or IR) file; a Span is a run of its bytes. Everything
// that is ever reported to a user is a Span: line and column are computed when it is shown.
//
// A SourceFile must outlive every Span into it; `SourceFiles` owns them for a run of the compiler.
// All types are immutable once made, so any thread may read them.

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace kaspr {

// 1-based; the column counts characters (code points), not bytes.
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
  bool operator==(const Position&) const = default;
};

class SourceFile {
 public:
  SourceFile(std::string path, std::string text);

  const std::string& path() const { return path_; }
  std::string_view text() const { return text_; }

  Position PositionOf(uint32_t offset) const;
  // The text of a 1-based line, without its line break.
  std::string_view Line(uint32_t line) const;
  uint32_t LineStart(uint32_t line) const;
  uint32_t LineCount() const { return static_cast<uint32_t>(line_starts_.size()); }

 private:
  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_starts_;
};

// A half-open run of bytes of a file. Without a file it is "nowhere".
struct Span {
  const SourceFile* file = nullptr;
  uint32_t begin = 0;
  uint32_t end = 0;

  explicit operator bool() const { return file != nullptr; }
  std::string_view text() const { return file->text().substr(begin, end - begin); }
  bool operator==(const Span&) const = default;
};

// Where an IR entity came from. It never takes part in equality: two graphs that say the same are
// the same wherever they were written.
struct Place {
  Span span;
  bool operator==(const Place&) const { return true; }
};

class SourceFiles {
 public:
  const SourceFile& Add(std::string path, std::string text) {
    return files_.emplace_back(std::move(path), std::move(text));
  }

 private:
  std::deque<SourceFile> files_;  // a deque never moves its elements
};

// Decodes one UTF-8 code point at `offset` and moves past it; a byte that is not UTF-8 counts as
// one character and comes back as U+FFFD.
char32_t NextCodePoint(std::string_view text, size_t& offset);

}  // namespace kaspr
