#pragma once

// The YAML library's complaints in our words, at the place that a user has to change.
//
// The library points at the token where it gave up, which is often behind the mistake: an open
// quote swallows lines, a tab hides a key. What was read until then tells which it was.

#include <optional>
#include <string_view>

#include "base/diagnostics.h"
#include "frontend/yaml/scalar.h"

namespace kaspr::frontend {

struct YamlFailure {
  const SourceFile& file;
  uint32_t offset = 0;       // where the library stopped
  std::string_view message;  // what it said
  // What had been read: the last scalar, the innermost open bracket, the first tab that indents.
  std::optional<RawScalar> last = {};
  std::optional<uint32_t> open_bracket = {};
  std::optional<uint32_t> tab = {};
};

void ReportFailure(const YamlFailure& failure, Diagnostics& diagnostics);

void ReportTab(const SourceFile& file, uint32_t offset, Diagnostics& diagnostics);

void ReportOpenQuote(const SourceFile& file, const RawScalar& scalar, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
