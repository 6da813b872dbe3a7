#include "ir/simplify.h"

#include "ir/passes/common_reads.h"
#include "ir/passes/dead_fields.h"
#include "ir/passes/drop_dead_code.h"
#include "ir/passes/fold_constants.h"

namespace kaspr::ir {

void Simplify(Expr& expr, bool last) {
  constexpr int kMostRounds = 8;  // each may find what the one before it has laid open
  bool changed = true;
  for (int round = 0; round < kMostRounds && changed; ++round) {
    changed = CommonReads(expr);
    changed |= FoldConstants(expr);
    changed |= DeadFields(expr.functions.front(), last);
    changed |= DropDeadCode(expr);
  }
}

}  // namespace kaspr::ir
