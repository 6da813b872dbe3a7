#pragma once

// The topics that an input names, in whichever way:
//
//   name: "orders, returns"        names: [orders, returns]
//
// Each has a place of its own; what is wrong with a name is shown at the name, and of an empty one
// at the comma that should follow it.

#include "frontend/parse_fields.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

Read TopicNames(FieldReader& fields, std::vector<Field<std::string>>& names);

}  // namespace kaspr::frontend
