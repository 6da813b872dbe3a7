#pragma once

// The raw text of a YAML scalar: where it ends, whether it is closed, and which of its bytes became
// which byte of the value. The YAML library tells a scalar's value and where it begins, no more.

#include <string>
#include <string_view>

#include "base/block_map.h"
#include "frontend/yaml/yaml.h"

namespace kaspr::frontend {

struct RawScalar {
  uint32_t begin = 0;
  uint32_t end = 0;
  ScalarStyle style = ScalarStyle::kPlain;
  bool closed = true;                       // false: a quote that nothing closes
  std::vector<BlockMap::Segment> segments;  // empty: lines were folded, or the value differs
};

// The YAML library's value of a scalar, which has one byte of Latin-1 for '\N' and for '\_', as
// UTF-8.
std::string MendEscapes(std::string_view value);

// Reads the scalar that begins at `begin` again, knowing that its value is `value`.
RawScalar ScanScalar(std::string_view text, uint32_t begin, std::string_view value);

// The first byte at or after `offset` that is neither white space nor in a comment.
uint32_t SkipBlank(std::string_view text, uint32_t offset);

// The same behind tags and anchors: where the content of the node at `offset` begins.
uint32_t SkipProperties(std::string_view text, uint32_t offset);

}  // namespace kaspr::frontend
