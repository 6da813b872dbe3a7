#pragma once

// The words of IR text, in both directions.
//
//   %paid   = filter %in @"is paid"    # comment
//
// lexes as name(%paid) '=' word(filter) name(%in) name(@is paid) line end. Lexing is line by line:
// a token never spans lines, so a mistake never costs more than its line. A span points into the
// file; the text of a quoted token is what it stands for.

#include <string>
#include <string_view>

#include "base/diagnostics.h"

namespace kaspr::ir {

// A name behind its sigil, quoted unless it is a plain word (ASCII letters and digits, `_`, `-`,
// `.`): %paid, %"not paid".
std::string NameText(char sigil, std::string_view name);

// `text` in quotes, with \" \\ \n \r \t and \xHH for the other control characters; any other byte
// is kept as it is.
std::string Quoted(std::string_view text);

struct Token {
  enum class Kind {
    kWord,      // input, json, |-
    kString,    // "orders"
    kNode,      // %paid
    kFunction,  // @paid
    kMark,      // one of = , : [ ] { } ( )
    kLineEnd,
    kBad,  // reported already
  };
  Kind kind = Kind::kLineEnd;
  std::string text;
  Span span;

  bool Is(Kind k, std::string_view t) const { return kind == k && text == t; }
};

class Lexer {
 public:
  Lexer(const SourceFile& file, Diagnostics& diagnostics)
      : file_(file), text_(file.text()), diagnostics_(diagnostics) {}

  // Moves to the next line that is neither blank nor only a comment; false at the end of the text.
  bool NextLine();

  // The next token of this line; kLineEnd for ever at its end.
  Token Next();

  // If the line after this one is a line of a program (`| ...`), moves behind it and gives its
  // text.
  bool NextProgramLine(std::string_view& line);

 private:
  Token NextName(size_t begin);
  Token NextString(size_t begin);
  // Appends the string that begins at the quote at offset_; false: reported.
  bool ReadString(std::string& out);
  Token Make(Token::Kind kind, size_t begin, std::string text) const;
  Span SpanFrom(size_t begin) const;

  const SourceFile& file_;
  const std::string_view text_;
  Diagnostics& diagnostics_;
  size_t offset_ = 0;    // in this line, or at its end
  size_t line_end_ = 0;  // of this line: its '\n' or the end of the text
  size_t next_line_ = 0;
};

}  // namespace kaspr::ir
