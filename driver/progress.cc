#include "driver/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "base/render.h"

namespace kaspr::driver {

namespace {

// One line, with the failure where there is one kind of it and it fits; else a line for each kind.
std::string Summary(const std::string& name, const runtime::Counters& agent,
                    const std::vector<ir::FailureLog::Kind>& kinds, double seconds) {
  constexpr size_t kWidth = 100;
  std::string failed;
  if (kinds.size() == 1) {
    failed = fmt::format(" ({}: {})", kinds.front().summary, Grouped(kinds.front().count));
  }
  const std::string counts =
      fmt::format("{}: {} in, {} out, {} dropped by filters, {} failed", name, Grouped(agent.in),
                  Grouped(agent.out), Grouped(agent.filtered), Grouped(agent.failed));
  const std::string time = fmt::format(", {:.1f} s\n", seconds);
  const bool fits = counts.size() + failed.size() + time.size() <= kWidth;
  if (kinds.size() < 2 && fits) return counts + failed + time;
  std::string out = counts + time;
  for (const ir::FailureLog::Kind& kind : kinds) {
    out += fmt::format("  {:>7}  {}\n", Grouped(kind.count), kind.summary);
  }
  return out;
}

}  // namespace

Progress::Progress(const runtime::Plan& plan, bool terminal)
    : plan_(plan), terminal_(terminal), last_in_(plan.agents.size()) {}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::Erase() {
  for (size_t i = 0; i < static_cast<size_t>(std::count(drawn_.begin(), drawn_.end(), '\n')); ++i) {
    std::fputs("\x1b[A\x1b[2K", stderr);
  }
}

void Progress::Say(const std::string& text) {
  const std::lock_guard lock(mutex_);
  Erase();
  std::fputs((text + drawn_).c_str(), stderr);
}

void Progress::Update(const std::vector<runtime::Counters>& counters, std::optional<int64_t> lag) {
  if (!terminal_) return;
  const std::lock_guard lock(mutex_);
  Erase();
  const auto now = Clock::now();
  const double passed = std::chrono::duration<double>(now - last_update_).count();
  last_update_ = now;
  drawn_.clear();
  for (size_t i = 0; i < counters.size(); ++i) {
    const runtime::Counters& agent = counters[i];
    const uint64_t in = agent.in;
    const double rate = passed > 0 ? static_cast<double>(in - last_in_[i]) / passed : 0;
    last_in_[i] = in;
    drawn_ += fmt::format("{}   in {}   out {}   dropped {}   failed {}   {}/s\n", plan_.agents[i],
                          Grouped(in), Grouped(agent.out), Grouped(agent.filtered),
                          Grouped(agent.failed), Grouped(static_cast<uint64_t>(rate)));
  }
  if (lag) drawn_ += fmt::format("lag {}\n", Grouped(static_cast<uint64_t>(*lag)));
  std::fputs(drawn_.c_str(), stderr);
}

void Progress::Finish(const std::vector<runtime::Counters>& counters,
                      const std::vector<ir::FailureLog::Kind>& failures) {
  const std::lock_guard lock(mutex_);
  Erase();
  drawn_.clear();
  for (size_t i = 0; i < counters.size(); ++i) {
    const std::string& name = plan_.agents[i];
    std::vector<ir::FailureLog::Kind> kinds;
    std::copy_if(failures.begin(), failures.end(), std::back_inserter(kinds),
                 [&](const ir::FailureLog::Kind& kind) { return kind.agent == name; });
    std::fputs(Summary(name, counters[i], kinds, seconds()).c_str(), stderr);
  }
}

}  // namespace kaspr::driver
