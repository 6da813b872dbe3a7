#pragma once

// Machine code of translated functions, made by LLVM ORC.
//
//   const std::unique_ptr<Code> code = Code::Make({{&expr, {.name = "price"}}});
//   Context context{.heap = &heap, .turns = 10'000'000, .surroundings = &surroundings};
//   Status status = code->Of(expr)(context, argument, result);
//
// All functions of an agent are one module. Making takes tens of milliseconds and one thread;
// running is for any number. What the code returns may point into it: it must outlive its values.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ir/expr/expr.h"
#include "jit/lower.h"
#include "jit/runtime.h"

namespace kaspr::jit {

struct CodeFunction {
  const ir::Expr* expr = nullptr;  // whose main function has one parameter
  FunctionSource source;           // the names are distinct
};

// To whom the names of the functions and their lines are told: to nobody, to perf by a
// /tmp/perf-PID.map, to gdb by its interface for code that is made at run time.
enum class CodeSymbols : uint8_t { kNone, kPerf, kGdb };

class Code {
 public:
  // The expressions must outlive it.
  static std::unique_ptr<Code> Make(std::span<const CodeFunction> functions,
                                    CodeSymbols symbols = CodeSymbols::kNone);
  ~Code();

  // Null: it was not among the functions.
  Entry* Of(const ir::Expr& expr) const;

 private:
  struct Session;

  explicit Code(std::unique_ptr<Session> session);

  const std::unique_ptr<Session> session_;
};

}  // namespace kaspr::jit
