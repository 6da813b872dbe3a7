#pragma once

// What a run says on stderr: one line per agent with its rates on a terminal, redrawn in place; the
// failures, above them; at the end what was done. Without a terminal there are no rates. Thread
// safe.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "ir/kernel.h"
#include "runtime/plan.h"
#include "runtime/work.h"

namespace kaspr::driver {

class Progress {
 public:
  Progress(const runtime::Plan& plan, bool terminal);

  // Something to read, which stays. Ends in a newline.
  void Say(const std::string& text);

  // Redraws the rates, and how many records wait to be read where that is known; on a terminal
  // only.
  void Update(const std::vector<runtime::Counters>& counters, std::optional<int64_t> lag);

  // The last word: what each agent did, and how it failed.
  void Finish(const std::vector<runtime::Counters>& counters,
              const std::vector<ir::FailureLog::Kind>& failures);

  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  void Erase();

  const runtime::Plan& plan_;
  const bool terminal_;
  const Clock::time_point start_ = Clock::now();
  std::mutex mutex_;
  std::string drawn_;  // the lines on the terminal
  std::vector<uint64_t> last_in_;
  Clock::time_point last_update_ = start_;
};

}  // namespace kaspr::driver
