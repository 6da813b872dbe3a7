#pragma once

// Who reads which topic: by its name, or by a pattern that matches the whole of it (D16).
//
//   agent 0 reads the pattern clicks\.\d+ and writes clicks.0, agent 1 reads clicks.7
//   -> ReadersOf("clicks.7") = {0, 1}, ReadersOf("clicks.0") = {}
//
// No pattern matches a topic that begins with "__", one that a groupBy of the app goes through, or
// one that an agent of the app writes by its name; one that an agent chooses at run time may match.
//
// Patterns are Python's, so the first question about a topic waits for the lane, which may be busy
// for long. Answers are remembered: a thread that must not wait asks only for what another one has
// learnt. Thread safe; `plan` must outlive it.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/plan.h"

namespace kaspr::runtime {

class Subscription {
 public:
  // For each topic: does the pattern match the whole of its name?
  using Matches = std::function<std::vector<bool>(const std::string& pattern,
                                                  const std::vector<std::string>& topics)>;
  static constexpr size_t kMostForgettable = 100'000;  // topics that nobody reads, remembered

  // `matches` is not called where the plan has no patterns.
  Subscription(const Plan& plan, Matches matches);

  bool has_patterns() const { return !patterns_.empty(); }
  const std::vector<std::pair<std::string, size_t>>& patterns() const { return patterns_; }

  // The segments of the plan that read the topic, in order. Valid as long as this lives.
  const std::vector<size_t>& ReadersOf(std::string_view topic);
  bool Reads(std::string_view topic) { return !ReadersOf(topic).empty(); }

  // Finds out about many topics at once, so that each pattern waits for the lane only once.
  void Learn(const std::vector<std::string>& topics);

 private:
  std::vector<std::string> Unknown(const std::vector<std::string>& topics) const;
  std::vector<size_t> ByName(const std::string& topic) const;
  bool MayMatch(std::string_view topic) const;

  const Plan& plan_;
  const Matches matches_;
  std::vector<std::pair<std::string, size_t>> patterns_;  // and who reads them

  mutable std::mutex mutex_;  // not held while the lane is asked
  std::map<std::string, std::vector<size_t>, std::less<>> readers_;
  size_t forgettable_ = 0;  // of them: those that nobody reads
};

}  // namespace kaspr::runtime
