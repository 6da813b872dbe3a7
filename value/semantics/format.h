#pragma once

// What stands behind the colon of an f-string, and what % and str.format make of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

// [[fill]align][sign][0][width][,][.precision][type]
struct FormatSpec {
  std::string_view fill = " ";  // one character
  char align = 0;               // '<', '>', '^', '='; 0: as the type has it
  char sign = 0;                // '-', '+', ' '; 0: none is said, which is '-'
  bool zeros = false;           // a 0 in front of the width
  bool commas = false;
  int64_t width = 0;
  int64_t precision = -1;  // -1: none is said
  char type = 0;           // 0: none is said
  bool plain = false;      // there is nothing at all
};

// Nothing: a spec that is not of this form, or of absurd size. CPython decides.
std::optional<FormatSpec> ReadFormatSpec(std::string_view text);

// format(value, spec)
Status AppendFormatted(Heap& heap, Value value, const FormatSpec& spec, std::string& out);

}  // namespace kaspr::value::semantics
