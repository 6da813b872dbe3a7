#pragma once

// A wake-up that poll(2) can wait for: the eventfd between the threads that free something and the
// poll thread that waits for it. Signals before the wait are kept, many count as one.

namespace kaspr::runtime {

class EventFd {
 public:
  EventFd();
  ~EventFd();
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  void Signal();  // any thread, and from a signal handler
  void Clear();
  int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace kaspr::runtime
