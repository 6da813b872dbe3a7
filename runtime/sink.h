#pragma once

// Where records go: the transport's writing half.

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "value/event.h"

namespace kaspr::runtime {

// Counts what a batch still waits for, outside of the batch's memory, which may be gone by the time
// the last record is delivered. Starts at one, for whoever started it; the thread that brings it to
// zero calls `done` with the first error ("" if there was none), and that is the end of it: nobody
// else owns a Delivery, a transport may keep its address with each record. Thread safe.
class Delivery {
 public:
  static Delivery& Start(std::function<void(const std::string& error)> done) {
    return *new Delivery(std::move(done));
  }

  void Add(int64_t count = 1) { pending_.fetch_add(count, std::memory_order_relaxed); }

  void Done(const std::string& error = "") {
    if (!error.empty()) {
      const std::lock_guard lock(mutex_);
      if (error_.empty()) error_ = error;
    }
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    done_(error_);
    delete this;
  }

 private:
  explicit Delivery(std::function<void(const std::string& error)> done) : done_(std::move(done)) {}
  ~Delivery() = default;

  std::atomic<int64_t> pending_{1};
  std::mutex mutex_;
  std::string error_;
  std::function<void(const std::string&)> done_;
};

class Sink {
 public:
  virtual ~Sink() = default;

  // Takes a copy of the record and calls delivery.Done exactly once: when it is written for good,
  // or with the error that keeps it from being so. If `send.report` is set it is filled in before
  // that, and an error stands there instead: Done is then called without one. Records of one
  // calling thread and partition keep their order. `topic` is the one to write to; `send.topic` is
  // not looked at. Thread safe.
  virtual void Send(std::string_view topic, const value::Send& send, Delivery& delivery) = 0;

  // Hands on what is held back for the sake of larger writes. "" or the first error. Thread safe.
  virtual std::string Flush() = 0;
};

}  // namespace kaspr::runtime
