#pragma once

// Python objects as JSON: what CPython's C encoder writes with its defaults, call for call.
//
// Exact types and subclasses are treated as that encoder treats them (a dict subclass by its
// items(), an int subclass as an int); what JSON does not know goes through `special`, whose result
// is written in its place. Errors are the encoder's: circular references, nesting that is too deep,
// keys that are no text. On the lane's thread.

#include <cstdint>
#include <vector>

#include "python/object.h"
#include "value/json_write.h"

namespace kaspr::python {

class ObjectWriter {
 public:
  // `special(value)` is a value that JSON knows, or raises.
  explicit ObjectWriter(Ref special) : special_(std::move(special)) {}

  // Appends `value` to `out`. False: an exception is set, and what was appended means nothing.
  bool Write(PyObject* value, value::JsonWriter& out);

 private:
  enum class Kind : uint8_t {
    kSequence,  // walks a list or tuple as it is at each step
    kDict,      // walks a dict, which nothing can change
    kItems,     // walks a list of pairs
    kSpecial,   // writes what `special` made of an object
  };
  // An object that is being written.
  struct Frame {
    Kind kind;
    bool empty = true;  // nothing in it is written yet
    Ref object;
    Ref walked;  // where it is not the object itself: a list
    int64_t position = 0;
  };
  class Run;

  const Ref special_;
  std::vector<Frame> idle_;  // memory of a stack; `special` may come back here
};

}  // namespace kaspr::python
