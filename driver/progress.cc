#include "driver/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/render.h"

namespace kaspr::driver {

Progress::Progress(const runtime::Plan& plan, bool terminal)
    : plan_(plan), terminal_(terminal), last_in_(plan.segments.size()) {}

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

void Progress::Update(const std::vector<runtime::Counters>& counters) {
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
    drawn_ += fmt::format("{}   in {}   out {}   dropped {}   failed {}   {}/s\n",
                          plan_.segments[i].agent, Grouped(in), Grouped(agent.out),
                          Grouped(agent.filtered), Grouped(agent.failed),
                          Grouped(static_cast<uint64_t>(rate)));
  }
  std::fputs(drawn_.c_str(), stderr);
}

void Progress::Finish(const std::vector<runtime::Counters>& counters,
                      const std::vector<ir::FailureLog::Kind>& failures) {
  const std::lock_guard lock(mutex_);
  Erase();
  drawn_.clear();
  for (size_t i = 0; i < counters.size(); ++i) {
    const runtime::Counters& agent = counters[i];
    const std::string& name = plan_.segments[i].agent;
    std::vector<std::string> kinds;
    for (const ir::FailureLog::Kind& kind : failures) {
      if (kind.agent == name) {
        kinds.push_back(fmt::format("{}: {}", kind.summary, Grouped(kind.count)));
      }
    }
    fmt::print(stderr, "{}: {} in, {} out, {} dropped by filters, {} failed{}, {:.1f} s\n", name,
               Grouped(agent.in), Grouped(agent.out), Grouped(agent.filtered),
               Grouped(agent.failed),
               kinds.empty() ? "" : fmt::format(" ({})", fmt::join(kinds, ", ")), seconds());
  }
}

}  // namespace kaspr::driver
