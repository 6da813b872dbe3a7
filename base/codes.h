#pragma once

// Every diagnostic has a stable code, printed as K and four digits. A range per concern; a released
// code is never given another meaning. A test demands a golden for each (tests/golden/diagnostics).

#include <cstdint>

namespace kaspr {

enum class Code : uint16_t {
  // K01xx: YAML
  // K02xx: the spec
  // K03xx: Python blocks
  // K04xx: graphs and their text
  // K06xx: failures while running
};

}  // namespace kaspr
