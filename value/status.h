#pragma once

// Sets of exception classes, and their names.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "value/value.h"

namespace kaspr::value {

// Bit N: the Status of that number. An exception is in it by its own class; whoever means "and all
// below it" puts those in too.
using Raises = uint32_t;

constexpr Raises Only(Status status) {
  return Raises{1} << static_cast<uint32_t>(status);
}

constexpr uint32_t kStatuses = static_cast<uint32_t>(Status::kException) + 1;

// Every exception.
constexpr Raises kAnyException =
    (Raises{1} << kStatuses) - 1 - Only(Status::kOk) - Only(Status::kBail);

constexpr bool Has(Raises raises, Status status) {
  return (raises & Only(status)) != 0;
}

// "KeyError"; of kOk and kBail "ok" and "bail".
const char* StatusName(Status status);
// Of an exception.
std::optional<Status> StatusFromName(std::string_view name);

// In the order of their numbers.
std::vector<Status> StatusesOf(Raises raises);

}  // namespace kaspr::value
