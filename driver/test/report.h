#pragma once

// What a run left behind, read back: the file of --report and that of --records-out.

#include <string>
#include <string_view>
#include <vector>

#include "driver/test/compare.h"

namespace kaspr::driver {

// Fills in `failed` and `failures`. False: the text is no report.
bool ReadReport(std::string_view text, CaseOutcome& outcome);

// Fills in `written`. False: `error` says which line is no record.
bool ReadWritten(std::string_view text, CaseOutcome& outcome, std::string& error);

}  // namespace kaspr::driver
