#pragma once

// A line for each case; below one that fails what is different, and what its run said:
//
//   ok    paid orders from Europe are priced
//   FAIL  amounts may be text                                         orders_test.yaml:31
//           priced/0 #0 value
//           - {"total": 25.0}
//           + {"total": "12.512.5"}

#include <string>
#include <vector>

#include "driver/test/run_case.h"

namespace kaspr::driver {

struct ShowOptions {
  bool color = false;
};

std::string ShowResult(const Case& test, const CaseEnd& end,
                       const std::vector<CaseDifference>& differences, const ShowOptions& options);

}  // namespace kaspr::driver
