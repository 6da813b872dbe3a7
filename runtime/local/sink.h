#pragma once

// The writing half of the local transport: records go back to the topics that agents read, and to
// files or stdout.
//
// A record counts as delivered once it is taken over; an error of the file shows at a later Send or
// at Flush, and ends the run.

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "runtime/local/topics.h"
#include "runtime/sink.h"

namespace kaspr::runtime {

class LocalSink final : public Sink {
 public:
  explicit LocalSink(LocalTopics& topics);
  ~LocalSink() override;

  // The values of a topic, one a line; a null value is an empty line. "" or why the file cannot be
  // opened. "-" is stdout. Before the first Send.
  std::string WriteValues(const std::string& topic, const std::string& path);
  // All records of all topics, JSON lines.
  std::string WriteRecords(const std::string& path);

  void Send(std::string_view topic, const value::Send& send, Delivery& delivery) override;
  std::string Flush() override;
  std::string Close() override { return Flush(); }
  std::string Reopen() override { return ""; }  // nothing is ever lost here

 private:
  class File;
  std::string Open(const std::string& path, File*& file);
  value::DeliveryReport Write(std::string_view topic, const value::Send& send, bool& refused);

  LocalTopics& topics_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<File>> files_;  // by path: two topics may share one
  std::map<std::string, File*, std::less<>> values_;    // by topic
  File* records_ = nullptr;
};

}  // namespace kaspr::runtime
