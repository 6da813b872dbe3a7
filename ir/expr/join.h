#pragma once

// Several functions as one, which does what they do without calling them.
//
//   Joining joining({.name = "both", .parameters = {"value"}, .values = 1});
//   std::vector<Inst> body;
//   const Operand one = joining.Include(first, {.index = 0}, 0, body);
//   const Operand two = joining.Include(second, one, 1, body);
//   body.push_back({.op = Return{}, .operands = {two}});
//   joining.main().body.body = std::move(body);
//   Expr both = std::move(joining).Finish();

#include <map>
#include <span>
#include <string>
#include <vector>

#include "ir/expr/expr.h"

namespace kaspr::ir {

class Joining {
 public:
  // `main` may have operations already.
  explicit Joining(ExprFunction main);

  // What the main function of `from`, which has one parameter and is no generator, returns of the
  // argument: computed at the end of `body`, which is a region of main() or will be one. What
  // returns at its end only becomes part of main(), unless that is large already; the rest is
  // called. `block`: of its operations (Inst::block). REQUIRES: `from` lives until Finish.
  Operand Include(const Expr& from, Operand argument, uint32_t block, std::vector<Inst>& body);

  // The body of `from`'s main function as a region for main(): who takes it deals with what it
  // yields and returns.
  Region Import(const Expr& from, Operand argument, uint32_t block);

  ExprFunction& main() { return expr_.functions.front(); }
  Operand Constant(Literal literal);
  // Appends it to `body`; what it gives.
  Operand Add(Inst inst, std::vector<Inst>& body);

  Expr Finish() &&;

 private:
  void AddFunction(ExprFunction function, uint32_t offset, uint32_t block);
  uint32_t AddHelpers(const Expr& from, uint32_t block);
  uint32_t AddMain(const Expr& from, uint32_t block);
  Operand Once(Operand argument, std::vector<Inst>& body);

  Expr expr_;
  std::map<const Expr*, uint32_t> helpers_;  // where its functions[1] stands, less one
  std::map<const Expr*, uint32_t> mains_;    // where its main function stands, if it is called
  size_t size_ = 0;                          // operations that were imported
};

// Does what all of them do with its argument, one after the other, and returns what the last one
// returns. REQUIRES: each main function has one parameter and is no generator, and there is one.
Expr JoinAll(std::string name, std::span<const Expr> functions);

}  // namespace kaspr::ir
