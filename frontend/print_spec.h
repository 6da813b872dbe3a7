#pragma once

// AppSpec -> the YAML it means: normalised spelling, every value that is not the default. What
// `compile --emit spec` shows; it reads back as the same AppSpec.

#include <string>

#include "frontend/spec.h"

namespace kaspr::frontend {

std::string PrintSpec(const AppSpec& spec);

}  // namespace kaspr::frontend
