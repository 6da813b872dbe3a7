#include "frontend/declare_topics.h"

#include <fmt/format.h>

#include <map>

namespace kaspr::frontend {
namespace {

using Config = std::vector<std::pair<std::string, std::string>>;

bool IsTrue(const Maybe<bool>& flag) {
  return flag && flag->value;
}

// In the words of Kafka; what `config` says wins.
Config ConfigOf(const TopicSettings& settings) {
  std::map<std::string, std::string> config;
  if (settings.config) config.insert(settings.config->value.begin(), settings.config->value.end());
  if (settings.retention) {
    config.emplace("retention.ms", fmt::format("{}", settings.retention->value * 1000));
  }
  const bool compacting = IsTrue(settings.compacting), deleting = IsTrue(settings.deleting);
  if (compacting || deleting) {
    config.emplace("cleanup.policy", compacting && deleting ? "compact,delete"
                                     : compacting           ? "compact"
                                                            : "delete");
  }
  return {config.begin(), config.end()};
}

ir::DeclaredTopic TopicOf(const std::string& name, const TopicSettings& settings, Place place) {
  ir::DeclaredTopic topic{.name = name, .place = place, .config = ConfigOf(settings)};
  if (settings.partitions) topic.partitions = static_cast<int32_t>(settings.partitions->value);
  if (settings.replicas) topic.replicas = static_cast<int32_t>(settings.replicas->value);
  return topic;
}

class Declarations {
 public:
  explicit Declarations(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Add(const AgentSpec& agent) {
    Add(agent.input);
    const std::set<std::string_view> used = agent.processors.Used();
    for (const Operation& operation : agent.processors.operations) {
      const auto* send = std::get_if<TopicSendOp>(&operation.op);
      if (send != nullptr) Add(send->topic, used.contains(operation.name.value));
    }
    if (agent.output.topics) {
      for (const OutputTopic& topic : agent.output.topics->value) Add(topic, true);
    }
    if (agent.input.channel && IsTrue(agent.isolated_partitions)) {
      WarnNoEffect(agent.isolated_partitions->key, "a channel has no partitions");
    }
  }

  std::vector<ir::DeclaredTopic> Finish() && { return std::move(topics_); }

 private:
  void Add(const Input& input) {
    if (input.channel && IsTrue(input.declare)) {
      WarnNoEffect(input.declare->key, "a channel is there without it");
    }
    if (!input.topic) return;
    const InputTopic& topic = input.topic->value;
    if (topic.pattern) return WarnOfSettings(topic.settings, input.declare, "only with 'name'");
    if (!IsTrue(input.declare)) return WarnOfUndeclared(topic.settings);
    for (const Field<std::string>& name : topic.names) {
      Declare(name.value, topic.settings, input.declare->place);
    }
  }

  void Add(const OutputTopic& topic, bool runs) {
    const TopicSettings& settings = topic.settings;
    if (topic.name_selector) return WarnOfSettings(settings, settings.declare, "only with 'name'");
    if (!IsTrue(settings.declare)) return WarnOfUndeclared(settings);
    if (topic.name && runs) Declare(topic.name->value, settings, settings.declare->place);
  }

  void Declare(const std::string& name, const TopicSettings& settings, Place place) {
    ir::DeclaredTopic topic = TopicOf(name, settings, place);
    const auto [known, fresh] = indices_.emplace(name, topics_.size());
    if (fresh) {
      topics_.push_back(std::move(topic));
      return;
    }
    const ir::DeclaredTopic& first = topics_[known->second];
    if (first == topic) return;
    diagnostics_
        .Error(Code::kTopicMadeTwice,
               fmt::format("the topic '{}' is declared twice, with different settings", name),
               place.span)
        .Text("say the same in both, or declare it once")
        .Label(first.place.span, "the first one is here");
  }

  void WarnOfUndeclared(const TopicSettings& settings) {
    WarnOfSettings(settings, {}, "only with 'declare: true'");
  }

  // Warns of all settings that are there, and of `declare: true`.
  void WarnOfSettings(const TopicSettings& settings, const Maybe<bool>& declare,
                      const char* needs) {
    if (IsTrue(declare)) WarnNoEffect(declare->key, needs);
    const auto warn = [&](const auto& setting) {
      if (setting) WarnNoEffect(setting->key, needs);
    };
    warn(settings.partitions);
    warn(settings.replicas);
    warn(settings.retention);
    warn(settings.compacting);
    warn(settings.deleting);
    warn(settings.config);
  }

  void WarnNoEffect(const Place& key, const char* why) {
    diagnostics_
        .Warning(Code::kNoEffect, fmt::format("'{}' has no effect here", key.span.text()), key.span)
        .Text(why);
  }

  Diagnostics& diagnostics_;
  std::vector<ir::DeclaredTopic> topics_;
  std::map<std::string, size_t> indices_;  // of topics_, by name
};

}  // namespace

std::vector<ir::DeclaredTopic> DeclareTopics(const AppSpec& spec, Diagnostics& diagnostics) {
  Declarations declarations(diagnostics);
  for (const AgentSpec& agent : spec.agents) declarations.Add(agent);
  return std::move(declarations).Finish();
}

}  // namespace kaspr::frontend
