#pragma once

// YAML documents -> AppSpec: types, ranges, names and unknown keys are checked here, field by
// field, whether or not the runtime can do what the field asks for (BuildGraph says so where it
// can't).

#include <span>

#include "base/diagnostics.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// All files together are one app. What could not be read was reported and is absent from the spec,
// which is then good for finding more mistakes, and for nothing else.
AppSpec ParseSpec(std::span<const SourceFile* const> files, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
