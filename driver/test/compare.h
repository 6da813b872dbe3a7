#pragma once

// What came out of a case beside what was expected, as text for people:
//
//   priced/0 #0 value
//   - {"user": "u1", "total": 25.0}
//   + {"user": "u1", "total": "12.512.5"}

#include <cstdint>
#include <string>
#include <vector>

#include "driver/test/case_file.h"

namespace kaspr::driver {

// What a run did.
struct CaseOutcome {
  int exit_code = 0;
  std::vector<CaseRecord> written;  // in order; all of each is there, in the form kExact
  bool has_report = false;
  uint64_t failed = 0;
  struct Failure {
    std::string what;  // "KeyError 'qty' in 'price'"
    uint64_t count = 0;
  };
  std::vector<Failure> failures;
};

// A title, then lines that begin with '-' for what was expected or '+' for what came.
struct CaseDifference {
  std::string title;
  std::vector<std::string> lines;
};

// None: the case passes.
std::vector<CaseDifference> Compare(const Case& expected, const CaseOutcome& outcome);

}  // namespace kaspr::driver
