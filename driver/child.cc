#include "driver/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

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
pid_t Start(const std::vector<std::string>& command, Ends& ends) {
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
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

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

// Appends what there is to read; closes at the end.
void ReadSome(Descriptor& from, std::string& text) {
  std::array<char, 64 * 1024> buffer;
  const ssize_t count = read(from.get(), buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<size_t>(count));
  if (count == 0 || (count < 0 && errno != EINTR)) from.Close();
}

// Writes what fits; closes when all is written, or nobody reads it.
void WriteSome(Descriptor& to, std::string_view& text) {
  const ssize_t count = write(to.get(), text.data(), text.size());
  if (count > 0) text.remove_prefix(static_cast<size_t>(count));
  if (text.empty() || (count < 0 && errno != EINTR && errno != EAGAIN)) to.Close();
}

// Feeds the child and listens to it at once: either alone could block the other.
void Talk(Ends& ends, std::string_view input, ChildResult& result) {
  if (input.empty()) ends.in.Close();
  while (ends.in.is_open() || ends.out.is_open() || ends.err.is_open()) {
    std::array<pollfd, 3> waits = {
        {{ends.in.get(), POLLOUT, 0}, {ends.out.get(), POLLIN, 0}, {ends.err.get(), POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), -1) < 0) continue;  // a signal
    if (waits[0].revents != 0) WriteSome(ends.in, input);
    if (waits[1].revents != 0) ReadSome(ends.out, result.out);
    if (waits[2].revents != 0) ReadSome(ends.err, result.err);
  }
}

}  // namespace

std::optional<ChildResult> RunChild(const std::vector<std::string>& command, std::string_view input,
                                    std::string& error) {
  Ends ends;
  const pid_t process = Start(command, ends);
  if (process < 0) {
    error = std::strerror(errno);
    return std::nullopt;
  }
  ChildResult result;
  Talk(ends, input, result);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace kaspr::driver
