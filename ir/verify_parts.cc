#include "ir/verify_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/duration.h"

namespace kaspr::ir {
namespace {

// Can it be written, and is it one?
bool IsDuration(std::chrono::milliseconds duration) {
  return ParseDuration(FormatDuration(duration)) == duration;
}

void CheckTopics(const Input& input, std::vector<Mistake>& mistakes) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& topic : input.topics) {
    if (topic.empty()) {
      mistakes.push_back({Code::kGraphShape, "an input from a topic without a name"});
    }
    if (!seen.insert(topic).second) {
      mistakes.push_back({Code::kGraphRepeated, fmt::format("an input reads '{}' twice", topic)});
    }
  }
}

void CheckChannel(const Input& input, std::vector<Mistake>& mistakes) {
  if (input.key != Input{}.key || input.value != Input{}.value) {
    mistakes.push_back({Code::kGraphShape, "serializers of a channel, which brings no bytes"});
  }
  if (input.isolated_partitions) {
    mistakes.push_back({Code::kGraphShape, "isolated partitions of a channel, which has none"});
  }
}

}  // namespace

std::vector<Mistake> MistakesOf(const Input& input) {
  std::vector<Mistake> mistakes;
  const int sources = !input.topics.empty() + !input.pattern.empty() + !input.channel.empty();
  if (sources == 0) mistakes.push_back({Code::kGraphShape, "an input without a topic"});
  if (sources > 1) {
    mistakes.push_back(
        {Code::kGraphShape, "an input has topics, a pattern or a channel, not more"});
  }
  CheckTopics(input, mistakes);
  if (!input.channel.empty()) CheckChannel(input, mistakes);
  if (input.take && (input.take->max < 1 || !IsDuration(input.take->within))) {
    mistakes.push_back({Code::kGraphShape, "lists of no value, or in no time"});
  }
  return mistakes;
}

std::vector<Mistake> MistakesOf(const Destination& destination) {
  const auto& [topic, key, value, ack, selectors] = destination;
  if (topic.empty() && !selectors.name) {
    return {{Code::kGraphShape, "something is sent, but to no topic"}};
  }
  if (!topic.empty() && selectors.name) {
    return {{Code::kGraphShape,
             fmt::format("the topic is '{}', and a function chooses one too", topic)}};
  }
  return {};
}

std::vector<Mistake> MistakesOf(const OnError& on_error, std::chrono::milliseconds timeout) {
  std::vector<Mistake> mistakes;
  const auto wrong = [&](const char* message) { mistakes.push_back({Code::kGraphShape, message}); };
  const OnError usual;
  if (on_error.policy == ErrorAction::kRetry) {
    if (on_error.then == ErrorAction::kRetry) wrong("a retry is followed by a retry");
    if (on_error.attempts == 0) wrong("a record is tried no time at all");
    if (!IsDuration(on_error.backoff)) wrong("a backoff that is no duration");
  } else if (on_error.then != usual.then || on_error.attempts != usual.attempts ||
             on_error.backoff != usual.backoff) {
    wrong("a policy has what only a retry uses");
  }
  if (on_error.UsesDeadLetters() && on_error.topic.empty()) wrong("dead letters go to no topic");
  if (!on_error.UsesDeadLetters() && !on_error.topic.empty()) {
    wrong("a topic of dead letters that is not used");
  }
  if (!IsDuration(timeout)) wrong("a timeout that is no duration");
  return mistakes;
}

std::vector<Mistake> MistakesOf(const DeclaredTopic& topic) {
  std::vector<Mistake> mistakes;
  const auto wrong = [&](std::string message) {
    mistakes.push_back({Code::kGraphShape, std::move(message)});
  };
  if (topic.name.empty()) wrong("a topic without a name");
  if (topic.partitions.value_or(1) < 1) wrong("a topic without partitions");
  if (topic.replicas.value_or(1) < 1) wrong("a topic without replicas");
  for (size_t i = 0; i < topic.config.size(); ++i) {
    const std::string& name = topic.config[i].first;
    if (name.empty() || name.find('=') != std::string::npos) {
      wrong(fmt::format("no property of topics is called '{}'", name));
    }
    if (i > 0 && topic.config[i - 1].first >= name) {
      wrong(fmt::format("the property '{}' is not in order", name));
    }
  }
  return mistakes;
}

}  // namespace kaspr::ir
