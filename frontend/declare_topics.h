#pragma once

// The topics that an app makes: those that its agents read or write with `declare: true`.

#include <vector>

#include "base/diagnostics.h"
#include "frontend/spec.h"
#include "ir/graph.h"

namespace kaspr::frontend {

// Each topic once, in the order of the spec. Two declarations that differ are an error; settings
// that nothing would use are warnings.
std::vector<ir::DeclaredTopic> DeclareTopics(const AppSpec& spec, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
