#pragma once

// The parts of IR text that name no node and no function: an input, the policy of an agent, a topic
// to be made. Each reads from behind its first word; false: a mistake was reported.

#include "ir/graph.h"
#include "ir/token_reader.h"

namespace kaspr::ir {

// `topic "a", "b" [key: json, take: 100 5s, isolated]`, `pattern "^a"`, `channel "a"`
bool TakeInput(TokenReader& in, Input& input);

// `[on-error: retry 3 100ms then dead-letter "dead", timeout: 30s]`, or nothing
bool TakeAgentAttributes(TokenReader& in, Agent& agent);

// `"audit" [partitions: 2, replicas: 1, config: "cleanup.policy=compact"]`
bool TakeDeclaredTopic(TokenReader& in, DeclaredTopic& topic);

}  // namespace kaspr::ir
