#pragma once

// Who goes with whom, when anyone may go with several: as many pairs as there can be.

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace kaspr::driver {

// For each of `left` which of `right` is given to it; nobody is given twice.
std::vector<std::optional<size_t>> MatchUp(
    size_t left, size_t right, const std::function<bool(size_t left, size_t right)>& fits);

}  // namespace kaspr::driver
