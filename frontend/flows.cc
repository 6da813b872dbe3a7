#include "frontend/flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace kaspr::frontend {
namespace {

// A topic that an agent writes: at an output, a topicSend, or its dead letters.
struct Written {
  const Field<std::string>* topic;
  const OutputTopic* output;  // none: dead letters
};

struct ReadTopic {
  const Field<std::string>* topic;
  const InputTopic* input;
};

bool IsTrue(const Maybe<bool>& field) {
  return field && field->value;
}

// The operations of the pipeline, in its order; what is not declared is left out.
std::vector<const Operation*> PipelineOf(const AgentSpec& agent) {
  std::map<std::string_view, const Operation*> declared;
  for (const Operation& operation : agent.processors.operations) {
    declared.emplace(operation.name.value, &operation);
  }
  std::vector<const Operation*> pipeline;
  for (const Field<std::string>& entry : agent.processors.pipeline) {
    const auto found = declared.find(entry.value);
    pipeline.push_back(found == declared.end() ? nullptr : found->second);
  }
  return pipeline;
}

const Field<std::string>* DeadLetterTopic(const AgentSpec& agent) {
  if (!agent.kasprc.on_error) return nullptr;
  const OnError& on_error = agent.kasprc.on_error->value;
  const auto is = [](const Maybe<ErrorAction>& action, ErrorAction value) {
    return action && action->value == value;
  };
  const bool used =
      is(on_error.policy, ErrorAction::kDeadLetter) ||
      (is(on_error.policy, ErrorAction::kRetry) && is(on_error.then, ErrorAction::kDeadLetter));
  return used && on_error.topic ? &*on_error.topic : nullptr;
}

std::vector<Written> WrittenBy(const AgentSpec& agent) {
  std::vector<Written> written;
  const auto add = [&](const OutputTopic& output) {
    if (output.name) written.push_back({&*output.name, &output});
  };
  std::set<const Operation*> seen;
  for (const Operation* operation : PipelineOf(agent)) {
    if (operation == nullptr || !seen.insert(operation).second) continue;
    if (const auto* send = std::get_if<TopicSendOp>(&operation->op)) add(send->topic);
  }
  if (agent.output.topics) {
    for (const OutputTopic& output : agent.output.topics->value) add(output);
  }
  if (const Field<std::string>* topic = DeadLetterTopic(agent)) written.push_back({topic, nullptr});
  return written;
}

std::vector<ReadTopic> ReadBy(const AgentSpec& agent) {
  std::vector<ReadTopic> read;
  if (!agent.input.topic) return read;
  const InputTopic& input = agent.input.topic->value;
  for (const Field<std::string>& name : input.names) read.push_back({&name, &input});
  return read;
}

// Operations and outputs behind a topicSend that keeps what it sends.
class Reach {
 public:
  Reach(const AgentSpec& agent, Diagnostics& diagnostics)
      : agent_(agent), diagnostics_(diagnostics) {}

  void Check() {
    const std::vector<const Operation*> pipeline = PipelineOf(agent_);
    for (size_t i = 0; i < pipeline.size(); ++i) {
      const auto* send = pipeline[i] ? std::get_if<TopicSendOp>(&pipeline[i]->op) : nullptr;
      if (send == nullptr || IsTrue(send->topic.pass_through) || IsTrue(send->topic.ack)) continue;
      if (i + 1 < pipeline.size()) {
        const Field<std::string>& entry = agent_.processors.pipeline[i + 1];
        Warn("operation '" + entry.value + "'", entry.place.span, *pipeline[i], *send);
      }
      CheckOutputs(*pipeline[i], *send);
      return;
    }
  }

 private:
  void CheckOutputs(const Operation& operation, const TopicSendOp& send) {
    const auto warn = [&](const auto& list) {
      if (!list || list->value.empty()) return;
      const Span key = list->key.span;
      Warn(fmt::format("the output's '{}'", key.text()), key, operation, send);
    };
    warn(agent_.output.topics);
    warn(agent_.output.channels);
    warn(agent_.output.sinks);
  }

  void Warn(const std::string& what, Span place, const Operation& operation,
            const TopicSendOp& send) {
    const bool snake = send.key.span.text() == "topic_send";
    diagnostics_.Warning(Code::kNeverReached, "no value reaches " + what, place)
        .Text(fmt::format("'{}' sends each value and passes nothing on", operation.name.value))
        .Label(send.key.span, fmt::format("add '{}: true' to pass them on",
                                          snake ? "pass_through" : "passThrough"));
  }

  const AgentSpec& agent_;
  Diagnostics& diagnostics_;
};

Codec KeyOf(const Maybe<Codec>& codec) {
  return codec ? codec->value : Codec::kRaw;
}

Codec ValueOf(const Maybe<Codec>& codec) {
  return codec ? codec->value : Codec::kJson;
}

// What a topic's records look like where it was first written.
struct Format {
  Codec value;
  Span value_place;
  std::optional<Codec> key;  // of the first writer that gives its records keys
  Span key_place;
};

// Where a serializer is said, else where the topic is named.
Span PlaceOf(const Maybe<Codec>& codec, const Field<std::string>& topic) {
  return codec ? codec->place.span : topic.place.span;
}

class Serializers {
 public:
  explicit Serializers(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void CheckWritten(const Written& written) {
    if (written.output == nullptr) return;  // a dead letter is as it came
    const OutputTopic& output = *written.output;
    const Field<std::string>& topic = *written.topic;
    const Codec value = ValueOf(output.value_serializer);
    const Span place = PlaceOf(output.value_serializer, topic);
    const auto [found, is_new] =
        formats_.try_emplace(topic.value, Format{.value = value, .value_place = place});
    Format& format = found->second;
    if (!is_new && format.value != value) {
      Warn("values", topic.value, "written", value, place, format.value, format.value_place);
    }
    if (!output.key_selector) return;
    const Codec key = KeyOf(output.key_serializer);
    const Span key_place = PlaceOf(output.key_serializer, topic);
    if (format.key && *format.key != key) {
      Warn("keys", topic.value, "written", key, key_place, *format.key, format.key_place);
    }
    if (!format.key) format.key = key, format.key_place = key_place;
  }

  // 'raw' reads anything: it is what one writes to get the bytes.
  void CheckRead(const ReadTopic& read) {
    const auto found = formats_.find(read.topic->value);
    if (found == formats_.end()) return;
    const Format& format = found->second;
    const Codec value = ValueOf(read.input->value_serializer);
    if (value != Codec::kRaw && value != format.value) {
      Warn("values", read.topic->value, "read", value,
           PlaceOf(read.input->value_serializer, *read.topic), format.value, format.value_place);
    }
    const Codec key = KeyOf(read.input->key_serializer);
    if (format.key && key != Codec::kRaw && key != *format.key) {
      Warn("keys", read.topic->value, "read", key, PlaceOf(read.input->key_serializer, *read.topic),
           *format.key, format.key_place);
    }
  }

 private:
  void Warn(const char* what, const std::string& topic, const char* how, Codec codec, Span place,
            Codec other, Span other_place) {
    diagnostics_
        .Warning(Code::kOtherSerializer,
                 fmt::format("{} of '{}' are {} as {} here, and written as {} elsewhere", what,
                             topic, how, CodecName(codec), CodecName(other)),
                 place)
        .Text(fmt::format("write '{}' in both places", CodecName(other)))
        .Label(other_place, "written here");
  }

  Diagnostics& diagnostics_;
  std::map<std::string_view, Format> formats_;
};

// More looks at a flow than any app needs; then the search for circles ends.
constexpr size_t kMostLooks = 1'000'000;

class Circles {
 public:
  Circles(const AppSpec& spec, Diagnostics& diagnostics) : spec_(spec), diagnostics_(diagnostics) {
    for (size_t i = 0; i < spec.agents.size(); ++i) {
      for (const ReadTopic& read : ReadBy(spec.agents[i])) readers_[read.topic->value].push_back(i);
      written_.push_back(WrittenBy(spec.agents[i]));
    }
  }

  // A circle is said once, at the first of its agents in the spec.
  void Check() {
    std::set<size_t> in_circle;
    for (size_t i = 0; i < written_.size() && looks_ < kMostLooks; ++i) {
      if (in_circle.contains(i)) continue;
      const std::vector<const Field<std::string>*> path = ShortestCircle(i, in_circle);
      if (!path.empty()) Warn(i, path);
    }
  }

 private:
  const std::vector<size_t>& ReadersOf(const Field<std::string>& topic) const {
    static const std::vector<size_t> kNobody;
    const auto found = readers_.find(topic.value);
    return found == readers_.end() ? kNobody : found->second;
  }

  // The topics of a shortest way from an agent over others back to it, by breadth; empty: there is
  // none.
  std::vector<const Field<std::string>*> ShortestCircle(size_t start, std::set<size_t>& in_circle) {
    struct Step {
      size_t from;
      const Field<std::string>* topic;
    };
    std::map<size_t, Step> came;
    std::set<std::string_view> seen;
    std::vector<size_t> queue = {start};
    for (size_t next = 0; next < queue.size() && !came.contains(start); ++next) {
      const size_t from = queue[next];
      for (const Written& written : written_[from]) {
        // What an agent reads of its own was said already: its topics lead to others too.
        if (from != start && !seen.insert(written.topic->value).second) continue;
        for (const size_t to : ReadersOf(*written.topic)) {
          if (to != from && came.try_emplace(to, Step{from, written.topic}).second) {
            queue.push_back(to);
          }
          ++looks_;
        }
      }
    }
    std::vector<const Field<std::string>*> path;
    if (!came.contains(start)) return path;
    for (size_t at = start; path.empty() || at != start; at = came.at(at).from) {
      in_circle.insert(at);
      path.push_back(came.at(at).topic);
    }
    std::reverse(path.begin(), path.end());
    return path;
  }

  void Warn(size_t start, const std::vector<const Field<std::string>*>& path) {
    const std::string& agent = spec_.agents[start].metadata.name.value;
    std::string circle;
    for (const Field<std::string>* topic : path) circle += fmt::format("'{}' -> ", topic->value);
    auto report =
        diagnostics_.Warning(Code::kTopicCycle,
                             fmt::format("what the agent sends here comes back to it: {}'{}'",
                                         circle, path.front()->value),
                             path.front()->place.span);
    report.Text(fmt::format("from '{}'", agent));
    for (size_t i = 1; i < path.size(); ++i) report.Label(path[i]->place.span, "and on from here");
    report.Note("give one of them another topic, unless its predicate ends the circle");
  }

  const AppSpec& spec_;
  Diagnostics& diagnostics_;
  std::map<std::string_view, std::vector<size_t>> readers_;
  std::vector<std::vector<Written>> written_;  // by each agent
  size_t looks_ = 0;
};

}  // namespace

void WarnOfFlows(const AppSpec& spec, Diagnostics& diagnostics) {
  Serializers serializers(diagnostics);
  for (const AgentSpec& agent : spec.agents) {
    Reach(agent, diagnostics).Check();
    for (const Written& written : WrittenBy(agent)) serializers.CheckWritten(written);
  }
  for (const AgentSpec& agent : spec.agents) {
    for (const ReadTopic& read : ReadBy(agent)) serializers.CheckRead(read);
  }
  Circles(spec, diagnostics).Check();
}

}  // namespace kaspr::frontend
