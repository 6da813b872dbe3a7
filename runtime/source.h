#pragma once

// Where records come from: the transport's reading half.
//
// One thread, the poll thread, calls everything but Stop. Fetch never blocks; when there is nothing
// to fetch the poll thread waits with poll(2) on what WaitFor names.

#include <poll.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "value/arena.h"
#include "value/event.h"

namespace kaspr::runtime {

// A run of messages of one partition, in order of offset, with the memory they lie in.
struct Fetched {
  std::string_view topic;  // owned by the source
  int32_t partition = 0;
  value::Arena arena;
  std::vector<value::Message> messages;
  size_t bytes = 0;  // of all keys, values and headers
};

// May records of this partition be taken in now?
using Ready = std::function<bool(std::string_view topic, int32_t partition)>;

class Source {
 public:
  enum class Status {
    kMessages,  // `out` is filled
    kIdle,      // nothing now: wait
    kEnd,       // nothing now, and only an agent's own sends can bring more
  };

  virtual ~Source() = default;

  // The topics it reads are known when it is made; partitions are numbered from 0.
  virtual int32_t PartitionCount(std::string_view topic) const = 0;

  virtual Status Fetch(const Ready& ready, Fetched& out) = 0;

  // Appends what poll(2) should wait for until Fetch is worth another call.
  virtual void WaitFor(std::vector<pollfd>& fds) = 0;

  // Takes nothing more in from outside. Any thread.
  virtual void Stop() = 0;
};

}  // namespace kaspr::runtime
