#include "ir/lexer.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspr::ir {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool IsControl(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

}  // namespace

std::string NameText(char sigil, std::string_view name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), IsWordCharacter);
  return sigil + (plain ? std::string(name) : Quoted(name));
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
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
      default:
        if (IsControl(c)) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

bool Lexer::NextLine() {
  while (next_line_ < text_.size()) {
    offset_ = next_line_;
    line_end_ = std::min(text_.find('\n', offset_), text_.size());
    next_line_ = line_end_ + 1;
    while (offset_ < line_end_ && IsBlank(text_[offset_])) ++offset_;
    if (offset_ < line_end_ && text_[offset_] != '#') return true;
  }
  offset_ = line_end_ = text_.size();
  return false;
}

bool Lexer::NextProgramLine(std::string_view& line) {
  size_t begin = next_line_;
  while (begin < text_.size() && (text_[begin] == ' ' || text_[begin] == '\t')) ++begin;
  if (begin >= text_.size() || text_[begin] != '|') return false;
  line_end_ = std::min(text_.find('\n', begin), text_.size());
  offset_ = line_end_;
  next_line_ = line_end_ + 1;
  line = text_.substr(begin + 1, line_end_ - begin - 1);
  if (line.starts_with(' ')) line.remove_prefix(1);
  return true;
}

Token Lexer::Next() {
  while (offset_ < line_end_ && IsBlank(text_[offset_])) ++offset_;
  const size_t begin = offset_;
  if (begin == line_end_ || text_[begin] == '#') {
    offset_ = line_end_;
    return Make(Token::Kind::kLineEnd, begin, "");
  }
  const char c = text_[begin];
  if (c == '"') return NextString(begin);
  if (c == '%' || c == '@') return NextName(begin);
  if (std::string_view("=,:[]{}()").find(c) != std::string_view::npos) {
    ++offset_;
    return Make(Token::Kind::kMark, begin, std::string(1, c));
  }
  if (c == '|') {
    ++offset_;
    if (offset_ < line_end_ && text_[offset_] == '-') ++offset_;
    return Make(Token::Kind::kWord, begin, std::string(text_.substr(begin, offset_ - begin)));
  }
  while (offset_ < line_end_ && IsWordCharacter(text_[offset_])) ++offset_;
  if (offset_ > begin) {
    return Make(Token::Kind::kWord, begin, std::string(text_.substr(begin, offset_ - begin)));
  }
  NextCodePoint(text_, offset_);
  offset_ = std::min(offset_, line_end_);
  diagnostics_.Error(Code::kGraphSyntax, "a character that graph text does not have",
                     SpanFrom(begin));
  return Make(Token::Kind::kBad, begin, "");
}

Token Lexer::NextName(size_t begin) {
  const auto kind = text_[begin] == '%' ? Token::Kind::kNode : Token::Kind::kFunction;
  ++offset_;
  std::string name;
  if (offset_ < line_end_ && text_[offset_] == '"') {
    const bool good = ReadString(name);
    return Make(good ? kind : Token::Kind::kBad, begin, std::move(name));
  }
  while (offset_ < line_end_ && IsWordCharacter(text_[offset_])) name += text_[offset_++];
  if (!name.empty()) return Make(kind, begin, std::move(name));
  diagnostics_
      .Error(Code::kGraphSyntax, fmt::format("'{}' without a name", text_[begin]), SpanFrom(begin))
      .Text("a name follows, in quotes if it is not a plain word");
  return Make(Token::Kind::kBad, begin, "");
}

Token Lexer::NextString(size_t begin) {
  std::string text;
  const bool good = ReadString(text);
  return Make(good ? Token::Kind::kString : Token::Kind::kBad, begin, std::move(text));
}

bool Lexer::ReadString(std::string& out) {
  const size_t begin = offset_++;
  bool good = true;
  while (offset_ < line_end_ && text_[offset_] != '"') {
    if (text_[offset_] != '\\') {
      out += text_[offset_++];
      continue;
    }
    const size_t escape = offset_++;
    const char c = offset_ < line_end_ ? text_[offset_++] : '\0';
    if (const size_t which = std::string_view("\"\\nrt").find(c); which != std::string_view::npos) {
      out += "\"\\\n\r\t"[which];
      continue;
    }
    if (c == 'x' && offset_ + 2 <= line_end_) {
      const size_t high = kHexDigits.find(text_[offset_]);
      const size_t low = kHexDigits.find(text_[offset_ + 1]);
      if (high != std::string_view::npos && low != std::string_view::npos) {
        out += static_cast<char>(high * 16 + low);
        offset_ += 2;
        continue;
      }
    }
    diagnostics_
        .Error(Code::kGraphSyntax, "an escape that graph text does not have", SpanFrom(escape))
        .Text("one of \\\" \\\\ \\n \\r \\t \\x07");
    good = false;
  }
  if (offset_ == line_end_) {
    if (good) {
      diagnostics_
          .Error(Code::kGraphSyntax, "a text in quotes that is not closed on its line",
                 SpanFrom(begin))
          .Text("'\"' is missing at its end");
    }
    return false;
  }
  ++offset_;
  return good;
}

Token Lexer::Make(Token::Kind kind, size_t begin, std::string text) const {
  return {kind, std::move(text), SpanFrom(begin)};
}

Span Lexer::SpanFrom(size_t begin) const {
  return {&file_, static_cast<uint32_t>(begin), static_cast<uint32_t>(offset_)};
}

}  // namespace kaspr::ir
