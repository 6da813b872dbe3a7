#include "runtime/subscription.h"

#include <algorithm>

namespace kaspr::runtime {

namespace {

const std::vector<size_t> kNobody;

}  // namespace

Subscription::Subscription(const Plan& plan, Matches matches)
    : plan_(plan), matches_(std::move(matches)) {
  for (size_t i = 0; i < plan.segments.size(); ++i) {
    if (!plan.segments[i].pattern.empty()) patterns_.emplace_back(plan.segments[i].pattern, i);
  }
}

const std::vector<size_t>& Subscription::ReadersOf(std::string_view topic) {
  const auto remembered = [&]() -> const std::vector<size_t>* {
    const std::lock_guard lock(mutex_);
    const auto found = readers_.find(topic);
    if (found == readers_.end()) return nullptr;
    return found->second.empty() ? &kNobody : &found->second;
  };
  if (const auto* readers = remembered()) return *readers;
  Learn({std::string(topic)});
  const auto* readers = remembered();
  return readers != nullptr ? *readers : kNobody;  // nobody, and another thread had it forgotten
}

void Subscription::Learn(const std::vector<std::string>& topics) {
  const std::vector<std::string> unknown = Unknown(topics);
  if (unknown.empty()) return;
  std::vector<std::vector<size_t>> readers;
  std::vector<std::string> matchable;
  for (const std::string& topic : unknown) {
    readers.push_back(ByName(topic));
    if (MayMatch(topic)) matchable.push_back(topic);
  }
  for (const auto& [pattern, segment] : patterns_) {
    if (matchable.empty()) break;
    const std::vector<bool> matched = matches_(pattern, matchable);
    for (size_t i = 0, asked = 0; asked < matchable.size(); ++i) {
      if (unknown[i] == matchable[asked] && matched[asked++]) readers[i].push_back(segment);
    }
  }
  const std::lock_guard lock(mutex_);
  if (forgettable_ + unknown.size() > kMostForgettable) {
    std::erase_if(readers_, [](const auto& entry) { return entry.second.empty(); });
    forgettable_ = 0;
  }
  for (size_t i = 0; i < unknown.size(); ++i) {
    std::sort(readers[i].begin(), readers[i].end());
    const bool nobody = readers[i].empty();
    forgettable_ += readers_.emplace(unknown[i], std::move(readers[i])).second && nobody;
  }
}

std::vector<std::string> Subscription::Unknown(const std::vector<std::string>& topics) const {
  std::vector<std::string> unknown;
  const std::lock_guard lock(mutex_);
  for (const std::string& topic : topics) {
    if (!readers_.contains(topic)) unknown.push_back(topic);
  }
  return unknown;
}

std::vector<size_t> Subscription::ByName(const std::string& topic) const {
  std::vector<size_t> readers;
  for (size_t i = 0; i < plan_.segments.size(); ++i) {
    const std::vector<std::string>& names = plan_.segments[i].topics;
    if (std::find(names.begin(), names.end(), topic) != names.end()) readers.push_back(i);
  }
  return readers;
}

bool Subscription::MayMatch(std::string_view topic) const {
  // Of this version of the app the agents write them; of another one they may be left.
  const bool repartition = topic.starts_with(plan_.app + "-") && topic.ends_with("-repartition");
  return !topic.starts_with("__") && !repartition && !plan_.Writes(topic);
}

}  // namespace kaspr::runtime
