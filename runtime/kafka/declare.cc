#include "runtime/kafka/declare.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace kaspr::runtime {

namespace {

using std::chrono::milliseconds;
using Outcome = KafkaAdmin::Outcome;

constexpr auto kRetry = milliseconds(200);
constexpr auto kRequest = milliseconds(5000);

// "agent.yaml:9:7", of a topic that is declared.
std::string PlaceOf(const OwnTopic& topic) {
  const Span& span = topic.place.span;
  if (!span) return "the declaration";
  const Position position = span.file->PositionOf(span.begin);
  return fmt::format("{}:{}:{}", span.file->path(), position.line, position.column);
}

std::string Count(int32_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// A list of Kafka's, like cleanup.policy, has no order.
std::vector<std::string> Parts(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const size_t end = std::min(list.find(','), list.size());
    std::string_view part = list.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    parts.emplace_back(part);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

KafkaAdmin::Answer CreatePatiently(KafkaAdmin& admin, const KafkaAdmin::NewTopic& topic,
                                   const Patience& patience) {
  for (;;) {
    KafkaAdmin::Answer answer = admin.Create(topic);
    if (answer.outcome != Outcome::kNoAnswer || patience.over()) return answer;
    std::this_thread::sleep_for(kRetry);
  }
}

Declared Refusal(const OwnTopic& topic, const KafkaAdmin::Answer& answer) {
  const std::string what =
      topic.internal() ? fmt::format("topic '{}' of a groupBy", topic.name)
                       : fmt::format("topic '{}', declared at {},", topic.name, PlaceOf(topic));
  return {answer.outcome, fmt::format("{} cannot be made: {}", what, answer.why)};
}

// Waits until the cluster shows them all, with leaders.
bool Await(KafkaAdmin& admin, const std::vector<std::string>& made, const Patience& patience,
           KafkaAdmin::Topics& there) {
  const auto is_there = [&](const std::string& name) {
    const auto found = there.find(name);
    return found != there.end() && found->second.partitions > 0 && found->second.led;
  };
  while (!std::all_of(made.begin(), made.end(), is_there)) {
    if (patience.over()) return false;
    std::this_thread::sleep_for(kRetry / 10);
    if (auto now = admin.AskForTopics(kRequest)) there = std::move(*now);
  }
  return true;
}

void Compare(KafkaAdmin& admin, const std::vector<const OwnTopic*>& topics,
             const KafkaAdmin::Topics& there, const KafkaAdmin::Warn& warn) {
  std::vector<std::string> names;
  for (const OwnTopic* topic : topics) names.push_back(topic->name);
  std::string why;
  const auto configs = admin.Describe(names, why);
  for (const OwnTopic* topic : topics) {
    const auto config = configs.find(topic->name);
    const bool described = config != configs.end();
    auto differences =
        Differences(*topic, there.find(topic->name)->second, described ? &config->second : nullptr);
    if (!described && !topic->config.empty()) {
      differences.push_back("its properties cannot be compared: " + why);
    }
    if (differences.empty()) continue;
    warn(fmt::format("topic '{}' is there already and stays as it is, other than {} has it: {}",
                     topic->name, PlaceOf(*topic), fmt::join(differences, "; ")));
  }
}

// Of a groupBy's topic, as many as the inputs that are there now have.
int32_t PartitionsOf(const OwnTopic& topic, const Declaring& app, const KafkaAdmin::Topics& there) {
  std::map<std::string, int32_t, std::less<>> counts;
  for (const auto& [name, found] : there) counts[name] = found.partitions;
  return WidestInput(topic, app.own, counts, app.plan, app.subscription);
}

// Makes those that are internal, or those that are not; adds those that were there to `older`.
Declared Make(KafkaAdmin& admin, const Declaring& app, bool internal, KafkaAdmin::Topics& there,
              std::vector<const OwnTopic*>& older) {
  std::vector<std::string> made;
  for (const OwnTopic& topic : app.own) {
    if (topic.internal() != internal) continue;
    if (there.contains(topic.name)) {
      older.push_back(&topic);
      continue;
    }
    KafkaAdmin::NewTopic wanted{.name = topic.name,
                                .partitions = topic.partitions,
                                .replicas = topic.replicas,
                                .config = topic.config};
    if (internal) wanted.partitions = PartitionsOf(topic, app, there);
    const KafkaAdmin::Answer answer = CreatePatiently(admin, wanted, app.patience);
    if (answer.outcome == Outcome::kThere) {
      older.push_back(&topic);
    } else if (answer.outcome != Outcome::kMade) {
      return Refusal(topic, answer);
    }
    made.push_back(topic.name);
  }
  if (Await(admin, made, app.patience, there)) return {};
  return {Outcome::kNoAnswer,
          fmt::format("topics that were made are not there yet: {}", fmt::join(made, ", "))};
}

}  // namespace

Declared Declare(KafkaAdmin& admin, const Declaring& app, const KafkaAdmin::Warn& warn,
                 KafkaAdmin::Topics& there) {
  std::vector<const OwnTopic*> older, older_internal;
  Declared result = Make(admin, app, false, there, older);
  if (result.outcome != Outcome::kMade) return result;
  Compare(admin, older, there, warn);
  return Make(admin, app, true, there, older_internal);
}

std::vector<std::string> Differences(const OwnTopic& declared, const KafkaAdmin::Topic& topic,
                                     const KafkaAdmin::Config* config) {
  std::vector<std::string> differences;
  if (declared.partitions && *declared.partitions != topic.partitions) {
    differences.push_back(
        fmt::format("{}, not {}", Count(topic.partitions, "partition"), *declared.partitions));
  }
  if (declared.replicas && *declared.replicas != topic.replicas) {
    differences.push_back(
        fmt::format("{}, not {}", Count(topic.replicas, "replica"), *declared.replicas));
  }
  if (config == nullptr) return differences;
  for (const auto& [name, value] : declared.config) {
    const auto found = config->find(name);
    if (found == config->end()) {
      differences.push_back(fmt::format("no {}, not {}", name, value));
    } else if (Parts(found->second.value) != Parts(value)) {
      differences.push_back(fmt::format("{}={}, not {}", name, found->second.value, value));
    }
  }
  return differences;
}

}  // namespace kaspr::runtime
