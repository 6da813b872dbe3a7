#pragma once

// A counted reference to a Python object; null where a call raised or there is nothing.
//
//   Ref text = Ref::Own(PyObject_Str(value));   // a new reference
//   if (!text) ...                              // a Python exception is set
//
// Python.h stays in .cc files, so its one type that headers need is declared here. On the lane's
// thread only.

#include <utility>

struct _object;
typedef struct _object PyObject;

namespace kaspr::python {

class Ref {
 public:
  Ref() = default;
  static Ref Own(PyObject* object) { return Ref(object); }  // takes over a new reference
  static Ref Share(PyObject* object);  // counts a borrowed one; null stays null
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    Ref old = std::move(*this);  // dropped last: its end may run user code
    object_ = std::exchange(other.object_, nullptr);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) Drop(object_);
  }

  PyObject* get() const { return object_; }
  PyObject* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Ref(PyObject* object) : object_(object) {}
  static void Drop(PyObject* object);

  PyObject* object_ = nullptr;
};

}  // namespace kaspr::python
