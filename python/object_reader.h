#pragma once

// A JSON document as Python objects: what json.loads would have made of its bytes.
//
// Keys come from a cache of interned strings, so that a lookup in user code compares pointers. On
// the lane's thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "python/object.h"
#include "python/wanted.h"
#include "value/document.h"

namespace kaspr::python {

// The strings of keys seen before. Bounded: a newer key takes the place of an older one.
class KeyCache {
 public:
  // A borrowed reference, good until the next call. Null: an exception is set. `hash` is any hash
  // of the text.
  PyObject* Find(std::string_view text, uint32_t hash);

 private:
  static constexpr size_t kKeys = 4096;
  static constexpr size_t kLongest = 64;
  struct Entry {
    std::string_view text;  // of the string's own UTF-8
    Ref key;
  };

  std::vector<Entry> entries_{kKeys};
  Ref long_key_;
};

class ObjectReader {
 public:
  // Null: an exception is set.
  Ref Read(const value::Document& document) { return Ref::Own(ReadAt(document, 0)); }
  // Of a dict, one that holds only what is wanted, thin all the way down; of anything else, all.
  Ref Read(const value::Document& document, const Wanted& wanted) {
    return Ref::Own(ReadWanted(document, 0, wanted));
  }

 private:
  // A list or dict that is being filled; `end` is the node behind it.
  struct Open {
    PyObject* container = nullptr;
    uint32_t end = 0;
    int64_t items = -1;  // in a list so far; -1 for a dict
  };

  PyObject* ReadAt(const value::Document& document, uint32_t index);
  PyObject* ReadWanted(const value::Document& document, uint32_t index, const Wanted& wanted);
  PyObject* Make(const value::Document& document, const value::Node& node);
  PyObject* MakeString(const value::Document& document, const value::Node& node);
  PyObject* MakeInt(const value::Document& document, const value::Node& node);

  KeyCache keys_;
  std::vector<Open> open_;
  std::string text_;  // without its escapes; a number with an end
};

}  // namespace kaspr::python
