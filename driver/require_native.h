#pragma once

// `--require-native` of compile, explain and run: are operations and selectors translated, so that
// they need no CPython?

#include <string>
#include <vector>

#include "driver/pipeline.h"

namespace kaspr::driver {

// Each name is one of any agent, "price", "priced.key", or of one, "orders/price". kExitOk;
// kExitNo, with diagnostics of what is not translated in `error`, rendered; kExitUsage for a name
// that nothing has.
int RequireNative(const Compilation& compiled, const std::vector<std::string>& names,
                  std::string& error);

}  // namespace kaspr::driver
