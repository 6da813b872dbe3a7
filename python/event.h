#pragma once

// What the lane works on, as user code sees it in `context`: a record, a value that came through a
// channel, or the list of those that `take` gathered.
//
// Most agents never look, so the Python objects are made when a block that mentions `context` is
// about to run. The dict around them is a new one for every call. On the lane's thread.

#include <memory>
#include <span>
#include <vector>

#include "ir/kernel.h"
#include "python/driver.h"
#include "python/object.h"
#include "python/state.h"
#include "value/batch.h"

namespace kaspr::python {

// An event with what was read of it.
struct Reading {
  ir::LaneWork* work = nullptr;
  value::Event* event = nullptr;
  Ref key;    // null: the key's bytes
  Ref value;  // null: not read yet
  // The value is a thin dict, of what the first steps want. None of them shows it to anybody.
  bool thin = false;
};

class CurrentEvent {
 public:
  // `app` is context["app"]; a list of several is shown as a list, also if there is one. All must
  // outlive this.
  CurrentEvent(Driver& driver, const Ref& app, std::span<Reading> events, bool list)
      : driver_(driver), app_(app), events_(events), list_(list) {}

  Driver& driver() { return driver_; }

  // Its value, which is borrowed, and whether that is thin. REQUIRES: it is not a list.
  PyObject* value() const { return events_.front().value.get(); }
  bool thin() const { return events_.front().thin; }
  // Makes all of its value, if that is thin. False: an exception is set.
  bool MakeWhole();

  // A new {"app": ..., "event": ...}. Null: an exception is set.
  Ref NewContext();

  // The records of topics that it comes from.
  std::vector<value::Origin> Origins() const;

 private:
  Ref MakeEvent(Reading& reading);
  Ref MakeMessage(const Reading& reading);

  Driver& driver_;
  const Ref& app_;
  const std::span<Reading> events_;
  const bool list_;
  Ref object_;  // context["event"], once it was asked for
};

}  // namespace kaspr::python
