#pragma once

// Where records come from: the transport's reading half.
//
// One thread, the poll thread, calls everything but Stop. Fetch never blocks; when there is nothing
// to fetch the poll thread waits with poll(2) on what WaitFor names.

#include <poll.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value/arena.h"
#include "value/event.h"

namespace kaspr::runtime {

// What a message in memory takes beside its bytes, which may be few.
inline constexpr size_t kBookkeeping = 256;

// A run of messages of one partition, in order of offset, with the memory they lie in.
struct Fetched {
  std::string_view topic;  // owned by the source
  int32_t partition = 0;
  value::Arena arena;
  std::vector<value::Message> messages;
  size_t bytes = 0;  // of all keys, values and headers, and kBookkeeping for each message

  // Called once, by any thread, when nothing of it is in flight any more: everything that its
  // messages before this offset caused is delivered, so that they may be acknowledged; those behind
  // it are not to be. May be empty.
  std::function<void(int64_t delivered_before)> finished;
};

// How many records of this partition may be taken in now; 0: none.
using Room = std::function<size_t(std::string_view topic, int32_t partition)>;

class Source {
 public:
  virtual ~Source() = default;

  // Messages of some partition that has room, no more than that. False: there are none now.
  virtual bool Fetch(const Room& room, Fetched& out) = 0;

  // Can nothing more come? Asked when Fetch had nothing and nothing was in flight before it.
  virtual bool Ended() = 0;

  // Appends what poll(2) should wait for until Fetch is worth another call, and says for how long
  // at most, in milliseconds; -1: for ever.
  virtual int WaitFor(std::vector<pollfd>& fds) = 0;

  // Goes back to what was not delivered. Asked while nothing is in flight.
  virtual void Rewind() = 0;

  // `revoking` is told of each partition that is about to become somebody else's, from within
  // Fetch, before the source waits for what is in flight and again while it does: what has not
  // started is to be let go, with Fetched::finished. Before the first Fetch.
  using Revoking = std::function<void(std::string_view topic, int32_t partition)>;
  virtual void OnRevoke(Revoking) {}

  // Acknowledges what was delivered and lets go of the rest. "" or what could not be acknowledged.
  virtual std::string Close() = 0;

  // Takes nothing more in from outside. Any thread.
  virtual void Stop() = 0;

  // Did another process take this one's place in the group (a `group.instance.id` that is used
  // twice)? Then starting again is of no use. After Close.
  virtual bool fenced() const { return false; }

  // How many records wait to be fetched, where that is known. Any thread.
  virtual std::optional<int64_t> lag() const = 0;
};

}  // namespace kaspr::runtime
