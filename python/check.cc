#include "python/check.h"

namespace kaspr::python {

bool CheckFunctions(Interpreter&, ir::Graph&, Diagnostics&) {
  return true;
}

}  // namespace kaspr::python
