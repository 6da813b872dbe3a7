#pragma once

// A Python function as typed SSA: what the evaluator runs, the passes read and code is made of.
//
//   fn @price(value) {
//     %0 = getitem value "amount"
//     %1 = if %0 {
//       %2 = mul %0 2
//       give %2
//     } else {
//       give None
//     }
//     setitem value "total" %1
//     return value
//   }
//
// Values are numbered in the order in which they are defined, parameters first; each is defined
// once and seen in its region behind its definition, and in the regions inside. There are no jumps:
// an `if` gives the values that the region gives which ran; a `loop` and a `for` carry values from
// turn to turn (`with`) and give what the last one left them at. A name that may be unbound holds
// `Unbound`, and is `bound` where it is read.
//
// Evaluation is strictly in the order of the text, as CPython has it. An operation may raise, which
// the innermost `try` that names its class takes, or bail: then CPython runs the whole function
// again, from its untouched input. An exception that leaves the function does the same, so that
// whoever sees it sees CPython's.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "value/status.h"
#include "value/value.h"

namespace kaspr::value {
struct Primitive;
}

namespace kaspr::ir {

// A constant of the program: a scalar, a text, or a container of such, which nobody changes.
struct Literal {
  value::Tag tag = value::Tag::kNone;
  int64_t integer = 0;  // of a bool, too
  double number = 0;
  std::string text;            // of a str or bytes; the digits of a big int
  std::vector<Literal> items;  // of a tuple, list or set; of a dict key, value, key, value
  bool operator==(const Literal& other) const;
};

enum class ValueId : uint32_t {};

// What an operation works on: a value, or one of the function's constants.
struct Operand {
  bool constant = false;
  uint32_t index = 0;  // a ValueId, or into ExprFunction::constants
  bool operator==(const Operand&) const = default;
};

struct Inst;

struct Region {
  std::vector<ValueId> parameters;
  std::vector<Inst> body;  // of the last one, and of no other, Ends
  bool operator==(const Region&) const;
};

// A primitive of value/primitives.h.
struct Apply {
  const value::Primitive* primitive = nullptr;
  bool operator==(const Apply&) const = default;
};
// Another function of this Expr.
struct Call {
  uint32_t function = 0;
  bool operator==(const Call&) const = default;
};
// A part of context['event']: "key", "message.topic".
struct EventField {
  std::string path;
  bool operator==(const EventField&) const = default;
};
// What only CPython has, and native code asks it for: of a few things that change nothing. Anything
// else bails before it ran.
//
//   %0 = py-global "clean.EMAIL"     the object that the function 'clean' calls so
//   %1 = py-call "match" %0 %text    what a method of an object gives
//   %2 = py-attr "year" %at          a part of an object
//   %3 = py-method "match" %0        the object, which has such a method
struct AskPython {
  enum class Kind : uint8_t { kGlobal, kCall, kAttribute, kMethod };
  Kind kind = Kind::kGlobal;
  std::string name;  // of a global "FUNCTION.NAME", where FUNCTION is the agent's
  bool operator==(const AskPython&) const = default;
};
// operands[0] is asked whether it is true; two regions.
struct If {
  bool operator==(const If&) const = default;
};
// Runs its region again and again, with what it carries as parameters; operands are the first ones.
struct Loop {
  bool operator==(const Loop&) const = default;
};
// The same for each item of operands[0], which is the first parameter; the second region, with what
// is carried as parameters, runs when there are no more.
struct For {
  bool operator==(const For&) const = default;
};
// The first region; then, if it raised one of handlers[i], region i + 1.
struct Try {
  std::vector<value::Raises> handlers;
  bool operator==(const Try&) const = default;
};
// What leaves a region.
struct Give {  // to its `if`, `try`, or the second one of a `for`
  bool operator==(const Give&) const = default;
};
struct Break {  // the innermost loop, which gives the operands
  bool operator==(const Break&) const = default;
};
struct Continue {  // its next turn, which carries the operands
  bool operator==(const Continue&) const = default;
};
struct Return {  // operands[0] from the function
  bool operator==(const Return&) const = default;
};
struct Raise {
  value::Status status = value::Status::kException;
  bool operator==(const Raise&) const = default;
};
// Not a leaving: a generator's operands[0], handed to whoever runs it.
struct Yield {
  bool operator==(const Yield&) const = default;
};
// A record for the target of this number (TargetsOf of the agent), of what its selectors chose:
// one operand for each of kSelected, Unbound where there is no such selector. Only in what is made
// of the end of a part.
struct Send {
  static constexpr size_t kName = 0, kKey = 1, kValue = 2, kPartition = 3, kHeaders = 4;
  static constexpr std::string_view kSelected[] = {"name", "key", "value", "partition", "headers"};
  uint32_t target = 0;
  bool operator==(const Send&) const = default;
};
// A filter dropped the value, which is counted. Likewise.
struct Drop {
  bool operator==(const Drop&) const = default;
};

using ExprOp = std::variant<Apply, Call, EventField, AskPython, If, Loop, For, Try, Give, Break,
                            Continue, Return, Raise, Yield, Send, Drop>;

struct Inst {
  ExprOp op;
  std::vector<Operand> operands;
  std::vector<ValueId> results;
  std::vector<Region> regions;
  // In the block, from 1; 0: nowhere. `block`: which one, of a function made of several. None
  // counts for ==.
  uint32_t line = 0, column = 0, block = 0;
  bool operator==(const Inst& other) const;
};

// Is it one of those that leave a region?
bool IsLeaving(const ExprOp& op);

// Does nothing behind it run? It leaves, or it is an `if` or `try` of which no region gives, or a
// `loop` without `break`.
bool Ends(const Inst& inst);

// "py-call".
const char* AskName(AskPython::Kind kind);

struct ExprFunction {
  std::string name;
  std::vector<std::string> parameters;  // values 0 and up
  bool generator = false;
  std::vector<Literal> constants;  // in the order of their use
  uint32_t values = 0;             // how many there are, parameters included
  Region body;                     // without parameters of its own
  bool operator==(const ExprFunction&) const = default;
};

// Calls `visit` with each operation of the region and of those inside, in the order of the text.
template <class R, class Visit>
void ForEachInst(R& region, const Visit& visit) {
  for (auto& inst : region.body) {
    visit(inst);
    for (auto& inside : inst.regions) ForEachInst(inside, visit);
  }
}

// functions[0] is the one that the block is for, the others are what it calls, each behind its
// callers: none calls itself.
struct Expr {
  std::vector<ExprFunction> functions;
  bool operator==(const Expr&) const = default;

  const ExprFunction& main() const { return functions.front(); }
};

// Is one of its instructions an operation of one of these kinds?
template <class... Ops>
bool HasOp(const Expr& expr) {
  bool found = false;
  for (const ExprFunction& function : expr.functions) {
    ForEachInst(function.body,
                [&](const Inst& inst) { found |= (std::holds_alternative<Ops>(inst.op) || ...); });
  }
  return found;
}

// The methods and attributes that CPython is asked for, each once; its globals are none.
std::vector<std::string> AskedOfPython(const Expr& expr);
// Is it asked for anything?
inline bool AsksPython(const Expr& expr) {
  return HasOp<AskPython>(expr);
}

}  // namespace kaspr::ir
