#include "ir/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/duration.h"
#include "base/match.h"
#include "ir/lexer.h"

namespace kaspr::ir {
namespace {

// "key: json @priced.key"; nothing where all is as usual.
void AddCoding(std::vector<std::string>& out, const char* what, Serializer serializer,
               Serializer usual, const std::string& selector) {
  std::vector<std::string> parts;
  if (serializer != usual) parts.push_back(SerializerName(serializer));
  if (!selector.empty()) parts.push_back(selector);
  if (!parts.empty()) out.push_back(fmt::format("{}: {}", what, fmt::join(parts, " ")));
}

bool Reads(const Agent& agent, const Target& target) {
  if (target.kind == Target::Kind::kChannel) return agent.input().channel == target.name;
  const auto& topics = agent.input().topics;
  return std::ranges::find(topics, target.name) != topics.end();
}

StepLabel LabelOf(const Stage::Step& step) {
  return std::visit(Match{
                        [&](const Map&) {
                          return StepLabel{"map", Shown(step.name)};
                        },
                        [&](const Filter&) {
                          return StepLabel{"filter", Shown(step.name)};
                        },
                        [&](const TopicSend& send) {
                          return StepLabel{"send", Shown(step.name), &send};
                        },
                    },
                    step.op);
}

// For each agent those that read what it writes, itself left out.
std::vector<std::set<size_t>> ReadersOf(const Graph& graph) {
  using Key = std::pair<Target::Kind, std::string_view>;
  std::multimap<Key, size_t> readers;
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    const Input& input = graph.agents[i].input();
    for (const std::string& topic : input.topics) {
      readers.emplace(Key(Target::Kind::kTopic, topic), i);
    }
    if (!input.channel.empty()) readers.emplace(Key(Target::Kind::kChannel, input.channel), i);
  }
  std::vector<std::set<size_t>> out(graph.agents.size());
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    for (const Target& target : TargetsOf(graph.agents[i])) {
      const auto [first, last] = readers.equal_range(Key(target.kind, target.name));
      for (auto reader = first; reader != last; ++reader) {
        if (reader->second != i) out[i].insert(reader->second);
      }
    }
  }
  return out;
}

}  // namespace

size_t Columns(std::string_view text) {
  size_t columns = 0;
  for (size_t offset = 0; offset < text.size(); ++columns) NextCodePoint(text, offset);
  return columns;
}

std::string Shown(std::string_view name) {
  const bool breaks =
      std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < ' '; });
  return breaks ? Quoted(name) : std::string(name);
}

std::vector<StepLabel> StepLabels(const Node& node) {
  using Labels = std::vector<StepLabel>;
  return std::visit(Match{
                        [](const Input&) { return Labels{}; },
                        [&](const Map&) {
                          return Labels{{"map", Shown(node.name)}};
                        },
                        [&](const Filter&) {
                          return Labels{{"filter", Shown(node.name)}};
                        },
                        [&](const TopicSend& send) {
                          return Labels{{"send", Shown(node.name), &send}};
                        },
                        [&](const GroupBy& group) {
                          return Labels{{"group-by", Shown(node.name), nullptr, &group}};
                        },
                        [](const Stage& stage) {
                          Labels labels;
                          for (const Stage::Step& step : stage.steps) {
                            labels.push_back(LabelOf(step));
                          }
                          return labels;
                        },
                        [](const Output&) { return Labels{}; },
                        [](const ChannelOutput&) { return Labels{}; },
                        [](const PythonSink&) { return Labels{}; },
                    },
                    node.op);
}

std::vector<std::string> InputAttributes(const Input& input) {
  std::vector<std::string> out;
  AddCoding(out, "key", input.key, Input{}.key, "");
  AddCoding(out, "value", input.value, Input{}.value, "");
  if (input.take) {
    out.push_back(fmt::format("take: {} {}", input.take->max, FormatDuration(input.take->within)));
  }
  if (input.isolated_partitions) out.emplace_back("isolated");
  return out;
}

std::vector<std::string> DestinationAttributes(const Destination& destination,
                                               const std::function<std::string(FnId)>& name) {
  std::vector<std::string> out;
  const auto shown = [&](std::optional<FnId> selector) { return selector ? name(*selector) : ""; };
  const auto add = [&](const char* what, std::optional<FnId> selector) {
    if (selector) out.push_back(fmt::format("{}: {}", what, name(*selector)));
  };
  const Destination::Selectors& selectors = destination.selectors;
  add("when", selectors.predicate);
  AddCoding(out, "key", destination.key, Destination{}.key, shown(selectors.key));
  AddCoding(out, "value", destination.value, Destination{}.value, shown(selectors.value));
  add("partition", selectors.partition);
  add("headers", selectors.headers);
  if (destination.ack) out.emplace_back("ack");
  return out;
}

std::vector<std::string> SendAttributes(const TopicSend& send,
                                        const std::function<std::string(FnId)>& name) {
  std::vector<std::string> out = DestinationAttributes(send.destination, name);
  if (send.pass_through) out.emplace_back("pass-through");
  return out;
}

std::vector<std::string> ChannelAttributes(const ChannelOutput& channel,
                                           const std::function<std::string(FnId)>& name) {
  std::vector<std::string> out;
  if (channel.predicate) out.push_back(fmt::format("when: {}", name(*channel.predicate)));
  if (channel.value) out.push_back(fmt::format("value: {}", name(*channel.value)));
  return out;
}

std::vector<std::string> AgentAttributes(const Agent& agent) {
  std::vector<std::string> out;
  const OnError& on_error = agent.on_error;
  const auto text = [&](ErrorAction action) {
    std::string words = ErrorActionName(action);
    if (action == ErrorAction::kDeadLetter) words += " " + Quoted(on_error.topic);
    return words;
  };
  if (on_error.policy == ErrorAction::kRetry) {
    out.push_back(fmt::format("on-error: retry {} {} then {}", on_error.attempts,
                              FormatDuration(on_error.backoff), text(on_error.then)));
  } else if (on_error.policy != ErrorAction::kSkip) {
    out.push_back("on-error: " + text(on_error.policy));
  }
  if (agent.timeout.count() != 0) out.push_back("timeout: " + FormatDuration(agent.timeout));
  return out;
}

std::vector<std::string> TopicAttributes(const DeclaredTopic& topic) {
  std::vector<std::string> out;
  if (topic.partitions) out.push_back(fmt::format("partitions: {}", *topic.partitions));
  if (topic.replicas) out.push_back(fmt::format("replicas: {}", *topic.replicas));
  std::string config;
  for (const auto& [name, value] : topic.config) config += " " + Quoted(name + "=" + value);
  if (!config.empty()) out.push_back("config:" + config);
  return out;
}

std::vector<std::string> SourceLabels(const Input& input) {
  if (!input.pattern.empty()) return {"topics that match " + Shown(input.pattern)};
  if (!input.channel.empty()) return {"channel " + Shown(input.channel)};
  std::vector<std::string> labels;
  for (const std::string& topic : input.topics) labels.push_back(Shown(topic));
  return labels;
}

std::string TopicLabel(const Agent& agent, const Destination& destination) {
  if (!destination.selectors.name) return Shown(destination.topic);
  return fmt::format("chosen by {}", Shown(agent.function(*destination.selectors.name).name));
}

std::vector<std::string> DestinationLabels(const Agent& agent, const Destination& destination) {
  return DestinationAttributes(destination,
                               [&](FnId id) { return Shown(agent.function(id).name); });
}

std::vector<std::string> SendLabels(const Agent& agent, const TopicSend& send) {
  return SendAttributes(send, [&](FnId id) { return Shown(agent.function(id).name); });
}

std::vector<std::string> ChannelLabels(const Agent& agent, const ChannelOutput& channel) {
  return ChannelAttributes(channel, [&](FnId id) { return Shown(agent.function(id).name); });
}

std::vector<std::string> ReaderLabels(const Graph& graph, const Target& target) {
  std::vector<std::string> labels;
  for (const Agent& agent : graph.agents) {
    if (Reads(agent, target)) labels.push_back(fmt::format("read by {}", Shown(agent.name)));
  }
  return labels;
}

std::vector<const Agent*> InFlowOrder(const Graph& graph) {
  const std::vector<std::set<size_t>> readers = ReadersOf(graph);
  std::vector<size_t> writers(graph.agents.size(), 0);  // that still have to be placed
  for (const auto& of_one : readers) {
    for (size_t reader : of_one) ++writers[reader];
  }
  std::vector<size_t> waiting(graph.agents.size());
  std::iota(waiting.begin(), waiting.end(), 0);
  std::vector<const Agent*> order;
  while (!waiting.empty()) {
    auto next = std::ranges::find_if(waiting, [&](size_t i) { return writers[i] == 0; });
    if (next == waiting.end()) next = waiting.begin();
    for (size_t reader : readers[*next]) --writers[reader];
    order.push_back(&graph.agents[*next]);
    waiting.erase(next);
  }
  return order;
}

}  // namespace kaspr::ir
