#pragma once

// What `--jit verify` does: events that ran without CPython run in it, too, and must send the same.
// The first one that does not is told to whoever made this. On the lane's thread.

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "ir/graph.h"
#include "value/event.h"

namespace kaspr::python {

// An event that ended in one way and in another. Valid during the call.
struct Difference {
  const ir::Agent& agent;
  value::Origin record;
  std::string what;  // "the key of record 1 to 'priced', of 'priced.key'"
  std::span<const value::Send> native, python;
};

class Verification {
 public:
  // `rate`: how many of all events are run twice, above 0 and up to 1.
  Verification(double rate, std::function<void(const Difference&)> differs)
      : rate_(rate), differs_(std::move(differs)) {}

  // Is the next event one of them?
  bool Takes() {
    due_ += rate_;
    if (due_ < 1) return false;
    due_ -= 1;
    return true;
  }
  void Report(const Difference& difference) { differs_(difference); }

 private:
  const double rate_;
  double due_ = 0;
  const std::function<void(const Difference&)> differs_;
};

// Where the sends differ, and what made that part of them; "": nowhere.
std::string Compare(const ir::Agent& agent, std::span<const value::Send> native,
                    std::span<const value::Send> python);

// Does something that the agent's functions look at change from one run to the next: the clock, or
// random numbers?
bool SeesClock(const ir::Agent& agent);

}  // namespace kaspr::python
