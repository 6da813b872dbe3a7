#include "runtime/local/source.h"

#include <fmt/format.h>

#include <algorithm>

#include "value/kafka.h"

namespace kaspr::runtime {

namespace {

// A line of JSON may need six characters for one byte of a record.
constexpr size_t kLineBytesForOne = 8;
constexpr size_t kMostUnread = 1000;  // topics that are named

}  // namespace

LocalSource::LocalSource(LocalTopics& topics, Report report, Report warn)
    : topics_(topics), report_(std::move(report)), warn_(std::move(warn)) {}

bool LocalSource::AddValues(const std::string& topic, const std::string& path) {
  return Add(topic, path, topics_.MaxRecordBytes(topic));
}

bool LocalSource::AddRecords(const std::string& path) {
  return Add("", path, kLineBytesForOne * topics_.LargestRecordBytes());
}

bool LocalSource::Add(std::string topic, const std::string& path, size_t longest_line) {
  auto reader = std::make_unique<LineReader>(path, longest_line);
  if (!reader->error().empty()) {
    report_(fmt::format("cannot read '{}': {}", path, reader->error()));
    return false;
  }
  inputs_.push_back({.topic = std::move(topic), .reader = std::move(reader)});
  return true;
}

bool LocalSource::Fetch(const Room& room, Fetched& out) {
  topics_.appended().Clear();
  more_ = !stopped_.load(std::memory_order_acquire) && Fill();
  return topics_.Fetch(room, out);
}

bool LocalSource::Ended() {
  // Once stopped, what still waits is what there will be no room for.
  return !more_ && (topics_.empty() || stopped_.load(std::memory_order_acquire));
}

int LocalSource::WaitFor(std::vector<pollfd>& fds) {
  constexpr int kForever = -1;
  fds.push_back({.fd = topics_.appended().fd(), .events = POLLIN, .revents = 0});
  if (stopped_.load(std::memory_order_acquire) || topics_.full()) return kForever;
  for (const Input& input : inputs_) {
    fds.push_back({.fd = input.reader->fd(), .events = POLLIN, .revents = 0});
  }
  return kForever;
}

void LocalSource::Stop() {
  stopped_.store(true, std::memory_order_release);
  topics_.appended().Signal();
}

bool LocalSource::Fill() {
  constexpr int kLinesAtATime = 256;
  for (bool progress = true; progress && !topics_.full();) {
    progress = false;
    // Inputs take turns, so that a long file does not hold back a short one.
    for (size_t i = 0; i < inputs_.size();) {
      int lines = 0;
      while (lines < kLinesAtATime && !topics_.full() && ReadLine(inputs_[i])) ++lines;
      progress |= lines > 0;
      if (inputs_[i].reader == nullptr) {
        inputs_.erase(inputs_.begin() + static_cast<ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
  }
  return !inputs_.empty();
}

bool LocalSource::ReadLine(Input& input) {
  std::string_view line;
  switch (input.reader->Next(line)) {
    case LineReader::Status::kLine:
      TakeLine(input, line);
      return true;
    case LineReader::Status::kTooLong:
      ReportAt(input, fmt::format("the line is longer than Kafka's limit of {} bytes a record",
                                  input.topic.empty() ? topics_.LargestRecordBytes()
                                                      : topics_.MaxRecordBytes(input.topic)));
      return true;
    case LineReader::Status::kWait:
      return false;
    case LineReader::Status::kEnd:
      input.reader.reset();
      return false;
    case LineReader::Status::kError:
      report_(fmt::format("cannot read '{}': {}", input.reader->path(), input.reader->error()));
      input.reader.reset();
      return false;
  }
  return false;
}

void LocalSource::TakeLine(const Input& input, std::string_view line) {
  value::Record record;
  std::string error;
  if (!input.topic.empty()) {
    record.topic = input.topic;
    record.value = line;
  } else {
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;  // between records
    if (!records_.Parse(line, record, error)) return ReportAt(input, error);
    if (const auto objection = value::CheckTopicName(record.topic)) {
      return ReportAt(input, fmt::format("topic '{}': {}", record.topic, *objection));
    }
  }
  LocalTopics::Topic* topic = topics_.Find(record.topic);
  if (topic == nullptr || !topics_.Read(*topic)) {
    if (!topics_.Reads(record.topic)) return PassOver(input, record.topic);
    topic = topics_.Open(record.topic);
    if (topic == nullptr) {
      return ReportAt(input, fmt::format("topic '{}' is one too many", record.topic));
    }
  }
  const value::Message message{
      .key = record.key,
      .value = record.value,
      .headers = record.headers,
      .timestamp = record.timestamp.value_or(-1),
  };
  const auto appended =
      topics_.Append(*topic, record.partition.value_or(value::Send::kAnyPartition), message);
  if (!appended.error.empty()) ReportAt(input, appended.error);
}

void LocalSource::PassOver(const Input& input, std::string_view topic) {
  if (unread_topics_.contains(topic) || unread_topics_.size() == kMostUnread) return;
  unread_topics_.emplace(topic);
  std::string what = fmt::format("no agent reads topic '{}'", topic);
  if (unread_topics_.size() == kMostUnread) what += "; further ones are not named";
  if (!topics_.has_patterns()) return ReportAt(input, what);
  warn_(At(input, what));
}

void LocalSource::ReportAt(const Input& input, const std::string& what) {
  report_(At(input, what));
}

std::string LocalSource::At(const Input& input, const std::string& what) {
  return fmt::format("{}:{}: {}", input.reader->path(), input.reader->line_number(), what);
}

}  // namespace kaspr::runtime
