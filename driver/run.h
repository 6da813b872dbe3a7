#pragma once

// The verb `run`: the app over local files.

#include "driver/options.h"

namespace kaspr::driver {

// The first SIGINT or SIGTERM takes nothing more in and finishes what is in flight; the second, or
// five seconds in which no record was finished, cuts it short (exit code 130 or 143).
int Run(const Options& options);

}  // namespace kaspr::driver
