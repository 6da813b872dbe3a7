#pragma once

// The headers of a record as a headers selector gives them: None, a mapping, or a list of (name,
// value), in which a name may come twice. Values are bytes as they are, text as UTF-8, or None for
// no value; anything else is a TypeError (D14). On the lane's thread.

#include <span>
#include <vector>

#include "python/object.h"
#include "value/event.h"

namespace kaspr::python {

class HeaderList {
 public:
  // Appends what `chosen` says. False: an exception is set.
  bool Read(PyObject* chosen);

  std::span<const value::Header> headers() const { return headers_; }  // alive as long as this

 private:
  bool AddPairs(PyObject* sequence);
  bool Add(PyObject* name, PyObject* value);
  bool View(PyObject* object, std::string_view& bytes);

  std::vector<value::Header> headers_;
  std::vector<Ref> owners_;  // of the bytes that they show
};

}  // namespace kaspr::python
