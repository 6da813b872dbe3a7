#pragma once

// `explain --require-native`: are operations and selectors translated, so that they need no
// CPython?

#include <string>
#include <vector>

#include "driver/pipeline.h"

namespace kaspr::driver {

// Each name is one of any agent, "price", "priced.key", or of one, "orders/price". kExitOk;
// kExitNo, with what is not translated and why in `error`; kExitUsage for a name that nothing has.
int RequireNative(const Compilation& compiled, const std::vector<std::string>& names,
                  std::string& error);

}  // namespace kaspr::driver
