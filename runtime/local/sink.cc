#include "runtime/local/sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "value/record.h"

namespace kaspr::runtime {

// A file with a buffer; after the first error it takes nothing more.
class LocalSink::File {
 public:
  explicit File(std::string path) : path_(std::move(path)) {
    constexpr int kMode = 0666;
    fd_ = path_ == "-" ? STDOUT_FILENO
                       : open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
    if (fd_ < 0) Fail();
  }
  ~File() {
    if (fd_ > STDOUT_FILENO) close(fd_);
  }

  std::string& buffer() { return buffer_; }
  const std::string& error() const { return error_; }

  void FlushIfFull() {
    constexpr size_t kFull = 64 * 1024;
    if (buffer_.size() >= kFull) Flush();
  }

  void Flush() {
    size_t written = 0;
    while (error_.empty() && written < buffer_.size()) {
      const ssize_t count = write(fd_, buffer_.data() + written, buffer_.size() - written);
      if (count > 0) written += static_cast<size_t>(count);
      if (count < 0 && errno != EINTR) Fail();
    }
    buffer_.clear();
  }

 private:
  void Fail() {
    const std::string name = path_ == "-" ? "stdout" : fmt::format("'{}'", path_);
    error_ = fmt::format("cannot write {}: {}", name, std::strerror(errno));
  }

  const std::string path_;
  int fd_ = -1;
  std::string buffer_;
  std::string error_;
};

LocalSink::LocalSink(LocalTopics& topics) : topics_(topics) {}
LocalSink::~LocalSink() = default;

std::string LocalSink::WriteValues(const std::string& topic, const std::string& path) {
  return Open(path, values_[topic]);
}

std::string LocalSink::WriteRecords(const std::string& path) {
  return Open(path, records_);
}

std::string LocalSink::Open(const std::string& path, File*& file) {
  std::unique_ptr<File>& opened = files_[path];
  if (!opened) opened = std::make_unique<File>(path);
  file = opened.get();
  return opened->error();
}

void LocalSink::Send(std::string_view topic, const value::Send& send, Delivery& delivery) {
  bool refused = false;
  value::DeliveryReport report = Write(topic, send, refused);
  if (send.report != nullptr) {
    *send.report = std::move(report);
  } else if (refused && !send.required) {
    return delivery.Refuse(std::move(report.error));
  } else if (!report.error.empty()) {
    return delivery.Fail(std::move(report.error));
  }
  delivery.Done();
}

value::DeliveryReport LocalSink::Write(std::string_view topic, const value::Send& send,
                                       bool& refused) {
  LocalTopics::Topic* to = topics_.Open(topic);
  refused = to == nullptr;
  if (refused) {
    return {.error = fmt::format("topic '{}' is one too many: agents chose {}", topic,
                                 LocalTopics::kMaxOpened)};
  }
  const value::Message message{
      .key = send.key,
      .value = send.value,
      .headers = send.headers,
      .timestamp = send.timestamp,
  };
  // One lock for the append and the files, so that both have the same order.
  const std::lock_guard lock(mutex_);
  const auto appended = topics_.Append(*to, send.partition, message);
  refused = appended.refused;
  if (!appended.error.empty()) return {.error = appended.error};
  value::DeliveryReport report{.partition = appended.partition,
                               .offset = appended.offset,
                               .timestamp = appended.timestamp,
                               .log_start_offset = 0,
                               .error = ""};
  if (topics_.Internal(*to)) return report;
  if (const auto file = values_.find(topic); file != values_.end()) {
    file->second->buffer() += send.value.value_or("");
    file->second->buffer() += '\n';
    file->second->FlushIfFull();
    report.error = file->second->error();
  }
  if (records_ == nullptr || !report.error.empty()) return report;
  value::AppendRecord(records_->buffer(), topic, appended.partition, send.key, send.value,
                      send.headers);
  records_->FlushIfFull();
  report.error = records_->error();
  return report;
}

std::string LocalSink::Flush() {
  const std::lock_guard lock(mutex_);
  std::string error;
  for (const auto& [path, file] : files_) {
    file->Flush();
    if (error.empty()) error = file->error();
  }
  return error;
}

}  // namespace kaspr::runtime
