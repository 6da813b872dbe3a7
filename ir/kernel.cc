#include "ir/kernel.h"

namespace kaspr::ir {

void FailureLog::Report(const std::string& agent, const std::string& key,
                        const std::function<std::pair<std::string, Diagnostic>()>& describe) {
  std::string name = agent + '\0' + key;
  size_t kind;
  {
    std::lock_guard lock(mutex_);
    auto known = index_.find(name);
    if (known == index_.end() && index_.size() >= kMaxKinds) {
      // User code can make exception types without end; what comes late is counted in one heap.
      name = agent + '\0';
      known = index_.find(name);
      if (known == index_.end()) {
        index_.emplace(name, kinds_.size());
        kinds_.push_back({agent, "further kinds of failure", 1});
        return;
      }
    }
    if (known != index_.end()) {
      ++kinds_[known->second].count;
      return;
    }
    kind = kinds_.size();
    index_.emplace(name, kind);
    kinds_.push_back({agent, "", 1});
  }
  // Describing may need the interpreter, which may wait for a thread that reports: not under the
  // lock.
  auto [summary, diagnostic] = describe();
  std::lock_guard lock(mutex_);
  kinds_[kind].summary = std::move(summary);
  if (show_) show_(diagnostic);
}

std::vector<FailureLog::Kind> FailureLog::Kinds() const {
  std::lock_guard lock(mutex_);
  return kinds_;
}

}  // namespace kaspr::ir
