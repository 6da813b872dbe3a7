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

// For each agent those that read what it writes, itself left out.
std::vector<std::set<size_t>> ReadersOf(const Graph& graph) {
  std::multimap<std::string_view, size_t> readers;
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    for (const std::string& topic : graph.agents[i].input().topics) readers.emplace(topic, i);
  }
  std::vector<std::set<size_t>> out(graph.agents.size());
  for (size_t i = 0; i < graph.agents.size(); ++i) {
    for (const Output* output : OutputsOf(graph.agents[i])) {
      const auto [first, last] = readers.equal_range(output->topic);
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
                        [](const Stage& stage) {
                          Labels labels;
                          for (const Stage::Step& step : stage.steps) {
                            const bool map = step.kind == Stage::Step::Kind::kMap;
                            labels.push_back({map ? "map" : "filter", Shown(step.name)});
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

std::vector<std::string> OutputAttributes(const Output& output,
                                          const std::function<std::string(FnId)>& name) {
  std::vector<std::string> out;
  const auto shown = [&](std::optional<FnId> selector) { return selector ? name(*selector) : ""; };
  const auto add = [&](const char* what, std::optional<FnId> selector) {
    if (selector) out.push_back(fmt::format("{}: {}", what, name(*selector)));
  };
  const Output::Selectors& selectors = output.selectors;
  add("when", selectors.predicate);
  AddCoding(out, "key", output.key, Output{}.key, shown(selectors.key));
  AddCoding(out, "value", output.value, Output{}.value, shown(selectors.value));
  add("partition", selectors.partition);
  add("headers", selectors.headers);
  return out;
}

std::vector<std::string> OutputLabels(const Agent& agent, const Output& output) {
  return OutputAttributes(output, [&](FnId id) { return Shown(agent.function(id).name); });
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
