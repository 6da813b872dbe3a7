#include "ir/expr/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "ir/names.h"
#include "ir/token_reader.h"
#include "value/primitives.h"
#include "value/status.h"

namespace kaspr::ir {

namespace {

using Kind = Token::Kind;
using value::Tag;

enum class FunctionId : uint32_t {};

bool IsNumber(std::string_view text) {
  text.remove_prefix(text.starts_with('-'));
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

// A constant that is one word; nullopt: it is none.
std::optional<Literal> LiteralOf(const std::string& word) {
  const auto is = [&](Tag tag) { return Literal{.tag = tag, .text = "", .items = {}}; };
  if (word == "-") return is(Tag::kUnbound);
  if (word == "None") return is(Tag::kNone);
  Literal literal = is(Tag::kBool);
  literal.integer = word == "True";
  if (word == "True" || word == "False") return literal;
  if (!IsNumber(word)) return std::nullopt;
  literal = is(Tag::kFloat);
  literal.number = std::numeric_limits<double>::infinity();
  if (word == "0inf") return literal;
  literal.number = -literal.number;
  if (word == "-0inf") return literal;
  literal.number = std::numeric_limits<double>::quiet_NaN();
  if (word == "0nan") return literal;
  const char* const end = word.data() + word.size();
  if (word.find_first_of(".eE") != std::string::npos) {
    const auto [stop, error] = std::from_chars(word.data(), end, literal.number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return literal;
  }
  literal = is(Tag::kInt);
  const auto [stop, error] = std::from_chars(word.data(), end, literal.integer);
  if (stop != end) return std::nullopt;
  if (error == std::errc()) return literal;
  literal = is(Tag::kBigInt);
  literal.text = word;
  return literal;
}

class Parser {
 public:
  Parser(TokenReader& reader, Diagnostics& diagnostics, Names<FunctionId>& names)
      : reader_(reader), diagnostics_(diagnostics), functions_(names) {}

  bool ParseFunction(Expr& expr) {
    Token name;
    if (!reader_.Take(Kind::kFunction, "the name of a function", name) || !ParseParameters()) {
      return false;
    }
    functions_.Define(name, static_cast<FunctionId>(expr.functions.size()), diagnostics_);
    function_.name = name.text;
    function_.generator = reader_.AcceptWord("yields");
    if (!reader_.Expect(Kind::kMark, "{") || !reader_.ExpectLineEnd()) return false;
    if (!ParseBody(function_.body) || !reader_.ExpectLineEnd()) return false;
    function_.values = static_cast<uint32_t>(values_);
    expr.functions.push_back(std::move(function_));
    return true;
  }

 private:
  bool ParseParameters() {
    if (!reader_.Expect(Kind::kMark, "(")) return false;
    while (!reader_.AcceptMark(")")) {
      Token name;
      if (!function_.parameters.empty() && !reader_.Expect(Kind::kMark, ",")) return false;
      if (!reader_.Take(Kind::kWord, "the name of a parameter", name)) return false;
      ValueId id;
      if (!Define(name, id)) return false;
      function_.parameters.push_back(name.text);
    }
    return true;
  }

  bool Define(const Token& name, ValueId& id) {
    id = static_cast<ValueId>(values_++);
    const bool is_new = names_.emplace(Spelling(name), id).second;
    if (!is_new) {
      diagnostics_.Error(Code::kGraphRepeated,
                         fmt::format("the value '{}' is defined twice", name.span.text()),
                         name.span);
    }
    return is_new;
  }

  static std::string Spelling(const Token& name) {
    return (name.kind == Kind::kNode ? "%" : "") + name.text;
  }

  bool DefineNext(std::vector<ValueId>& ids) {
    Token name;
    return reader_.Take(Kind::kNode, "the name of a value", name) &&
           Define(name, ids.emplace_back());
  }

  bool ParseOperand(Operand& operand) {
    const Token token = reader_.token();
    if (token.kind == Kind::kNode || token.kind == Kind::kWord) {
      if (const auto known = names_.find(Spelling(token)); known != names_.end()) {
        operand = {.constant = false, .index = static_cast<uint32_t>(known->second)};
        return reader_.Take(token.kind, "", ignored_);
      }
    }
    if (token.kind == Kind::kNode) {
      diagnostics_.Error(Code::kGraphReference,
                         fmt::format("no value '{}' is defined above", token.span.text()),
                         token.span);
      return false;
    }
    operand = {.constant = true, .index = static_cast<uint32_t>(function_.constants.size())};
    return ParseLiteral(function_.constants.emplace_back());
  }

  bool ParseLiteral(Literal& literal) {
    if (reader_.AcceptMark("(")) return ParseItems(Tag::kTuple, ")", literal);
    if (reader_.AcceptMark("[")) return ParseItems(Tag::kList, "]", literal);
    if (reader_.AcceptMark("{")) return ParseItems(Tag::kSet, "}", literal);
    if (reader_.AcceptWord("0b")) {
      literal.tag = Tag::kBytes;
      return reader_.TakeText(Kind::kString, "the bytes in quotes", literal.text);
    }
    if (reader_.token().kind == Kind::kString) {
      literal.tag = Tag::kStr;
      return reader_.TakeText(Kind::kString, "", literal.text);
    }
    const auto word =
        reader_.token().kind == Kind::kWord ? LiteralOf(reader_.token().text) : std::nullopt;
    if (!word) return reader_.Fail("a value or a constant");
    literal = *word;
    return reader_.Take(Kind::kWord, "", ignored_);
  }

  bool ParseItems(Tag tag, std::string_view end, Literal& literal) {
    constexpr size_t kDeepest = 100;
    literal.tag = tag;
    if (++depth_ > kDeepest) return reader_.Fail("fewer constants in each other");
    if (tag == Tag::kSet && reader_.AcceptMark(":")) {
      literal.tag = Tag::kDict;
      return reader_.Expect(Kind::kMark, end);
    }
    while (!reader_.AcceptMark(end)) {
      if (!literal.items.empty() && !reader_.Expect(Kind::kMark, ",")) return false;
      if (!ParseLiteral(literal.items.emplace_back())) return false;
      if (tag == Tag::kSet && literal.items.size() == 1 && reader_.token().Is(Kind::kMark, ":")) {
        literal.tag = Tag::kDict;
      }
      if (literal.tag == Tag::kDict &&
          (!reader_.Expect(Kind::kMark, ":") || !ParseLiteral(literal.items.emplace_back()))) {
        return false;
      }
    }
    --depth_;
    return true;
  }

  bool ParseOperands(Inst& inst, bool commas) {
    while (reader_.token().kind != Kind::kLineEnd && !reader_.token().Is(Kind::kWord, "at")) {
      if (commas && !inst.operands.empty() && !reader_.Expect(Kind::kMark, ",")) return false;
      if (!ParseOperand(inst.operands.emplace_back())) return false;
    }
    return true;
  }

  bool ParsePlace(Inst& inst) {
    if (!reader_.AcceptWord("at")) return true;
    int64_t line = 0, column = 0;
    if (!reader_.TakeNumber(1, INT32_MAX, line) || !reader_.Expect(Kind::kMark, ":") ||
        !reader_.TakeNumber(1, INT32_MAX, column)) {
      return false;
    }
    inst.line = static_cast<uint32_t>(line);
    inst.column = static_cast<uint32_t>(column);
    return true;
  }

  // " with %3 = 0, %4 = -"
  bool ParseCarried(Inst& inst, Region& region) {
    if (!reader_.AcceptWord("with")) return true;
    std::vector<Token> names;
    do {  // what they begin with does not see them
      if (!reader_.Take(Kind::kNode, "the name of a value", names.emplace_back()) ||
          !reader_.Expect(Kind::kMark, "=") || !ParseOperand(inst.operands.emplace_back())) {
        return false;
      }
    } while (reader_.AcceptMark(","));
    return std::all_of(names.begin(), names.end(), [&](const Token& name) {
      return Define(name, region.parameters.emplace_back());
    });
  }

  // Behind the `{` of a region: its lines, and its `}`.
  bool ParseBody(Region& region) {
    if (!reader_.ExpectLineEnd()) return false;
    constexpr size_t kDeepest = 200;
    if (++depth_ > kDeepest) return reader_.Fail("fewer regions in each other");
    while (true) {
      if (!reader_.NextLine()) return reader_.Fail("'}'");
      if (reader_.AcceptMark("}")) break;
      if (!ParseInst(region.body)) return false;
    }
    --depth_;
    return true;
  }

  // `{`, the lines, `}`
  bool ParseRegion(Inst& inst, Region region) {
    if (!reader_.Expect(Kind::kMark, "{") || !ParseBody(region)) return false;
    inst.regions.push_back(std::move(region));
    return true;
  }

  bool ParseInst(std::vector<Inst>& body) {
    Inst inst;
    std::vector<Token> results;  // defined behind its regions
    while (reader_.token().kind == Kind::kNode) {
      reader_.Take(Kind::kNode, "", results.emplace_back());
      if (!reader_.AcceptMark(",")) break;
    }
    if (!results.empty() && !reader_.Expect(Kind::kMark, "=")) return false;
    Token word;
    if (!reader_.Take(Kind::kWord, "an operation", word) || !ParseHead(word, inst)) return false;
    for (const Token& result : results) {
      if (!Define(result, inst.results.emplace_back())) return false;
    }
    body.push_back(std::move(inst));
    return reader_.ExpectLineEnd();
  }

  bool ParseHead(const Token& word, Inst& inst) {
    const std::string& name = word.text;
    if (name == "if") {
      inst.op = If{};
      if (!ParseOperand(inst.operands.emplace_back()) || !ParsePlace(inst) ||
          !ParseRegion(inst, {})) {
        return false;
      }
      return reader_.Expect(Kind::kWord, "else") && ParseRegion(inst, {});
    }
    if (name == "loop") {
      inst.op = Loop{};
      Region region;
      return ParseCarried(inst, region) && ParsePlace(inst) && ParseRegion(inst, std::move(region));
    }
    if (name == "for") return ParseFor(inst);
    if (name == "try") return ParseTry(inst);
    return ParseSimple(word, inst) && ParsePlace(inst);
  }

  bool ParseFor(Inst& inst) {
    inst.op = For{};
    Region region, otherwise;
    Token item;
    if (!reader_.Take(Kind::kNode, "the name of a value", item) ||
        !reader_.Expect(Kind::kWord, "in") || !ParseOperand(inst.operands.emplace_back())) {
      return false;
    }
    if (!Define(item, region.parameters.emplace_back()) || !ParseCarried(inst, region) ||
        !ParsePlace(inst) || !ParseRegion(inst, std::move(region)) ||
        !reader_.Expect(Kind::kWord, "else")) {
      return false;
    }
    while (reader_.token().kind == Kind::kNode) {
      if (!DefineNext(otherwise.parameters)) return false;
      if (!reader_.AcceptMark(",")) break;
    }
    return ParseRegion(inst, std::move(otherwise));
  }

  bool ParseTry(Inst& inst) {
    Try attempt;
    if (!ParsePlace(inst) || !ParseRegion(inst, {})) return false;
    while (reader_.AcceptWord("except")) {
      value::Raises& caught = attempt.handlers.emplace_back(0);
      while (reader_.token().kind == Kind::kWord) {
        value::Status status = value::Status::kException;
        if (!ParseStatus(status)) return false;
        caught |= value::Only(status);
        if (!reader_.AcceptMark(",")) break;
      }
      if (caught == 0) caught = value::kAnyException;
      if (!ParseRegion(inst, {})) return false;
    }
    inst.op = std::move(attempt);
    return true;
  }

  bool ParseStatus(value::Status& status) {
    const auto known = value::StatusFromName(reader_.token().text);
    if (!known) return reader_.Fail("the name of an exception");
    status = *known;
    return reader_.Take(Kind::kWord, "", ignored_);
  }

  // "2 key %1 value %0"
  bool ParseSend(Inst& inst) {
    int64_t target = 0;
    if (!reader_.TakeNumber(0, INT32_MAX, target)) return false;
    inst.op = Send{static_cast<uint32_t>(target)};
    for (const std::string_view name : Send::kSelected) {
      Operand& operand = inst.operands.emplace_back();
      if (reader_.AcceptWord(name)) {
        if (!ParseOperand(operand)) return false;
        continue;
      }
      operand = {.constant = true, .index = static_cast<uint32_t>(function_.constants.size())};
      function_.constants.push_back({.tag = Tag::kUnbound, .text = {}, .items = {}});
    }
    return true;
  }

  // What has no regions.
  bool ParseSimple(const Token& word, Inst& inst) {
    const std::string& name = word.text;
    if (name == "event") {
      inst.op = EventField{};
      return reader_.TakeText(Kind::kString, "a path in quotes",
                              std::get<EventField>(inst.op).path);
    }
    using Ask = AskPython::Kind;
    for (const Ask kind : {Ask::kGlobal, Ask::kCall, Ask::kAttribute, Ask::kMethod}) {
      if (name == AskName(kind)) return ParseAsk(kind, inst);
    }
    if (name == "raise") {
      inst.op = Raise{};
      return ParseStatus(std::get<Raise>(inst.op).status);
    }
    if (name == "bail") {
      inst.op = Raise{value::Status::kBail};
      return true;
    }
    if (name == "send") return ParseSend(inst);
    if (name == "drop") {
      inst.op = Drop{};
      return true;
    }
    if (name == "call") {
      Token callee;
      if (!reader_.Take(Kind::kFunction, "the name of a function", callee)) return false;
      inst.op = Call{static_cast<uint32_t>(functions_.Mention(std::move(callee)))};
      return ParseOperands(inst, false);
    }
    const std::pair<std::string_view, ExprOp> leaving[] = {{"give", Give{}},
                                                           {"break", Break{}},
                                                           {"continue", Continue{}},
                                                           {"return", Return{}},
                                                           {"yield", Yield{}}};
    for (const auto& [spelling, op] : leaving) {
      if (name != spelling) continue;
      inst.op = op;
      return ParseOperands(inst, true);
    }
    const value::Primitive* primitive = value::FindPrimitive(name);
    if (primitive == nullptr) {
      diagnostics_.Error(Code::kGraphSyntax, fmt::format("no operation is called '{}'", name),
                         word.span);
      return false;
    }
    inst.op = Apply{primitive};
    return ParseOperands(inst, false);
  }

  bool ParseAsk(AskPython::Kind kind, Inst& inst) {
    AskPython ask{.kind = kind, .name = ""};
    if (!reader_.TakeText(Kind::kString, "a name in quotes", ask.name)) return false;
    inst.op = std::move(ask);
    return ParseOperands(inst, false);
  }

  TokenReader& reader_;
  Diagnostics& diagnostics_;
  Names<FunctionId>& functions_;
  ExprFunction function_;
  std::map<std::string, ValueId> names_;
  size_t values_ = 0;
  size_t depth_ = 0;
  Token ignored_;
};

}  // namespace

bool ParseExpr(TokenReader& reader, Diagnostics& diagnostics, Expr& expr) {
  Names<FunctionId> names("function");
  do {
    if (!Parser(reader, diagnostics, names).ParseFunction(expr)) return false;
  } while (reader.NextLine() && reader.AcceptWord("fn"));
  const std::vector<FunctionId> meaning = names.Resolve(diagnostics);
  for (ExprFunction& function : expr.functions) {
    ForEachInst(function.body, [&](Inst& inst) {
      auto* call = std::get_if<Call>(&inst.op);
      if (call != nullptr) call->function = static_cast<uint32_t>(meaning[call->function]);
    });
  }
  return true;
}

std::optional<Expr> ParseExpr(const SourceFile& file, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  TokenReader reader(file, diagnostics);
  Expr expr;
  if (!reader.NextLine()) {
    diagnostics.Error(Code::kGraphSyntax, "no function", Span{&file, 0, 0});
    return std::nullopt;
  }
  if (!reader.Expect(Kind::kWord, "fn") || !ParseExpr(reader, diagnostics, expr)) {
    return std::nullopt;
  }
  if (!reader.AtEnd()) {
    reader.Fail("'fn'");
    return std::nullopt;
  }
  if (diagnostics.error_count() > errors) return std::nullopt;
  return expr;
}

}  // namespace kaspr::ir
