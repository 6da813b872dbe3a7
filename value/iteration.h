#pragma once

// What a `for` goes over, and whether it was changed meanwhile, which CPython minds or shows.
//
//   Iteration iteration(heap, over);
//   Status status;
//   for (bool more; (status = iteration.Next(item, more)) == Status::kOk && more;) ...
//
// kBail: it was changed, or Python's order is not known here. The heap must outlive it.

#include <cstddef>
#include <cstdint>

#include "value/heap.h"

namespace kaspr::value {

// What generated code goes over by itself: the `count` items of a list or tuple from `items` on, as
// long as *changes is what it was at first; the ints of a range. All else by Next.
struct Items {
  enum class Kind : uint8_t { kItems, kRange, kOther };
  Kind kind = Kind::kOther;
  uint32_t changes_before = 0;
  const uint32_t* changes = nullptr;  // never null
  const Value* items = nullptr;
  uint64_t count = 0;
};

class Iteration : public Items {
 public:
  Iteration(Heap& heap, Value over);

  // kOk with `more`: the next item.
  Status Next(Value& item, bool& more) noexcept;

 private:
  Status NextCharacter(Value& item, bool& more);

  Heap& heap_;
  const Value over_;
  size_t next_ = 0;
};

}  // namespace kaspr::value
