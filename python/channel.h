#pragma once

// A value on its way through a channel: not encoded. Plain data (dict, list, tuple, set, scalars)
// arrives as an equal copy, any other object as itself. On the lane's thread.

#include "python/object.h"
#include "value/event.h"

namespace kaspr::python {

// A copy of plain data; whatever is not is shared. Null: an exception is set (a RecursionError).
Ref CopyPlain(PyObject* value);

// A value for a Send or Event, with one user. Null: an exception is set.
value::Object* MakeObject(PyObject* value);

// What a receiver may keep and change: a copy, or the value itself if nobody else will ask for it.
Ref Receive(const value::Object* object, bool again);

// One user less. Null is none.
void Drop(value::Object* object);

}  // namespace kaspr::python
