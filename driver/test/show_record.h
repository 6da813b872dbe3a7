#pragma once

// Records and their parts on one line, as a case file has them, so that they can be copied there.

#include <optional>
#include <string>
#include <utility>

#include "driver/test/case_file.h"

namespace kaspr::driver {

// {key: "u1", value: {"total": 25.0}}: all but where it is.
std::string ShowRecord(const CaseRecord& record);

std::string ShowBytes(const std::optional<std::string>& bytes);
// A list of pairs, or a mapping.
std::string ShowHeaders(const CaseRecord& record, bool in_order);

// Two values that differ. Long JSON is shown where it differs: at `path`.
struct ShownValues {
  std::string path;
  std::string expected, written;
};
ShownValues ShowValues(const CaseRecord& expected, const CaseRecord& written);

// Two texts that differ, long ones cut around the first difference.
std::pair<std::string, std::string> CutAlike(const std::string& first, const std::string& second);

}  // namespace kaspr::driver
