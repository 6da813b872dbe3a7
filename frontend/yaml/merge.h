#pragma once

// YAML's merge keys, as PyYAML has them:
//
//   first: &defaults {a: 1, b: 2}
//   second: {<<: *defaults, b: 3}      is {b: 3, a: 1}
//
// The value of '<<' is a mapping or a list of mappings; own keys win over merged ones, and earlier
// mappings of a list over later ones. Merged entries keep the places where they were written.

#include "base/diagnostics.h"
#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {

// Replaces an unquoted '<<' among the entries of a mapping by what it merges.
void ApplyMerge(YamlNode& mapping, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
