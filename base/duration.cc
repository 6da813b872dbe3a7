#include "base/duration.h"

#include <fmt/format.h>

#include <algorithm>

namespace kaspr {
namespace {

struct Unit {
  std::string_view name;
  int64_t milliseconds;
};
constexpr Unit kUnits[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  constexpr size_t kMaxDigits = 9;  // a unit of days still fits
  if (digits == 0 || digits > kMaxDigits) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.name) continue;
    const int64_t count = std::stoll(std::string(text.substr(0, digits)));
    return std::chrono::milliseconds(count * unit.milliseconds);
  }
  return std::nullopt;
}

std::string FormatDuration(std::chrono::milliseconds duration) {
  const int64_t count = duration.count();
  const Unit* best = &kUnits[0];
  for (const Unit& unit : kUnits) {
    if (count != 0 && count % unit.milliseconds == 0) best = &unit;
  }
  return fmt::format("{}{}", count / best->milliseconds, best->name);
}

}  // namespace kaspr
