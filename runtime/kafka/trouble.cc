#include "runtime/kafka/trouble.h"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <cstdio>

namespace kaspr::runtime {

void Trouble::Report(int error, const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (!reported_.insert(error).second) return;
    any_.store(true, std::memory_order_relaxed);
  }
  warn_(fmt::format("{}: {} ({})", who_, why,
                    rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(error))));
}

void Trouble::Forget() {
  const std::lock_guard lock(mutex_);
  any_.store(false, std::memory_order_relaxed);
  reported_.clear();
}

void Trouble::OnLog(const rd_kafka_s*, int level, const char* facility, const char* text) {
  constexpr int kDebug = 7;  // of syslog
  if (level == kDebug) fmt::print(stderr, "{}: {}\n", facility, text);
}

}  // namespace kaspr::runtime
