#include "frontend/check_app.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "frontend/names.h"
#include "ir/channels.h"
#include "value/kafka.h"

namespace kaspr::frontend {
namespace {

// What an agent does that reads a topic of its own, and what comes of it.
struct Loop {
  const char* what;
  const char* comes_back;
};
constexpr Loop kOfRecords{"the agent reads what it writes here",
                          "each record it sends comes back to it"};
constexpr Loop kOfDeadLetters{"the agent reads its own dead letters",
                              "each of them comes back, and fails again: name another topic"};

void WarnOfLoop(const AgentSpec& agent, const Maybe<std::string>& written, const Loop& loop,
                Diagnostics& diagnostics) {
  if (!written) return;
  const std::vector<Field<std::string>>& inputs = agent.input.topic->value.names;
  const auto read =
      std::find_if(inputs.begin(), inputs.end(),
                   [&](const Field<std::string>& input) { return input.value == written->value; });
  if (read == inputs.end()) return;
  diagnostics
      .Warning(Code::kReadsOwnOutput, fmt::format("{}: '{}'", loop.what, written->value),
               written->place.span)
      .Text(loop.comes_back)
      .Label(read->place.span, "read here");
}

constexpr size_t kMostWarnings = 100;  // of one kind

// Channels that only one side knows: what one agent misspells, another one misses.
class ChannelWarnings {
 public:
  ChannelWarnings(const ir::Graph& graph, Diagnostics& diagnostics)
      : graph_(graph), diagnostics_(diagnostics) {}

  void Run(const std::map<std::string_view, ir::ChannelUse>& channels) {
    for (const auto& [name, use] : channels) {
      if (use.writers.empty()) unwritten_.push_back(name);
      if (use.readers.empty()) unread_.push_back(name);
    }
    for (size_t i = 0; i < std::min(unwritten_.size(), kMostWarnings); ++i) {
      for (const size_t reader : channels.at(unwritten_[i]).readers) WarnReader(i, reader);
    }
    for (size_t i = 0; i < std::min(unread_.size(), kMostWarnings); ++i) {
      for (const auto& writer : channels.at(unread_[i]).writers) WarnWriter(i, writer);
    }
  }

 private:
  void WarnReader(size_t channel, size_t reader) {
    const std::string_view name = unwritten_[channel];
    diagnostics_
        .Warning(Code::kUnwrittenChannel, fmt::format("no agent writes the channel '{}'", name),
                 graph_.agents[reader].nodes.front().place.span)
        .Text(Advice(name, unread_, "nothing will come from it"));
  }

  void WarnWriter(size_t channel, const ir::OutputOfAgent& writer) {
    const std::string_view name = unread_[channel];
    diagnostics_
        .Warning(Code::kUnreadChannel, fmt::format("no agent reads the channel '{}'", name),
                 graph_.agents[writer.agent].nodes[writer.node].place.span)
        .Text(Advice(name, unwritten_, "what is sent there is dropped"));
  }

  static std::string Advice(std::string_view name, const std::vector<std::string_view>& others,
                            const char* otherwise) {
    const std::string near = Nearest(name, others);
    return near.empty() ? otherwise : fmt::format("did you mean '{}'?", near);
  }

  const ir::Graph& graph_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> unwritten_, unread_;
};

}  // namespace

void WarnOfLoops(const AgentSpec& agent, Diagnostics& diagnostics) {
  if (!agent.input.topic) return;
  const std::set<std::string_view> used = agent.processors.Used();
  for (const Operation& operation : agent.processors.operations) {
    const auto* send = std::get_if<TopicSendOp>(&operation.op);
    if (send != nullptr && used.contains(operation.name.value)) {
      WarnOfLoop(agent, send->topic.name, kOfRecords, diagnostics);
    }
  }
  if (agent.output.topics) {
    for (const OutputTopic& topic : agent.output.topics->value) {
      WarnOfLoop(agent, topic.name, kOfRecords, diagnostics);
    }
  }
  if (!agent.kasprc.on_error || !agent.kasprc.on_error->value.SendsDeadLetters()) return;
  WarnOfLoop(agent, agent.kasprc.on_error->value.topic, kOfDeadLetters, diagnostics);
}

void CheckChannels(const ir::Graph& graph, Diagnostics& diagnostics) {
  const auto channels = ir::ChannelsOf(graph);
  ChannelWarnings(graph, diagnostics).Run(channels);
  const auto closing = ir::FindChannelCycle(graph);
  if (!closing) return;
  const ir::Agent& agent = graph.agents[closing->agent];
  const ir::Node& node = agent.nodes[closing->node];
  const std::string& channel = std::get<ir::ChannelOutput>(node.op).channel;
  auto error = diagnostics.Error(
      Code::kChannelCycle,
      fmt::format("values would come back to this channel for ever: '{}'", channel),
      node.place.span);
  error.Text(fmt::format("what '{}' reads came through it", agent.name));
  for (const size_t reader : channels.at(channel).readers) {
    error.Label(graph.agents[reader].nodes.front().place.span, "read here");
  }
  error.Note("send them through a topic instead, which may lead in a circle");
}

void CheckInternalTopics(const ir::Graph& graph, Diagnostics& diagnostics) {
  std::map<std::string_view, Span> places;
  for (const ir::Agent& agent : graph.agents) {
    for (const ir::Node& node : agent.nodes) {
      const auto* group = std::get_if<ir::GroupBy>(&node.op);
      if (group == nullptr) continue;
      const Span place = node.place.span;
      if (const auto objection = value::CheckTopicName(group->topic)) {
        diagnostics
            .Error(Code::kBadName,
                   fmt::format("a groupBy goes through a topic that cannot be named '{}'",
                               Shown(group->topic)),
                   place)
            .Text("this name is a part of it: " + *objection);
      }
      const auto [first, fresh] = places.emplace(group->topic, place);
      if (fresh) continue;
      diagnostics
          .Error(Code::kDuplicateName,
                 fmt::format("two operations would go through the topic '{}'", group->topic), place)
          .Text("give it another name")
          .Label(first->second, "the first one is here");
    }
  }
}

}  // namespace kaspr::frontend
