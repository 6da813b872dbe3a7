#pragma once

// The reading half of the local transport: files and stdin are topics' records, and so is what the
// agents themselves send to topics that are read.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/local/line_reader.h"
#include "runtime/local/topics.h"
#include "runtime/source.h"
#include "value/record.h"

namespace kaspr::runtime {

class LocalSource final : public Source {
 public:
  // Told about what cannot be read, "orders.jsonl:17: not a JSON object"; the rest is read on.
  using Report = std::function<void(const std::string& message)>;

  // `report` is told of mistakes, `warn` of what an app with patterns may well mean: records of a
  // topic that no agent reads.
  LocalSource(LocalTopics& topics, Report report, Report warn);

  // One value a line. False: it cannot be opened, and was reported. Before the first Fetch.
  bool AddValues(const std::string& topic, const std::string& path);
  // Whole records, JSON lines.
  bool AddRecords(const std::string& path);

  bool Fetch(const Room& room, Fetched& out) override;
  bool Ended() override;
  int WaitFor(std::vector<pollfd>& fds) override;
  void Rewind() override {}  // nothing is ever lost here
  std::string Close() override { return ""; }
  void Stop() override;
  std::optional<int64_t> lag() const override { return std::nullopt; }

 private:
  struct Input {
    std::string topic;  // "": whole records
    std::unique_ptr<LineReader> reader;
    bool waiting = false;  // a pipe with nothing in it
  };

  bool Add(std::string topic, const std::string& path, size_t longest_line);
  // Takes in lines until enough is in memory; false when every input has ended.
  bool Fill();
  // One line of the input; false when it has none now.
  bool ReadLine(Input& input);
  void TakeLine(const Input& input, std::string_view line);
  void PassOver(const Input& input, std::string_view topic);
  void ReportAt(const Input& input, const std::string& what);
  static std::string At(const Input& input, const std::string& what);

  LocalTopics& topics_;
  Report report_, warn_;
  std::vector<Input> inputs_;  // those that have not ended
  value::RecordReader records_;
  std::set<std::string, std::less<>> unread_topics_;  // reported already
  bool more_ = true;                                  // an input has not ended
  std::atomic<bool> stopped_{false};
};

}  // namespace kaspr::runtime
