#pragma once

// What str() and repr() say of a value.

#include <string>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

// kBail: too deep, a set of several, a character of which is not known that it can be printed.
Status AppendRepr(Heap& heap, Value value, std::string& out);
// The same, but of a str the text itself.
Status AppendStr(Heap& heap, Value value, std::string& out);

void AppendFloat(double number, std::string& out);

}  // namespace kaspr::value::semantics
