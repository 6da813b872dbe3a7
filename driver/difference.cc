#include "driver/difference.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "base/render.h"
#include "driver/files.h"
#include "frontend/print_spec.h"
#include "value/record.h"

namespace kaspr::driver {

namespace {

// The records as --records-out writes them; on a topic of one partition, as a case has them.
std::string RecordsText(const ir::Agent& agent, std::span<const value::Send> sends) {
  const std::vector<ir::Target> targets = ir::TargetsOf(agent);
  std::string text;
  for (const value::Send& send : sends) {
    const std::string_view topic = send.topic.empty() ? targets[send.output].name : send.topic;
    const int32_t partition = std::max(send.partition, 0);
    value::AppendRecord(text, topic, partition, send.key, send.value, send.headers);
  }
  return text;
}

std::string Indented(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    out += "    " + text.substr(begin, end + 1 - begin);
    begin = end + 1;
  }
  return out.empty() ? "    nothing\n" : out;
}

// False: `error` says why not.
bool WriteCase(const std::string& folder, const Compilation& compiled,
               const python::Difference& difference, const std::string& title,
               const std::string& expected, std::string& error) {
  std::error_code code;
  std::filesystem::create_directory(folder, code);
  if (code) {
    error = fmt::format("cannot make {}: {}", folder, code.message());
    return false;
  }
  const value::Message& message = *difference.record.message;
  std::string input;
  value::AppendRecord(input, difference.record.topic, 0, message.key, message.value,
                      message.headers);
  const std::pair<const char*, std::string> files[] = {
      {"agent.yaml", frontend::PrintSpec(*compiled.spec)},
      {"input.jsonl", input},
      {"expected.jsonl", expected},
      {"case.yaml", fmt::format("title: {}\ncovers: [verify]\n", JsonQuoted(title))}};
  for (const auto& [name, text] : files) {
    if (!WriteFile(fmt::format("{}/{}", folder, name), text)) {
      error = fmt::format("cannot write {}/{}", folder, name);
      return false;
    }
  }
  return true;
}

}  // namespace

std::string WriteDifference(const Compilation& compiled, const python::Difference& difference) {
  const value::Origin& record = difference.record;
  const std::string where = fmt::format("record {}/{} at offset {}", record.topic, record.partition,
                                        record.message->offset);
  const std::string python = RecordsText(difference.agent, difference.python);
  std::string text = fmt::format(
      "error: machine code and CPython differ in agent '{}', {}: {}\n  machine code sends\n{}"
      "  CPython sends\n{}",
      difference.agent.name, where, difference.what,
      Indented(RecordsText(difference.agent, difference.native)), Indented(python));
  const std::string folder = fmt::format("difference-{}-{}-{}-{}", difference.agent.name,
                                         record.topic, record.partition, record.message->offset);
  std::string error;
  const bool written =
      WriteCase(folder, compiled, difference, where + ": " + difference.what, python, error);
  return text + (written ? fmt::format("  It is written as a case: {}\n", folder)
                         : fmt::format("  {}\n", error));
}

}  // namespace kaspr::driver
