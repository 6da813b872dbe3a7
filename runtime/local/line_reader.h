#pragma once

// Lines of a file or pipe, as they come: never blocks on a pipe, and never holds more than one line
// of the longest allowed length and one read.

#include <cstdint>
#include <string>
#include <string_view>

namespace kaspr::runtime {

class LineReader {
 public:
  enum class Status {
    kLine,     // `line` is the next one, without its newline; valid until the next call
    kTooLong,  // the next line is longer than allowed, and was passed over
    kWait,     // a pipe has nothing yet: poll fd()
    kEnd,
    kError,  // reading failed: error()
  };

  // "-" is stdin. On failure error() is set and Next says kError.
  LineReader(std::string path, size_t longest_line);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  Status Next(std::string_view& line);

  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }    // "No such file or directory"
  uint64_t line_number() const { return line_number_; }  // 1-based, of the line given last
  int fd() const { return fd_; }

 private:
  enum class Read { kMore, kWait, kEnd, kError };
  Read Fill();

  const std::string path_;
  const size_t longest_line_;
  int fd_ = -1;
  bool regular_ = false;
  std::string error_;
  std::string buffer_;
  size_t begin_ = 0;    // of the next line in buffer_
  size_t scanned_ = 0;  // no newline before here
  bool skipping_ = false;
  bool ended_ = false;
  uint64_t line_number_ = 0;
};

}  // namespace kaspr::runtime
