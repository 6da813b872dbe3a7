#pragma once

// Values of native code as Python objects, and back: what a bail takes to CPython, and what CPython
// gives back. On the lane's thread.

#include "python/object.h"
#include "value/heap.h"
#include "value/value.h"

namespace kaspr::python {

// Does this Python's sum() of floats compensate for what it rounds away (3.12 and later)?
bool CompensatesSums();

// A new reference. What is one list, dict or set there is one here, circles included. Null: an
// exception is set.
PyObject* ToObject(value::Heap& heap, value::Value value);

// The value of an object that is None, bool, int, float, str, bytes, range, list, tuple, dict, set
// or frozenset, of exactly these types all through. False: it is not, or holds what values cannot
// be: a lone surrogate, a circle, a NaN as a key, too many digits or levels. No exception is set.
bool FromObject(value::Heap& heap, PyObject* object, value::Value& value);

}  // namespace kaspr::python
