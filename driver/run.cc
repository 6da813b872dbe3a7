#include "driver/run.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/check.h"
#include "driver/session.h"
#include "runtime/event_fd.h"
#include "value/arena.h"

namespace kaspr::driver {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kRedraw = milliseconds(200);
constexpr auto kPatience = milliseconds(5000);  // of a stop, with a record that does not finish
constexpr auto kLastWait = milliseconds(2000);  // of a forced stop, with code that will not end

// SIGINT and SIGTERM as something to poll for. They are blocked for every thread started later.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    fd_ = signalfd(-1, &set_, SFD_NONBLOCK | SFD_CLOEXEC);
    KASPR_CHECK(fd_ >= 0, "signalfd failed");
  }
  ~Signals() { close(fd_); }

  int fd() const { return fd_; }
  // The number of the next signal, or 0.
  int Next() const {
    signalfd_siginfo info;
    return read(fd_, &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  sigset_t set_;
  int fd_;
};

bool Poll(int fd, int other_fd, milliseconds timeout) {
  pollfd fds[] = {{fd, POLLIN, 0}, {other_fd, POLLIN, 0}};
  poll(fds, other_fd < 0 ? 1 : 2, static_cast<int>(timeout.count()));
  return (fds[0].revents & POLLIN) != 0;
}

// Waits for the session to end and passes signals on. The signal that forced an end, or 0.
int Watch(Session& session, const Signals& signals, const runtime::EventFd& done,
          Clock::time_point end) {
  bool stopping = false;
  int signal = 0;
  uint64_t finished = 0;
  Clock::time_point last_finished;
  while (!Poll(done.fd(), signals.fd(), kRedraw)) {
    session.ShowRates();
    if (Clock::now() >= end) {
      session.Stop("end");
      end = Clock::time_point::max();
    }
    if (const int next = signals.Next(); next != 0) {
      signal = next;
      if (stopping || !session.Stop("signal")) return signal;
      stopping = true;
      last_finished = Clock::now();
    }
    if (session.finished() != finished) last_finished = Clock::now();
    finished = session.finished();
    if (stopping && Clock::now() - last_finished > kPatience) return signal;
  }
  return 0;
}

}  // namespace

int Run(const Options& options) {
  value::KeepFreedMemory();
  constexpr int kSignalExit = 128;
  const Signals signals;
  runtime::EventFd done;
  auto session = std::make_unique<Session>(options);
  int exit_code = kExitOk;
  std::thread worker([&] {
    exit_code = session->Main();
    done.Signal();
  });
  const bool timed = options.until.kind == Until::Kind::kTime;
  const int forced = Watch(*session, signals, done,
                           timed ? Clock::now() + options.until.time : Clock::time_point::max());
  if (forced != 0) {
    session->Abort();
    if (!Poll(done.fd(), -1, kLastWait)) {
      // User code that cannot be interrupted: what is finished is written, the rest is left.
      session->Close("signal");
      std::fflush(nullptr);
      std::_Exit(kSignalExit + forced);
    }
  }
  worker.join();
  return forced != 0 ? kSignalExit + forced : exit_code;
}

}  // namespace kaspr::driver
