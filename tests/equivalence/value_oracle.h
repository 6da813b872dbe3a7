#pragma once

// CPython as the oracle of values: a program beside the test, on the lane. For the tests that link
// it.

#include <Python.h>
#include <fmt/format.h>

#include <fstream>
#include <span>
#include <sstream>
#include <string>

#include "base/check.h"
#include "environment.h"
#include "python/state.h"

namespace kaspr::python {

inline Interpreter& Lane() {
  static Interpreter interpreter;
  return interpreter;
}

class Oracle {
 public:
  explicit Oracle(const char* name = "primitives_oracle") {
    std::ifstream file(fmt::format("{}/equivalence/{}.py", KASPR_TESTS, name));
    std::stringstream text;
    text << file.rdbuf();
    module_ = LoadModule(name, text.str());
  }

  template <class... Arguments>
  Ref Call(const char* function, Arguments... arguments) {
    PyObject* vector[] = {arguments..., nullptr};
    return CallWith(function, {vector, sizeof...(arguments)});
  }

  Ref CallWith(const char* function, std::span<PyObject* const> arguments) {
    Ref callee = Ref::Own(PyObject_GetAttrString(module_.get(), function));
    Ref result =
        Ref::Own(PyObject_Vectorcall(callee.get(), arguments.data(), arguments.size(), nullptr));
    if (!result) PyErr_Print();
    KASPR_CHECK(result, "an oracle raised");
    return result;
  }

  std::string Show(PyObject* object) { return Text(Call("show", object).get()); }

  static std::string Text(PyObject* str) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(str, &size);
    PyErr_Clear();
    return text == nullptr ? "?" : std::string(text, static_cast<size_t>(size));
  }

 private:
  Ref module_;
};

}  // namespace kaspr::python
