#pragma once

// Words that the text form and the pictures of a graph share.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

// Columns of a terminal, counted as characters: what alignment needs.
size_t Columns(std::string_view text);

// A name of the user; in quotes and escaped where it would break a line.
std::string Shown(std::string_view name);

// What a node does, step by step: {"filter", "paid"}. None for inputs and outputs.
struct StepLabel {
  const char* kind;
  std::string name;
  const TopicSend* send = nullptr;  // of a step that sends
  const GroupBy* group = nullptr;   // of one that goes through its own topic
};
std::vector<StepLabel> StepLabels(const Node& node);

// "key: json": how an input, output, agent or topic differs from a plain one, in the order in which
// selectors are called. `name` gives a function's name as it is to be shown: "when: @priced.when".
std::vector<std::string> InputAttributes(const Input& input);
std::vector<std::string> ChannelAttributes(const ChannelOutput& channel,
                                           const std::function<std::string(FnId)>& name);
std::vector<std::string> AgentAttributes(const Agent& agent);
std::vector<std::string> TopicAttributes(const DeclaredTopic& topic);
std::vector<std::string> DestinationAttributes(const Destination& destination,
                                               const std::function<std::string(FnId)>& name);
std::vector<std::string> SendAttributes(const TopicSend& send,
                                        const std::function<std::string(FnId)>& name);

// For a picture: the topic, "priced" or "chosen by routed.name", and the attributes, "when:
// priced.when".
std::string TopicLabel(const Agent& agent, const Destination& destination);
std::vector<std::string> DestinationLabels(const Agent& agent, const Destination& destination);
std::vector<std::string> SendLabels(const Agent& agent, const TopicSend& send);

std::vector<std::string> ChannelLabels(const Agent& agent, const ChannelOutput& channel);

// For a picture, where values come from: "orders" of each topic, "channel big", "topics that match
// ^clicks".
std::vector<std::string> SourceLabels(const Input& input);

// "read by pricer", for each agent of the app that reads a topic by its name, or a channel.
std::vector<std::string> ReaderLabels(const Graph& graph, const Target& target);

// The agents, each behind those that write what it reads, else in the order of the spec; a cycle is
// cut at its first agent.
std::vector<const Agent*> InFlowOrder(const Graph& graph);

}  // namespace kaspr::ir
