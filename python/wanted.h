#pragma once

// The parts of an event's value that functions look at, key by key: what has to be made of a
// document for them.
//
//   def large(value):                                        {"status", "customer": {"tier"}}
//     return value["status"] == "paid" and value["customer"]["tier"] == "gold"
//
// A dict that holds only these is *thin*. Only functions whose effects are proven ever see one.
// Keeps Python objects, so it lives and dies on the lane's thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ir/expr/effects.h"
#include "ir/function.h"
#include "python/object.h"

namespace kaspr::python {

class Wanted {
 public:
  struct Key {
    std::string text;
    uint16_t hash = 0;               // as the node of a key has it
    Ref object;                      // interned
    std::unique_ptr<Wanted> inside;  // null: all of what the key names
  };

  // With all that is in it; no path is empty.
  void Add(const std::set<ir::FieldPath>& paths);

  const std::vector<Key>& keys() const { return keys_; }
  // Null: it is not wanted.
  const Key* Find(std::string_view text, uint16_t hash) const;
  // May a key with this hash be wanted?
  bool MayHave(uint16_t hash) const { return (hashes_ >> (hash & 63) & 1) != 0; }

 private:
  Key& AddKey(const std::string& text);

  std::vector<Key> keys_;
  uint64_t hashes_ = 0;  // of the keys: the bits of their last six bits
};

// How a function gets along with a thin argument: it does the same, or raises where it would not
// have, or something else; it may be called again, with a new one. A generator, which cannot be
// called again once it has yielded, does the same in any case.
struct ThinUse {
  std::set<ir::FieldPath> paths;  // what it looks at, or writes
  bool writes = false;            // it changes the argument
  bool returns = false;           // and gives it back; else it keeps nothing of it
};

// None: it may look at all of it, or more is possible.
std::optional<ThinUse> ThinUseOf(const ir::Function& function);

}  // namespace kaspr::python
