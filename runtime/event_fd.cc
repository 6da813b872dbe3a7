#include "runtime/event_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.h"

namespace kaspr::runtime {

EventFd::EventFd() : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  KASPR_CHECK(fd_ >= 0, "eventfd failed");
}

EventFd::~EventFd() {
  close(fd_);
}

void EventFd::Signal() {
  const uint64_t one = 1;
  // Fails only when the counter is full, and then the reader wakes up anyway.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof(one));
}

void EventFd::Clear() {
  uint64_t count;
  [[maybe_unused]] const ssize_t size = read(fd_, &count, sizeof(count));
}

}  // namespace kaspr::runtime
