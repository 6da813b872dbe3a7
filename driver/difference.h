#pragma once

// Where machine code and CPython part (`--jit verify`): said, and written as a conformance case
// (tests/conformance/README.md).

#include <string>

#include "driver/pipeline.h"
#include "python/verification.h"

namespace kaspr::driver {

// What a user reads: the record, what differs, both results, and where the case is, a folder in the
// current one, or why it could not be written.
std::string WriteDifference(const Compilation& compiled, const python::Difference& difference);

}  // namespace kaspr::driver
