#include "ir/shared_boxes.h"

#include <fmt/format.h>

#include "ir/labels.h"

namespace kaspr::ir {

SharedBoxes::SharedBoxes(const Graph& graph) {
  for (const Agent& agent : graph.agents) {
    AddSources(agent.input());
    for (const Target& target : TargetsOf(agent)) AddTarget(agent, target);
  }
}

void SharedBoxes::Add(SharedBox box) {
  const auto [known, fresh] = named_.emplace(std::pair(box.kind, box.name), boxes_.size());
  if (!fresh) {
    boxes_[known->second].internal &= box.internal;
    return;
  }
  box.id = fmt::format("t{}", boxes_.size());
  boxes_.push_back(std::move(box));
}

void SharedBoxes::AddSources(const Input& input) {
  for (const std::string& topic : input.topics) {
    Add({.kind = Kind::kTopic, .name = topic, .label = Shown(topic)});
  }
  if (!input.channel.empty()) {
    Add({.kind = Kind::kChannel, .name = input.channel, .label = Shown(input.channel)});
  }
  if (!input.pattern.empty()) {
    Add({.kind = Kind::kPattern, .name = input.pattern, .label = SourceLabels(input).front()});
  }
}

void SharedBoxes::AddTarget(const Agent& agent, const Target& target) {
  if (target.kind == Target::Kind::kChannel) {
    return Add({.kind = Kind::kChannel, .name = target.name, .label = Shown(target.name)});
  }
  if (!target.name.empty()) {
    return Add({.kind = Kind::kTopic,
                .name = target.name,
                .label = Shown(target.name),
                .internal = target.group != nullptr});
  }
  if (!chosen_.emplace(target.destination, boxes_.size()).second) return;
  boxes_.push_back({.id = fmt::format("t{}", boxes_.size()),
                    .kind = Kind::kChosen,
                    .label = TopicLabel(agent, *target.destination)});
}

std::vector<std::string> SharedBoxes::SourcesOf(const Input& input) const {
  if (!input.channel.empty()) return {OfChannel(input.channel)};
  if (!input.pattern.empty()) return {IdOf(Kind::kPattern, input.pattern)};
  std::vector<std::string> ids;
  for (const std::string& topic : input.topics) ids.push_back(OfTopic(topic));
  return ids;
}

const std::string& SharedBoxes::Of(const Destination& destination) const {
  const auto chosen = chosen_.find(&destination);
  return chosen != chosen_.end() ? boxes_[chosen->second].id : OfTopic(destination.topic);
}

const std::string& SharedBoxes::IdOf(Kind kind, const std::string& name) const {
  return boxes_[named_.at({kind, name})].id;
}

const std::string& SharedBoxes::OfTopic(const std::string& name) const {
  return IdOf(Kind::kTopic, name);
}

const std::string& SharedBoxes::OfChannel(const std::string& name) const {
  return IdOf(Kind::kChannel, name);
}

const std::string& SharedBoxes::Of(const Target& target) const {
  if (target.kind == Target::Kind::kChannel) return OfChannel(target.name);
  return target.name.empty() ? Of(*target.destination) : OfTopic(target.name);
}

}  // namespace kaspr::ir
