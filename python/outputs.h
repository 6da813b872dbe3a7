#pragma once

// The outputs of an agent: each value goes to all of them, in order. On the lane's thread.

#include <vector>

#include "python/destination.h"

namespace kaspr::python {

class Outputs {
 public:
  Outputs(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
          const InitScope& scope);

  // Stages what the outputs make of `value`. False: an exception is set, and `activity` says what
  // was being done.
  bool Send(PyObject* value, CurrentEvent& event, Staging& staging,
            const Activity*& activity) const;

 private:
  std::vector<Destination> destinations_;
};

}  // namespace kaspr::python
