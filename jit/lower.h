#pragma once

// ir::Expr -> LLVM IR.
//
// A function becomes one of LLVM's with the signature of jit::Entry; those that it calls become
// internal ones, with as many arguments as they have parameters. A region is a block, what regions
// give or carry are slots on the stack that LLVM makes registers of, an exception is a branch to
// the `try` that takes it, or a return.

#include <functional>
#include <string>

#include "base/span.h"
#include "ir/expr/expr.h"
#include "jit/constant_pool.h"

namespace llvm {
class Module;
}

namespace kaspr::jit {

struct FunctionSource {
  std::string name;     // in the module: "price", "orders"
  std::string made_of;  // "price, priced.key", of one that is made of several
  // Where a place of an ir::Inst stands in the file that was written; empty: nowhere.
  std::function<Span(uint32_t block, uint32_t line, uint32_t column)> place;
};

// Defines the functions of the Expr, the main one as `source.name`. REQUIRES: VerifyExpr(expr) is
// "", and the main function has one parameter.
void Lower(const ir::Expr& expr, const FunctionSource& source, ConstantPool& pool,
           llvm::Module& module);

}  // namespace kaspr::jit
