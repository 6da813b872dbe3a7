#pragma once

// A value as JSON: what the reference's codec writes, json.dumps with its defaults.
//
// What stands in a document as Python would write it is copied, and no list or dict of one is
// opened for it.

#include "value/json_write.h"
#include "value/value.h"

namespace kaspr::value {

// Appends it. kTypeError: a key that JSON cannot have. kBail: CPython decides, on what JSON does
// not know, on what is deeper than Heap::kDeepest or goes round in a circle. What was appended
// before either means nothing.
Status WriteValue(Value value, JsonWriter& out);

// The same of a dict that need not be made: each of `texts` is what stands in front of the value of
// the same number, R"({"id": )" and R"(, "qty": )"; the last one, behind all of them.
Status WriteFields(std::span<const std::string_view> texts, const Value* values, JsonWriter& out);

}  // namespace kaspr::value
