#pragma once

// Cases beside the app that they are of: which specs, and which topics.

#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "driver/test/case_file.h"
#include "runtime/plan.h"

namespace kaspr::driver {

// The paths of the specs that a case file names; of all in its folder if it names none. Reports
// what is not there.
std::vector<std::string> SpecsOf(const CaseFile& file, Diagnostics& diagnostics);

// Fills in the topics that were left out; reports those that cannot be, or that no agent has.
void ResolveTopics(const runtime::Plan& plan, CaseFile& file, Diagnostics& diagnostics);

}  // namespace kaspr::driver
