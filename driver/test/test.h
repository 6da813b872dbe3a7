#pragma once

// The verb `test`: cases written beside the agents, each run in a process of its own, a few at a
// time; the report goes to stdout, in the order in which the cases are written.

#include "driver/options.h"

namespace kaspr::driver {

// kExitOk: all pass; kExitNo: some fail; kExitUsage: there are none, or a case file is wrong, and
// nothing was run; kExitConfig: a spec is.
int Test(const Options& options);

}  // namespace kaspr::driver
