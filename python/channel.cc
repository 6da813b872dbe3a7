#include "python/channel.h"

#include <Python.h>

#include <unordered_map>

namespace kaspr::python {

namespace {

struct Box final : value::Object {
  explicit Box(Ref of) : value(std::move(of)) {}
  Ref value;
};

// Copies one value; what stands in it twice is copied once, so that cycles end.
class Copier {
 public:
  Ref Copy(PyObject* value) {
    if (!PyDict_CheckExact(value) && !PyList_CheckExact(value) && !PyTuple_CheckExact(value) &&
        !PyAnySet_CheckExact(value)) {
      return Ref::Share(value);
    }
    const Ref held = Ref::Share(value);  // hashes of keys are user code, and may let go of it
    if (const auto known = copies_.find(value); known != copies_.end()) {
      return Ref::Share(known->second);
    }
    if (Py_EnterRecursiveCall(" while a value was copied for a channel") != 0) return {};
    Ref copy = CopyContainer(value);
    Py_LeaveRecursiveCall();
    return copy;
  }

 private:
  Ref CopyContainer(PyObject* value) {
    if (PyDict_CheckExact(value)) return CopyDict(value);
    if (PyList_CheckExact(value)) return CopyList(value);
    if (PyTuple_CheckExact(value)) return CopyTuple(value);
    // What a set holds can be hashed, and so does not change.
    return Remember(
        value, Ref::Own(PyFrozenSet_CheckExact(value) ? PyFrozenSet_New(value) : PySet_New(value)));
  }

  Ref CopyDict(PyObject* value) {
    Ref copy = Remember(value, Ref::Own(PyDict_New()));
    PyObject *key = nullptr, *item = nullptr;
    for (Py_ssize_t position = 0; copy && PyDict_Next(value, &position, &key, &item);) {
      const Ref held = Ref::Share(key);
      const Ref copied = Copy(item);
      if (!copied || PyDict_SetItem(copy.get(), key, copied.get()) < 0) return {};
    }
    return copy;
  }

  Ref CopyList(PyObject* value) {
    Ref copy = Remember(value, Ref::Own(PyList_New(0)));
    for (Py_ssize_t i = 0; copy && i < PyList_GET_SIZE(value); ++i) {
      const Ref item = Copy(PyList_GET_ITEM(value, i));
      if (!item || PyList_Append(copy.get(), item.get()) < 0) return {};
    }
    return copy;
  }

  Ref CopyTuple(PyObject* value) {
    const Py_ssize_t size = PyTuple_GET_SIZE(value);
    Ref copy = Ref::Own(PyTuple_New(size));
    for (Py_ssize_t i = 0; copy && i < size; ++i) {
      Ref item = Copy(PyTuple_GET_ITEM(value, i));
      if (!item) return {};
      PyTuple_SET_ITEM(copy.get(), i, item.Release());
    }
    return Remember(value, std::move(copy));
  }

  // Only what somebody else refers to, beside what it was found in and us, can be met again.
  Ref Remember(PyObject* value, Ref copy) {
    if (Py_REFCNT(value) > 2 && copy) copies_[value] = copy.get();
    return copy;
  }

  std::unordered_map<PyObject*, PyObject*> copies_;  // each is part of the whole copy
};

}  // namespace

Ref CopyPlain(PyObject* value) {
  return Copier().Copy(value);
}

value::Object* MakeObject(PyObject* value) {
  Ref copy = CopyPlain(value);
  return copy ? new Box(std::move(copy)) : nullptr;
}

Ref Receive(const value::Object* object, bool again) {
  const Ref& value = static_cast<const Box*>(object)->value;
  return again || object->users > 1 ? CopyPlain(value.get()) : Ref::Share(value.get());
}

void Drop(value::Object* object) {
  if (object != nullptr && object->users.fetch_sub(1) == 1) delete static_cast<Box*>(object);
}

}  // namespace kaspr::python
