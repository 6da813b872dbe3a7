#pragma once

// The small languages inside a spec's texts: names as Kubernetes, Kafka and Python want them,
// regular expressions. Pure functions over text; whoever calls them knows the place.

#include <optional>
#include <string>
#include <string_view>

#include "frontend/spec.h"

namespace kaspr::frontend {

// Each returns what is wrong with the name, to be shown beside it; nullopt: nothing.
std::optional<std::string> CheckDnsLabel(std::string_view name);
std::optional<std::string> CheckLabelValue(std::string_view name);
std::optional<std::string> CheckPythonName(std::string_view name);
std::optional<std::string> CheckOneLine(std::string_view name);

struct PatternError {
  size_t offset = 0;
  std::string text;
};

// Finds what certainly is no regular expression: groups and sets that do not close, repetitions of
// nothing. Python's own parser has the last word when the pattern is used.
std::optional<PatternError> CheckPattern(std::string_view pattern);

// `text` for a message: one line, not too long.
std::string Shown(std::string_view text);

}  // namespace kaspr::frontend
