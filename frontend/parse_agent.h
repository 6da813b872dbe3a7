#pragma once

// The fields of a KasprAgent: one function a mapping, each listing its keys once.

#include "frontend/parse_fields.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// Reads `metadata` of any kind of document.
void ParseMetadata(FieldReader& fields, const Slot& slot, Metadata& metadata);

// Reads `spec` of a KasprAgent.
void ParseAgent(FieldReader& fields, const Slot& slot, AgentSpec& agent);

}  // namespace kaspr::frontend
