#pragma once

// What a spec may say and this version cannot do yet: each such field is refused at its place, in
// words, because silence would be a wrong result. A feature that arrives leaves this file.

#include "base/diagnostics.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// Refuses tables and what comes with them, and exactly-once.
void RefuseUnsupported(const AppSpec& spec, Diagnostics& diagnostics);

// Refuses serializers that run code when they read (D11), for a run that does not allow them.
void RefusePickle(const AppSpec& spec, Diagnostics& diagnostics);

}  // namespace kaspr::frontend
