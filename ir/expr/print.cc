#include "ir/expr/print.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/check.h"
#include "base/match.h"
#include "ir/expr/effects.h"
#include "ir/lexer.h"
#include "value/json_write.h"
#include "value/primitives.h"
#include "value/status.h"

namespace kaspr::ir {

namespace {

using value::Tag;

std::string FloatText(double number) {
  if (std::isnan(number)) return "0nan";
  if (std::isinf(number)) return number > 0 ? "0inf" : "-0inf";
  std::array<char, 32> text{};
  std::string written(text.data(), value::FormatFloat(number, text.data()));
  std::erase(written, '+');  // no character of a word
  return written;
}

std::string LiteralText(const Literal& literal);

std::string DictText(const Literal& literal) {
  if (literal.items.empty()) return "{:}";
  std::string text;
  for (size_t i = 0; i + 1 < literal.items.size(); i += 2) {
    text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", LiteralText(literal.items[i]),
                        LiteralText(literal.items[i + 1]));
  }
  return "{" + text + "}";
}

std::string LiteralText(const Literal& literal) {
  const auto items = [&] {
    std::string text;
    for (const Literal& item : literal.items) {
      text += (text.empty() ? "" : ", ") + LiteralText(item);
    }
    return text;
  };
  switch (literal.tag) {
    case Tag::kUnbound:
      return "-";
    case Tag::kNone:
      return "None";
    case Tag::kBool:
      return literal.integer != 0 ? "True" : "False";
    case Tag::kInt:
      return std::to_string(literal.integer);
    case Tag::kBigInt:
      return literal.text;
    case Tag::kFloat:
      return FloatText(literal.number);
    case Tag::kStr:
      return Quoted(literal.text);
    case Tag::kBytes:
      return "0b" + Quoted(literal.text);
    case Tag::kTuple:
      return "(" + items() + ")";
    case Tag::kList:
      return "[" + items() + "]";
    case Tag::kSet:
      return "{" + items() + "}";
    case Tag::kDict:
      return DictText(literal);
    case Tag::kRange:
    case Tag::kObject:
      break;
  }
  KASPR_UNREACHABLE("a literal that is none");
}

class Printer {
 public:
  explicit Printer(const Expr& expr, const ExprPrintOptions& options)
      : expr_(expr), options_(options) {}

  std::string Run() {
    for (const ExprFunction& function : expr_.functions) {
      if (!text_.empty()) text_ += '\n';
      PrintFunction(function);
    }
    return std::move(text_);
  }

 private:
  void PrintFunction(const ExprFunction& function) {
    function_ = &function;
    std::string head = fmt::format("fn {}(", NameText('@', function.name));
    for (const std::string& name : function.parameters) {
      head += (&name == &function.parameters.front() ? "" : ", ") + name;
    }
    head += function.generator ? ") yields {" : ") {";
    if (options_.effects && &function == &expr_.main()) {
      if (const std::string text = EffectsText(EffectsOf(expr_)); !text.empty()) {
        head += "  # " + text;
      }
    }
    Line(0, head);
    PrintBody(function.body, 1);
    Line(0, "}");
  }

  void Line(size_t depth, const std::string& line) {
    text_.append(options_.indent).append(2 * depth, ' ').append(line) += '\n';
  }

  std::string Name(ValueId id) const {
    const auto number = static_cast<size_t>(id);
    const size_t parameters = function_->parameters.size();
    return number < parameters ? function_->parameters[number]
                               : fmt::format("%{}", number - parameters);
  }

  std::string Text(const Operand& operand) const {
    return operand.constant ? LiteralText(function_->constants[operand.index])
                            : Name(static_cast<ValueId>(operand.index));
  }

  std::string Texts(const std::vector<Operand>& operands, size_t first,
                    const char* separator) const {
    std::string text;
    for (size_t i = first; i < operands.size(); ++i) {
      text += (i == first ? "" : separator) + Text(operands[i]);
    }
    return text;
  }

  // " with %3 = 0, %4 = -": parameters and what they begin with.
  std::string Carried(const Region& region, size_t first_parameter, const Inst& inst,
                      size_t first_operand) const {
    std::string text;
    for (size_t i = first_parameter; i < region.parameters.size(); ++i) {
      text += fmt::format("{}{} = {}", text.empty() ? " with " : ", ", Name(region.parameters[i]),
                          Text(inst.operands[first_operand + i - first_parameter]));
    }
    return text;
  }

  // What stands behind the results, up to the first `{`.
  std::string Head(const Inst& inst) const {
    const auto leave = [&](const char* word) {
      return inst.operands.empty() ? word
                                   : fmt::format("{} {}", word, Texts(inst.operands, 0, ", "));
    };
    return std::visit(
        Match{
            [&](const Apply& apply) {
              return fmt::format("{}{}{}", apply.primitive->name, inst.operands.empty() ? "" : " ",
                                 Texts(inst.operands, 0, " "));
            },
            [&](const Call& call) {
              return fmt::format("call {}{}{}", NameText('@', expr_.functions[call.function].name),
                                 inst.operands.empty() ? "" : " ", Texts(inst.operands, 0, " "));
            },
            [&](const EventField& field) { return "event " + Quoted(field.path); },
            [&](const AskPython& ask) {
              return fmt::format("{} {}{}{}", AskName(ask.kind), Quoted(ask.name),
                                 inst.operands.empty() ? "" : " ", Texts(inst.operands, 0, " "));
            },
            [&](const If&) { return "if " + Text(inst.operands[0]); },
            [&](const Loop&) { return "loop" + Carried(inst.regions[0], 0, inst, 0); },
            [&](const For&) {
              const Region& body = inst.regions[0];
              return fmt::format("for {} in {}{}", Name(body.parameters[0]), Text(inst.operands[0]),
                                 Carried(body, 1, inst, 1));
            },
            [&](const Try&) { return std::string("try"); },
            [&](const Give&) { return leave("give"); },
            [&](const Break&) { return leave("break"); },
            [&](const Continue&) { return leave("continue"); },
            [&](const Return&) { return leave("return"); },
            [&](const Raise& raise) {
              const std::string name = value::StatusName(raise.status);
              return raise.status == value::Status::kBail ? name : "raise " + name;
            },
            [&](const Yield&) { return leave("yield"); },
            [&](const Send& send) { return SendText(inst, send); },
            [&](const Drop&) { return std::string("drop"); },
        },
        inst.op);
  }

  // "send 2 key %1 value %0"
  std::string SendText(const Inst& inst, const Send& send) const {
    std::string text = fmt::format("send {}", send.target);
    for (size_t i = 0; i < inst.operands.size(); ++i) {
      const Operand& operand = inst.operands[i];
      const bool none =
          operand.constant && function_->constants[operand.index].tag == Tag::kUnbound;
      if (!none) text += fmt::format(" {} {}", Send::kSelected[i], Text(operand));
    }
    return text;
  }

  // What stands in front of the region with this number.
  std::string Between(const Inst& inst, size_t region) const {
    const auto* attempt = std::get_if<Try>(&inst.op);
    if (attempt == nullptr) return Parameters(inst.regions[region]);
    if (attempt->handlers[region - 1] == value::kAnyException) return "except";
    std::string text = "except";
    for (const value::Status status : value::StatusesOf(attempt->handlers[region - 1])) {
      text += fmt::format("{}{}", text == "except" ? " " : ", ", value::StatusName(status));
    }
    return text;
  }

  // "else" of an if; "else %3, %4" of a for.
  std::string Parameters(const Region& region) const {
    std::string text = "else";
    for (const ValueId id : region.parameters) {
      text += (text == "else" ? " " : ", ") + Name(id);
    }
    return text;
  }

  void PrintBody(const Region& region, size_t depth) {
    for (const Inst& inst : region.body) {
      std::string line;
      for (const ValueId id : inst.results) line += (line.empty() ? "" : ", ") + Name(id);
      if (!line.empty()) line += " = ";
      line += Head(inst);
      const std::string place =
          options_.places && inst.line > 0 ? fmt::format(" at {}:{}", inst.line, inst.column) : "";
      if (inst.regions.empty()) {
        Line(depth, line + place);
        continue;
      }
      Line(depth, line + place + " {");
      for (size_t i = 0; i < inst.regions.size(); ++i) {
        if (i > 0) Line(depth, fmt::format("}} {} {{", Between(inst, i)));
        PrintBody(inst.regions[i], depth + 1);
      }
      Line(depth, "}");
    }
  }

  const Expr& expr_;
  const ExprPrintOptions options_;
  const ExprFunction* function_ = nullptr;
  std::string text_;
};

}  // namespace

std::string Print(const Expr& expr, const ExprPrintOptions& options) {
  return Printer(expr, options).Run();
}

}  // namespace kaspr::ir
