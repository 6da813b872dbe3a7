#include "driver/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace kaspr::driver {
namespace {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { Close(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read, write;
};

bool Open(Pipe& pipe) {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return false;
  pipe = {Descriptor(fds[0]), Descriptor(fds[1])};
  return true;
}

// Our ends of the pipes to a child.
struct Ends {
  Descriptor in, out, err;
};

// The process, or -1 with `errno` set.
pid_t Start(const std::vector<std::string>& command, bool own_group, Ends& ends) {
  Pipe in, out, err;
  if (!Open(in) || !Open(out) || !Open(err)) return -1;
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in.read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.write.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(
      &attributes,
      static_cast<short>(POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0)));

  pid_t process = -1;
  const int failed =
      posix_spawnp(&process, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  errno = failed;
  if (failed != 0) return -1;
  ends = {std::move(in.write), std::move(out.read), std::move(err.read)};
  fcntl(ends.in.get(), F_SETFL, O_NONBLOCK);
  return process;
}

// Appends what there is to read, up to `most` bytes in all; closes at the end.
void ReadSome(Descriptor& from, std::string& text, size_t most) {
  std::array<char, 64 * 1024> buffer;
  const ssize_t count = read(from.get(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), std::min(static_cast<size_t>(count), most - text.size()));
  }
  if (count == 0 || (count < 0 && errno != EINTR)) from.Close();
}

// Writes what fits; closes when all is written, or nobody reads it.
void WriteSome(Descriptor& to, std::string_view& text) {
  const ssize_t count = write(to.get(), text.data(), text.size());
  if (count > 0) text.remove_prefix(static_cast<size_t>(count));
  if (text.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) to.Close();
}

// Kills the child when its limits say so.
class Guard {
 public:
  Guard(pid_t process, const ChildLimits* limits) : process_(process), limits_(limits) {}

  size_t output() const { return limits_ != nullptr ? limits_->output : SIZE_MAX; }
  // How long to wait until the next look, in milliseconds; -1: for ever.
  int wait() const { return limits_ != nullptr && !killed_ ? kLook : -1; }
  bool killed() const { return killed_; }

  void Look() {
    if (limits_ == nullptr || killed_) return;
    if (!*limits_->stop && Clock::now() - start_ <= limits_->time) return;
    kill(-process_, SIGKILL);
    killed_ = true;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kLook = 50;

  const pid_t process_;
  const ChildLimits* limits_;
  const Clock::time_point start_ = Clock::now();
  bool killed_ = false;
};

// Feeds the child and listens to it at once: either alone could block the other.
void Talk(Guard& guard, Ends& ends, std::string_view input, ChildResult& result) {
  if (input.empty()) ends.in.Close();
  while (ends.in.is_open() || ends.out.is_open() || ends.err.is_open()) {
    guard.Look();
    std::array<pollfd, 3> waits = {
        {{ends.in.get(), POLLOUT, 0}, {ends.out.get(), POLLIN, 0}, {ends.err.get(), POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), guard.wait()) < 0) continue;  // a signal
    if (waits[0].revents != 0) WriteSome(ends.in, input);
    if (waits[1].revents != 0) ReadSome(ends.out, result.out, guard.output());
    if (waits[2].revents != 0) ReadSome(ends.err, result.err, guard.output());
  }
}

// Its status. It may live on when it has closed what it writes to.
int WaitFor(pid_t process, Guard& guard) {
  int status = 0;
  while (true) {
    guard.Look();
    const pid_t ended = waitpid(process, &status, guard.wait() < 0 ? 0 : WNOHANG);
    if (ended == process || (ended < 0 && errno != EINTR)) return status;
    if (ended == 0) poll(nullptr, 0, guard.wait());
  }
}

}  // namespace

std::optional<ChildResult> RunChild(const std::vector<std::string>& command, std::string_view input,
                                    std::string& error, const ChildLimits* limits) {
  Ends ends;
  const pid_t process = Start(command, limits != nullptr, ends);
  if (process < 0) {
    error = std::strerror(errno);
    return std::nullopt;
  }
  ChildResult result;
  Guard guard(process, limits);
  Talk(guard, ends, input, result);
  const int status = WaitFor(process, guard);
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  result.killed = guard.killed();
  return result;
}

}  // namespace kaspr::driver
