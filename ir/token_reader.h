#pragma once

// Reads IR text token by token, for the parser: takes what is expected, or reports what stands
// there instead.
//
//   Token name;
//   if (!reader.Take(Token::Kind::kString, "the name of the app in quotes", name)) return;
//
// The functions that give a bool give false where they reported a mistake; Accept and its kin give
// false, and report nothing, where something else stands.

#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "ir/graph.h"
#include "ir/lexer.h"

namespace kaspr::ir {

class TokenReader {
 public:
  TokenReader(const SourceFile& file, Diagnostics& diagnostics)
      : lexer_(file, diagnostics), diagnostics_(diagnostics) {}

  // Moves to the first token of the next line that has one.
  bool NextLine();
  bool AtEnd() const { return at_end_; }  // NextLine found no line
  bool NextProgramLine(std::string_view& line) { return lexer_.NextProgramLine(line); }

  const Token& token() const { return token_; }

  bool Fail(const std::string& wanted);
  bool Take(Token::Kind kind, const std::string& wanted, Token& token);
  bool TakeText(Token::Kind kind, const std::string& wanted, std::string& text);
  // A whole number from `least` to `most`.
  bool TakeNumber(int64_t least, int64_t most, int64_t& number);
  bool TakeDuration(std::chrono::milliseconds& duration);
  bool TakeSerializer(Serializer& serializer);

  bool Accept(Token::Kind kind, std::string_view text);
  bool AcceptWord(std::string_view text) { return Accept(Token::Kind::kWord, text); }
  bool AcceptMark(std::string_view text) { return Accept(Token::Kind::kMark, text); }
  bool Expect(Token::Kind kind, std::string_view text);
  bool ExpectLineEnd();

  // An attribute that is there or not: `[ack]`.
  struct Flag {
    std::string_view name;
    bool& value;
  };
  // `[name: ..., flag]`, or nothing. `take` reads what stands behind the colon of a name.
  using TakeValue = std::function<bool(const Token& name)>;
  bool Attributes(const TakeValue& take, std::initializer_list<Flag> flags = {});
  bool UnknownAttribute(const Token& name, const std::string& known);

 private:
  void Advance() { token_ = lexer_.Next(); }

  Lexer lexer_;
  Diagnostics& diagnostics_;
  Token token_;  // the next one
  bool at_end_ = false;
};

}  // namespace kaspr::ir
