#pragma once

// From a place inside a Python block to the byte of the YAML file that wrote it.
//
// A block is the text of a YAML scalar. The frontend, which knows how the scalar was written, makes
// the map; python uses it to place syntax errors and tracebacks. A literal block (`|`) gives one
// segment a line, a quoted scalar one a run without escapes. A folded block (`>`) joins lines, so
// its map has no segments and every place is the scalar's indicator.

#include <cstdint>
#include <vector>

#include "base/span.h"

namespace kaspr {

struct BlockMap {
  // Block bytes from `block` on (up to the next segment) stand in the file from `file` on.
  struct Segment {
    uint32_t block = 0;
    uint32_t file = 0;
  };

  Span scalar;                    // the whole scalar, from its indicator or first character
  std::vector<Segment> segments;  // ascending by `block`; empty: nothing maps exactly

  bool exact() const { return !segments.empty(); }

  // The bytes [begin, end) of the block as a span of the file. Not exact: the scalar's indicator.
  Span Locate(uint32_t begin, uint32_t end) const;

  // Where a block stands is not part of what it means.
  bool operator==(const BlockMap&) const { return true; }
};

// The byte offset of (1-based line, 0-based byte column) in the text of a block, clamped to it.
uint32_t BlockOffset(std::string_view block, uint32_t line, uint32_t column);

}  // namespace kaspr
