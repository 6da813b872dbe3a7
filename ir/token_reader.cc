#include "ir/token_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/duration.h"

namespace kaspr::ir {

using Kind = Token::Kind;

bool TokenReader::NextLine() {
  at_end_ = !lexer_.NextLine();
  if (!at_end_) Advance();
  return !at_end_;
}

bool TokenReader::Fail(const std::string& wanted) {
  if (token_.kind == Kind::kBad) return false;  // the lexer reported it
  auto error = token_.kind == Kind::kLineEnd
                   ? diagnostics_.Error(Code::kGraphSyntax, "the line ends too early", token_.span)
                   : diagnostics_.Error(
                         Code::kGraphSyntax,
                         fmt::format("'{}' does not belong here", token_.span.text()), token_.span);
  error.Text("expected " + wanted);
  return false;
}

bool TokenReader::Take(Kind kind, const std::string& wanted, Token& token) {
  if (token_.kind != kind) return Fail(wanted);
  token = std::move(token_);
  Advance();
  return true;
}

bool TokenReader::TakeText(Kind kind, const std::string& wanted, std::string& text) {
  Token token;
  if (!Take(kind, wanted, token)) return false;
  text = std::move(token.text);
  return true;
}

bool TokenReader::TakeNumber(int64_t least, int64_t most, int64_t& number) {
  const char* end = token_.text.data() + token_.text.size();
  int64_t parsed = 0;
  const auto [stop, error] = std::from_chars(token_.text.data(), end, parsed);
  const bool whole = token_.kind == Kind::kWord && error == std::errc() && stop == end;
  if (!whole || parsed < least || parsed > most) {
    return Fail(fmt::format("a number from {} to {}", least, most));
  }
  number = parsed;
  Advance();
  return true;
}

bool TokenReader::TakeDuration(std::chrono::milliseconds& duration) {
  const auto parsed = token_.kind == Kind::kWord ? ParseDuration(token_.text) : std::nullopt;
  if (!parsed) return Fail("a duration, as 200ms, 5s or 1h");
  duration = *parsed;
  Advance();
  return true;
}

bool TokenReader::TakeSerializer(Serializer& serializer) {
  const auto known = token_.kind == Kind::kWord ? SerializerFromName(token_.text) : std::nullopt;
  if (!known) return Fail("'raw', 'json', 'binary' or 'pickle'");
  serializer = *known;
  Advance();
  return true;
}

bool TokenReader::Accept(Kind kind, std::string_view text) {
  if (!token_.Is(kind, text)) return false;
  Advance();
  return true;
}

bool TokenReader::Expect(Kind kind, std::string_view text) {
  return Accept(kind, text) || Fail(fmt::format("'{}'", text));
}

bool TokenReader::ExpectLineEnd() {
  return token_.kind == Kind::kLineEnd || Fail("the end of the line");
}

bool TokenReader::Attributes(const TakeValue& take, std::initializer_list<Flag> flags) {
  if (!AcceptMark("[")) return true;
  std::vector<std::string> seen;
  do {
    Token name;
    if (!Take(Kind::kWord, "the name of an attribute", name)) return false;
    if (std::find(seen.begin(), seen.end(), name.text) != seen.end()) {
      diagnostics_.Error(Code::kGraphRepeated,
                         fmt::format("the attribute '{}' is given twice", name.text), name.span);
      return false;
    }
    seen.push_back(name.text);
    const auto* flag = std::find_if(flags.begin(), flags.end(),
                                    [&](const Flag& known) { return known.name == name.text; });
    if (flag != flags.end()) {
      flag->value = true;
    } else if (!Expect(Kind::kMark, ":") || !take(name)) {
      return false;
    }
  } while (AcceptMark(","));
  return Expect(Kind::kMark, "]");
}

bool TokenReader::UnknownAttribute(const Token& name, const std::string& known) {
  diagnostics_
      .Error(Code::kGraphSyntax, fmt::format("no attribute is called '{}'", name.text), name.span)
      .Text("expected " + known);
  return false;
}

}  // namespace kaspr::ir
