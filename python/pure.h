#pragma once

// What of Python's library native code may ask CPython for: methods and attributes that change
// nothing, and look at nothing but what they are given.
//
//   const Pure::Member* match = pure.Method("match");
//   if (match != nullptr && pure.Has(*match, pattern)) ...
//
// An object is known by its exact type, a class or module by itself, a function of a module by what
// it was when this was made: before anything of the user ran. On the lane's thread.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "python/object.h"

namespace kaspr::python {

class Pure {
 public:
  Pure();

  // A name, and whose it is.
  struct Member {
    struct Owner {
      Ref object;   // a class or module
      Ref genuine;  // of a module: what it must have by this name
    };
    Ref name;
    std::vector<Ref> types;
    std::vector<Owner> owners;
  };
  // Null: nobody has one that is known.
  const Member* Method(std::string_view name) const { return Find(methods_, name); }
  const Member* Attribute(std::string_view name) const { return Find(attributes_, name); }
  static bool Has(const Member& member, PyObject* object);

  // Is it an object whose methods and attributes are known, all that is in it included?
  // `is_true`: bool() of it is surely True.
  bool Knows(PyObject* object, bool& is_true) const;

 private:
  using Members = std::map<std::string, Member, std::less<>>;

  static const Member* Find(const Members& members, std::string_view name);
  bool HasKnownZone(PyObject* object) const;

  Members methods_, attributes_;
  std::vector<Ref> types_, owners_;
  Ref date_time_, time_, delta_, zone_;  // types among them
};

}  // namespace kaspr::python
