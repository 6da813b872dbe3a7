#pragma once

// Data written in YAML as the JSON that a record carries.
//
//   {user: u1, paid: true, amount: 1e3}   ->   {"user": "u1", "paid": true, "amount": 1000.0}
//
// An unquoted word that JSON knows is what JSON knows; any other is text if YAML says so too. What
// YAML alone takes for something else, as in `country: NO`, is refused: whoever wrote it meant
// text.

#include <optional>
#include <string>

#include "base/diagnostics.h"
#include "frontend/yaml/yaml.h"

namespace kaspr::driver {

// JSON as Python's json.dumps writes it. nullopt: an error was reported.
std::optional<std::string> JsonOf(const frontend::YamlNode& node, Diagnostics& diagnostics);

}  // namespace kaspr::driver
