#pragma once

// The app as a graph: what the frontend makes, the passes change, and the planner reads.
//
// Plain data: a copy is a snapshot, == is structural (places do not count). Agents are independent
// but for the topics and channels they share by name; within an agent nodes are flat and in
// topological order (the verifier checks it), so every analysis is a loop.

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/function.h"
#include "ir/ops.h"

namespace kaspr::ir {

struct Node {
  // Of an operation its name in the spec; "in" of the input, "stage" of a fused one; "" of what
  // IsOutput.
  std::string name;
  Op op;
  std::vector<NodeId> inputs;  // none for an input, else exactly one
  Place place;
  bool operator==(const Node&) const = default;
};

enum class ErrorAction : uint8_t { kSkip, kDeadLetter, kRetry, kStop };

// What becomes of a record that failed (D7). What the policy does not use has its default.
struct OnError {
  ErrorAction policy = ErrorAction::kSkip;
  ErrorAction then = ErrorAction::kSkip;   // of kRetry: after the last attempt; not kRetry
  std::string topic;                       // of dead letters
  uint32_t attempts = 3;                   // of kRetry: all tries
  std::chrono::milliseconds backoff{100};  // between them
  bool operator==(const OnError&) const = default;

  // Does either of the two send dead letters?
  bool UsesDeadLetters() const {
    return policy == ErrorAction::kDeadLetter ||
           (policy == ErrorAction::kRetry && then == ErrorAction::kDeadLetter);
  }
};

// What a pass knows of predicates of outputs to topics: all their answers at once. The function
// raises if one of them does. CPython, which asks one after the other, does not see it.
struct Route {
  static constexpr uint32_t kMost = 60;  // outputs
  FnId function{};                       // gives an int, of which bit N
  std::vector<uint32_t> outputs;         // is that of the output of this number, of those to topics
  bool operator==(const Route&) const = default;
};

struct Agent {
  std::string name;
  OnError on_error;
  std::chrono::milliseconds timeout{0};  // of one record's Python; 0: none
  std::vector<Node> nodes;
  std::vector<Function> functions;
  std::optional<FnId> init;
  std::optional<Route> route;
  Place place;

  const Node& node(NodeId id) const { return nodes[static_cast<size_t>(id)]; }
  const Function& function(FnId id) const { return functions[static_cast<size_t>(id)]; }
  const Input& input() const { return std::get<Input>(nodes.front().op); }

  bool operator==(const Agent&) const = default;
};

// A topic that is made before the first subscription, if it is not there.
struct DeclaredTopic {
  std::string name;
  Place place;  // of the value of its `declare`
  std::optional<int32_t> partitions, replicas;
  // Kafka's own properties, sorted by name: {"cleanup.policy", "compact"}.
  std::vector<std::pair<std::string, std::string>> config;
  bool operator==(const DeclaredTopic&) const = default;
};

struct Graph {
  std::string app;
  std::vector<DeclaredTopic> topics;
  std::vector<Agent> agents;
  bool operator==(const Graph&) const = default;
};

// The names shown for serializers in specs and IR text: "raw", "json", "binary", "pickle".
const char* SerializerName(Serializer serializer);
std::optional<Serializer> SerializerFromName(std::string_view name);

// "skip", "dead-letter", "retry", "stop".
const char* ErrorActionName(ErrorAction action);
std::optional<ErrorAction> ErrorActionFromName(std::string_view name);

// Where records and values of an agent go.
struct Target {
  enum class Kind : uint8_t { kTopic, kChannel };
  Kind kind = Kind::kTopic;
  std::string name;  // "": a topic chosen at run time
  // What sends there; of the topic of dead letters none of the three.
  const Destination* destination = nullptr;
  const GroupBy* group = nullptr;
  const ChannelOutput* channel = nullptr;
};

// Those of an operation or output, in order: more than one of a stage, none of a sink.
std::vector<Target> TargetsOf(const Op& op);
// Those of all nodes, then the topic of dead letters if the agent's policy can use one.
// `Send::output` is an index into this. Passes keep the order.
std::vector<Target> TargetsOf(const Agent& agent);

// How many nodes read each node. REQUIRES: the ids of `agent` are in range.
std::vector<uint32_t> UserCounts(const Agent& agent);

// The functions that an operation calls, in the order in which it may call them.
std::vector<FnId> FunctionsOf(const Op& op);
// Applies `rename` to every function id of the operation.
void RemapFunctions(Op& op, const std::vector<FnId>& rename);

}  // namespace kaspr::ir
