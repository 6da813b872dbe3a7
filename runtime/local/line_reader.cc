#include "runtime/local/line_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kaspr::runtime {

LineReader::LineReader(std::string path, size_t longest_line)
    : path_(std::move(path)), longest_line_(longest_line) {
  fd_ = path_ == "-" ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd_ < 0 || fstat(fd_, &status) != 0) {
    error_ = std::strerror(errno);
  } else if (S_ISDIR(status.st_mode)) {
    error_ = std::strerror(EISDIR);
  }
  regular_ = S_ISREG(status.st_mode);
}

LineReader::~LineReader() {
  if (fd_ > STDIN_FILENO) close(fd_);
}

LineReader::Status LineReader::Next(std::string_view& line) {
  while (error_.empty()) {
    const size_t newline = buffer_.find('\n', scanned_);
    if (newline != std::string::npos || (ended_ && begin_ < buffer_.size())) {
      const size_t end = newline == std::string::npos ? buffer_.size() : newline;
      line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = scanned_ = std::min(end + 1, buffer_.size());
      ++line_number_;
      if (!skipping_ && line.size() <= longest_line_) return Status::kLine;
      skipping_ = false;
      return Status::kTooLong;
    }
    if (ended_ && skipping_) {
      skipping_ = false;
      ++line_number_;
      return Status::kTooLong;
    }
    if (ended_) return Status::kEnd;
    if (buffer_.size() - begin_ > longest_line_) {
      skipping_ = true;
      begin_ = buffer_.size();
    }
    scanned_ = buffer_.size();
    switch (Fill()) {
      case Read::kMore:
        break;
      case Read::kWait:
        return Status::kWait;
      case Read::kEnd:
        ended_ = true;
        break;
      case Read::kError:
        error_ = std::strerror(errno);
        break;
    }
  }
  return Status::kError;
}

LineReader::Read LineReader::Fill() {
  constexpr size_t kReadSize = 256 * 1024;
  pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
  if (!regular_ && poll(&readable, 1, 0) == 0) return Read::kWait;
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  const size_t size = buffer_.size();
  buffer_.resize(size + kReadSize);
  const ssize_t count = read(fd_, buffer_.data() + size, kReadSize);
  buffer_.resize(size + static_cast<size_t>(count > 0 ? count : 0));
  if (count > 0) return Read::kMore;
  if (count == 0) return Read::kEnd;
  return errno == EINTR || errno == EAGAIN ? Read::kWait : Read::kError;
}

}  // namespace kaspr::runtime
