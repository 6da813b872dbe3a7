#pragma once

// Where user code imports from, besides Python's own library:
//
//   the folder of each spec, in order; --python-path, in order; the venv's packages, or the
//   system's
//
// Python's own library comes before all of it, so that a `queue.py` beside a spec changes neither
// what asyncio does nor what our own modules do. The current directory is not in it.

#include <string>
#include <vector>

#include "python/interpreter.h"

namespace kaspr::python {

struct ImportPaths {
  std::vector<std::string> folders;  // absolute
  std::string venv;                  // a virtual environment; "": none
};

// What is wrong with a virtual environment, in one sentence; "": nothing.
std::string CheckVenv(const std::string& path);

// Once, before any code of the user runs. REQUIRES: nothing is wrong with the venv. Runs what .pth
// files of the venv say. From here on no bytecode is written: specs are often mounted read-only,
// and a run leaves no `__pycache__` beside them.
void SetImportPaths(Interpreter& interpreter, const ImportPaths& paths);

}  // namespace kaspr::python
