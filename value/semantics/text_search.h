#pragma once

// str.index and str.count, whose names lists and tuples have, too.

#include "value/primitives.h"

namespace kaspr::value::semantics {

enum class Search : uint8_t { kFirst, kLast };

// kValueError: it is not there.
Status IndexInText(Arguments arguments, Search which, Value& result);
Status CountInText(Arguments arguments, Value& result);

}  // namespace kaspr::value::semantics
