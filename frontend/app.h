#pragma once

// Which app a run is: what its documents say of it, and what --app chooses.

#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "frontend/spec.h"

namespace kaspr::frontend {

// What the documents call the app: by a label, else a KasprApp, else the first agent. Documents of
// different apps are an error.
std::string AppName(const AppSpec& spec, Diagnostics& diagnostics);

// Leaves only the documents of app `name`, and those that name none, where some document says that
// it belongs to that app.
void ChooseApp(AppSpec& spec, std::string_view name);

// Is it certain what the app is called? By a label, a KasprApp, or its only agent.
bool NamesApp(const AppSpec& spec);

}  // namespace kaspr::frontend
