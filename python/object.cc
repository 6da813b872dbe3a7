#include "python/object.h"

#include <Python.h>

namespace kaspr::python {

Ref Ref::Share(PyObject* object) {
  return Ref(Py_XNewRef(object));
}

void Ref::Drop(PyObject* object) {
  Py_DECREF(object);
}

}  // namespace kaspr::python
