#include "ir/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

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

bool Reads(const Agent& agent, std::string_view topic) {
  const auto& topics = agent.input().topics;
  return std::ranges::find(topics, topic) != topics.end();
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
  std::multimap<std::string_view, size_t> readers;
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    for (const std::string& topic : graph.agents[i].input().topics) readers.emplace(topic, i);
  }
  std::vector<std::set<size_t>> out(graph.agents.size());
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    for (const Destination* destination : DestinationsOf(graph.agents[i])) {
      const auto [first, last] = readers.equal_range(destination->topic);
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
                        [](const Stage& stage) {
                          Labels labels;
                          for (const Stage::Step& step : stage.steps) {
                            labels.push_back(LabelOf(step));
                          }
                          return labels;
                        },
                        [](const Output&) { return Labels{}; },
                    },
                    node.op);
}

std::vector<std::string> InputAttributes(const Input& input) {
  std::vector<std::string> out;
  AddCoding(out, "key", input.key, Input{}.key, "");
  AddCoding(out, "value", input.value, Input{}.value, "");
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

std::vector<std::string> ReaderLabels(const Graph& graph, std::string_view topic) {
  std::vector<std::string> labels;
  for (const Agent& agent : graph.agents) {
    if (Reads(agent, topic)) labels.push_back(fmt::format("read by {}", Shown(agent.name)));
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
