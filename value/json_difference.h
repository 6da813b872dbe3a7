#pragma once

// Where two JSON documents differ as values: the order of keys means nothing, everything else does.
// Scalars are what Python writes for them, so 1e3 is 1000.0, and 1 is not 1.0.
//
//   {"a": 1, "b": [2, 3]}   {"b": [2, 4], "a": 1}   ->   .b[1]: 3 and 4

#include <optional>
#include <string>

#include "value/document.h"

namespace kaspr::value {

struct JsonDifference {
  std::string path;  // ".lines[2].qty"; "": the whole value
  // The nodes that differ; the one that is nothing is absent.
  std::optional<uint32_t> first, second;
};

// The first difference in the order of `first`; nullopt: they are equal.
std::optional<JsonDifference> FindDifference(const Document& first, const Document& second);

}  // namespace kaspr::value
