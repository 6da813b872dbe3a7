#pragma once

// The end of a part as one function: its last steps, and what its outputs send.
//
//   fn @orders(value) {                    map, a filter, one output with a key
//     %0 = getitem value "amount"
//     %1 = setitem value "net" %0
//     %2 = gt %0 20
//     if %2 {
//       %3 = getitem value "id"
//       send 0 key %3 value value
//       give
//     } else {
//       drop
//       give
//     }
//     return None
//   }
//
// It begins behind the last step that other things are done with: a filter that may have been asked
// early, a map that is asked about first, a generator that gets what another one yields. What it
// raises is nobody's to see: the event runs in CPython then, from its beginning.

#include "jit/native_part.h"

namespace kaspr::jit {

// NativePartsOf(agent), with the end of each that CPython has nothing to do with as its `finish`,
// and a function for each send in front of it.
std::vector<NativePart> JoinedPartsOf(const ir::Agent& agent);

// The functions of these parts, each with its name in front; "" if all of the agent runs in Python.
std::string PrintParts(const ir::Agent& agent, bool places = false);

}  // namespace kaspr::jit
