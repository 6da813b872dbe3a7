#pragma once

// Durations as specs and IR text write them: "200ms", "5s", "1h".

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kaspr {

// Up to nine digits and a unit, ms, s, m, h or d; nullopt: it is none.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

// In the largest unit that divides it: FormatDuration(90 s) == "90s", of 120 s "2m".
std::string FormatDuration(std::chrono::milliseconds duration);

}  // namespace kaspr
