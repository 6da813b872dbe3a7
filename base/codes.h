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
  kGraphSyntax = 401,     // graph text that does not parse
  kGraphReference = 402,  // a node or function that the agent does not have
  kGraphRepeated = 403,   // two agents, nodes or functions of one name
  kGraphShape = 404,      // nodes that do not make a graph, or say too little
  kGraphRole = 405,       // a function in a place for which it was not made
  // K06xx: failures while running
};

}  // namespace kaspr
