#pragma once

// The invariants of what stands by itself, without the nodes and functions around it: an input, a
// policy, a topic to be made. verify.cc lists them and finds their places.

#include <string>
#include <vector>

#include "base/codes.h"
#include "ir/graph.h"

namespace kaspr::ir {

struct Mistake {
  Code code = Code::kGraphShape;
  std::string message;
};

std::vector<Mistake> MistakesOf(const Input& input);
std::vector<Mistake> MistakesOf(const Destination& destination);
// Those of an agent's policy and timeout.
std::vector<Mistake> MistakesOf(const OnError& on_error, std::chrono::milliseconds timeout);
std::vector<Mistake> MistakesOf(const DeclaredTopic& topic);

}  // namespace kaspr::ir
