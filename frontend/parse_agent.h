#pragma once

// The fields of a KasprAgent: one function a mapping, each listing its keys once.

#include "frontend/parse_fields.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// Reads `spec` of a KasprAgent, or an agent of a definitions file, which has its name inside.
void ParseAgent(FieldReader& fields, const Slot& slot, AgentSpec& agent);

}  // namespace kaspr::frontend
