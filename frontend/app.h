#pragma once

// Which app a run is: what its documents say of it, and what --app chooses.

#include <string_view>

#include "frontend/spec.h"

namespace kaspr::frontend {

// Leaves only the documents of app `name`, and those that name none, where some document says that
// it belongs to that app.
void ChooseApp(AppSpec& spec, std::string_view name);

// Is it certain what the app is called? By a label, a KasprApp, or its only agent.
bool NamesApp(const AppSpec& spec);

}  // namespace kaspr::frontend
