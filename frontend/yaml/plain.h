#pragma once

// What an unquoted YAML scalar means: the types of YAML 1.1 as PyYAML's safe_load resolves them,
// because that is how the reference reads specs. `yes` is true, `010` is 8, `1:30` is 90.

#include <cstdint>
#include <optional>
#include <string>

#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {

enum class PlainType { kNull, kBool, kInteger, kFloat, kDate, kText };

// REQUIRES: the node is a scalar or null.
PlainType TypeOf(const YamlNode& node);

std::optional<bool> BoolOf(const YamlNode& node);
// nullopt also for integers beyond 64 bits.
std::optional<int64_t> IntegerOf(const YamlNode& node);

// What a user would call it: "a list", "a mapping", "a text", "a number", "a truth value",
// "nothing".
const char* Describe(const YamlNode& node);

}  // namespace kaspr::frontend
