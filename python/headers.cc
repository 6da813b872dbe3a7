#include "python/headers.h"

#include <Python.h>

namespace kaspr::python {

bool HeaderList::Read(PyObject* chosen) {
  if (chosen == Py_None) return true;
  if (PyList_Check(chosen) || PyTuple_Check(chosen)) return AddPairs(chosen);
  if (PyUnicode_Check(chosen) || PyBytes_Check(chosen) || !PyMapping_Check(chosen)) {
    PyErr_Format(PyExc_TypeError, "headers are a dict or a list of (name, value), not '%s'",
                 Py_TYPE(chosen)->tp_name);
    return false;
  }
  Ref items = Ref::Own(PyMapping_Items(chosen));
  return items && AddPairs(items.get());
}

bool HeaderList::AddPairs(PyObject* sequence) {
  Ref pairs = Ref::Own(PySequence_List(sequence));
  if (!pairs) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs.get()); ++i) {
    PyObject* item = PyList_GET_ITEM(pairs.get(), i);
    const bool sized = PyTuple_Check(item) || PyList_Check(item);
    if (!sized || PySequence_Size(item) != 2) {
      PyErr_SetString(PyExc_TypeError, "headers are a dict or a list of (name, value)");
      return false;
    }
    Ref name = Ref::Own(PySequence_GetItem(item, 0));
    Ref value = Ref::Own(PySequence_GetItem(item, 1));
    if (!name || !value || !Add(name.get(), value.get())) return false;
  }
  return true;
}

bool HeaderList::Add(PyObject* name, PyObject* value) {
  if (!PyUnicode_Check(name)) {
    PyErr_Format(PyExc_TypeError, "the name of a header is a str, not '%s'",
                 Py_TYPE(name)->tp_name);
    return false;
  }
  value::Header header;
  if (!View(name, header.name)) return false;
  if (value != Py_None) {
    if (!PyUnicode_Check(value) && !PyBytes_Check(value)) {
      PyErr_Format(PyExc_TypeError, "the value of header '%U' is bytes, str or None, not '%s'",
                   name, Py_TYPE(value)->tp_name);
      return false;
    }
    if (!View(value, header.value.emplace())) return false;
  }
  headers_.push_back(header);
  return true;
}

bool HeaderList::View(PyObject* object, std::string_view& bytes) {
  const char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_Check(object)) {
    data = PyBytes_AS_STRING(object);
    size = PyBytes_GET_SIZE(object);
  } else {
    data = PyUnicode_AsUTF8AndSize(object, &size);
  }
  if (data == nullptr) return false;
  bytes = {data, static_cast<size_t>(size)};
  owners_.push_back(Ref::Share(object));
  return true;
}

}  // namespace kaspr::python
