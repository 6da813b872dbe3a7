#pragma once

// YAML documents -> AppSpec: types, ranges, names and unknown keys are checked here, field by
// field, whether or not the runtime can do what the field asks for (BuildGraph says so where it
// can't).

#include <optional>
#include <span>

#include "base/diagnostics.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// All files together are one app. nullopt: at least one error was reported.
std::optional<AppSpec> ParseSpec(std::span<const SourceFile* const> files,
                                 Diagnostics& diagnostics);

}  // namespace kaspr::frontend
