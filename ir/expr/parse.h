#pragma once

// IR text -> Expr: the inverse of Print. Parse(Print(e)) == e.

#include <optional>

#include "base/diagnostics.h"
#include "ir/expr/expr.h"

namespace kaspr::ir {

class TokenReader;

// nullopt: at least one error was reported at its place in `file`. What is parsed is not verified.
std::optional<Expr> ParseExpr(const SourceFile& file, Diagnostics& diagnostics);

// The same inside a longer text: the reader stands behind the `fn` of the first function, and is
// left at the first line that begins with none. False: the rest of it cannot be read; a call of
// what is not there is only reported.
bool ParseExpr(TokenReader& reader, Diagnostics& diagnostics, Expr& expr);

}  // namespace kaspr::ir
