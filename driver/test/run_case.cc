#include "driver/test/run_case.h"

#include <fmt/format.h>

#include <filesystem>

#include "driver/child.h"
#include "driver/files.h"
#include "driver/test/report.h"
#include "value/record.h"

namespace kaspr::driver {

namespace {

constexpr auto kLongestRun = std::chrono::seconds(60);
constexpr size_t kMostSaid = 1024 * 1024;

std::string RecordLines(const std::vector<CaseRecord>& sent) {
  std::string lines;
  for (const CaseRecord& record : sent) {
    value::Record line{.topic = record.topic,
                       .partition = record.partition,
                       .timestamp = record.timestamp,
                       .key = record.key,
                       .value = record.value,
                       .headers = {}};
    for (const auto& [name, value] : record.headers) line.headers.push_back({name, value});
    AppendRecord(lines, line);
  }
  return lines;
}

std::vector<std::string> Command(const CaseRun& run) {
  std::vector<std::string> command = {"/proc/self/exe", "run"};
  for (const std::string& spec : *run.specs) command.insert(command.end(), {"-f", spec});
  command.insert(command.end(), run.flags.begin(), run.flags.end());
  command.insert(command.end(),
                 {"--records", run.scratch + "in", "--records-out", run.scratch + "out", "--report",
                  run.scratch + "report", "--until", "end"});
  for (const auto& [topic, of] : run.test->topics) {
    command.insert(command.end(), {"--partitions", fmt::format("{}={}", topic, of.partitions)});
  }
  command.insert(command.end(), run.test->flags.begin(), run.test->flags.end());
  return command;
}

// Reads a file that the run may not have made.
bool ReadIfThere(const std::string& path, std::string& text, std::string& error) {
  std::error_code code;
  return !std::filesystem::exists(path, code) || ReadFile(path, text, error);
}

// Fills in all but the exit code.
void ReadResults(const CaseRun& run, CaseEnd& end) {
  std::string report, written;
  if (!ReadIfThere(run.scratch + "report", report, end.trouble)) return;
  if (!report.empty() && !ReadReport(report, end.outcome)) end.trouble = "its report is no report";
  if (ReadIfThere(run.scratch + "out", written, end.trouble)) {
    ReadWritten(written, end.outcome, end.trouble);
  }
}

void RemoveFiles(const CaseRun& run) {
  std::error_code ignored;
  for (const char* name : {"in", "out", "report"}) {
    std::filesystem::remove(run.scratch + name, ignored);
  }
}

}  // namespace

CaseEnd RunCase(const CaseRun& run) {
  CaseEnd end;
  const ChildLimits limits{.time = kLongestRun, .output = kMostSaid, .stop = run.stop};
  if (!WriteFile(run.scratch + "in", RecordLines(run.test->sent))) {
    end.trouble = "its records cannot be written";
    return end;
  }
  if (auto child = RunChild(Command(run), "", end.trouble, &limits)) {
    end.said = std::move(child->err);
    end.outcome.exit_code = child->exit_code;
    if (child->killed) {
      end.trouble = fmt::format("no end after {} s", kLongestRun.count());
    } else {
      ReadResults(run, end);
    }
  }
  RemoveFiles(run);
  return end;
}

}  // namespace kaspr::driver
