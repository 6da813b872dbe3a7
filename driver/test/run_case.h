#pragma once

// One case, run as `kasprc run` in a process of its own: nothing leaks from case to case, and what
// never ends can be ended. Any thread, several cases at a time.

#include <atomic>
#include <string>
#include <vector>

#include "driver/test/compare.h"

namespace kaspr::driver {

struct CaseRun {
  const Case* test = nullptr;
  const std::vector<std::string>* specs = nullptr;  // paths
  std::vector<std::string> flags;                   // of all cases: where to import from
  std::string scratch;                              // what its files begin with
  const std::atomic<bool>* stop = nullptr;          // set: the process is killed
};

struct CaseEnd {
  CaseOutcome outcome;
  std::string said;     // on stderr
  std::string trouble;  // why there is no outcome; "": there is one
};

CaseEnd RunCase(const CaseRun& run);

}  // namespace kaspr::driver
