// What becomes of an event that failed (D7): counted and shown, tried again, sent on as a dead
// letter, or the end of the app.

#include <Python.h>
#include <fmt/format.h>

#include <array>

#include "base/check.h"
#include "base/render.h"
#include "python/agent.h"
#include "python/traceback.h"

namespace kaspr::python {

namespace {

// "record orders/0 at offset 17, key "u-204"".
std::string DescribeRecord(const value::Origin& record) {
  constexpr size_t kShown = 60;
  std::string text = fmt::format("record {}/{} at offset {}", record.topic, record.partition,
                                 record.message->offset);
  if (const auto& key = record.message->key) {
    text += fmt::format(", key {}{}", JsonQuoted(key->substr(0, kShown)),
                        key->size() > kShown ? "..." : "");
  }
  return text;
}

std::vector<value::Origin> OriginsOf(std::span<const Reading> readings) {
  std::vector<value::Origin> all;
  for (const Reading& reading : readings) {
    const value::Batch& batch = reading.work->batch();
    const value::Event& event = *reading.event;
    if (event.origins.empty()) all.push_back({batch.topic, batch.partition, &event.message});
    all.insert(all.end(), event.origins.begin(), event.origins.end());
  }
  return all;
}

// What the policy makes of it: "skipped; further ones like it are only counted".
std::string DescribeEnd(const ir::OnError& policy, ir::ErrorAction action, uint32_t attempts) {
  std::string text;
  if (attempts > 1) text = fmt::format("tried {} times, then ", attempts);
  switch (action) {
    case ir::ErrorAction::kSkip:
      return text + "skipped; further ones like it are only counted";
    case ir::ErrorAction::kDeadLetter:
      return text +
             fmt::format("sent to '{}'; further ones like it are only counted", policy.topic);
    case ir::ErrorAction::kStop:
    case ir::ErrorAction::kRetry:
      break;
  }
  return attempts > 1 ? fmt::format("tried {} times; the app stops", attempts) : "the app stops";
}

void Report(const RunningAgent& agent, const Activity& activity, const Exception& exception,
            const ir::Raised& raised, const std::vector<value::Origin>& records,
            ir::ErrorAction action, uint32_t attempts) {
  const Exception::Site site = exception.FindSite(agent.agent);
  const std::string key =
      fmt::format("{}|{}|{}|{}", activity.failed, exception.type_name(),
                  site.function != nullptr ? site.function->name : "", site.line);
  agent.failures.Report(agent.agent.name, key, [&] {
    Diagnostic diagnostic = MakeDiagnostic(activity, raised, site);
    std::string note = DescribeRecord(records.front());
    if (records.size() > 1) note += fmt::format(" and {} more", records.size() - 1);
    diagnostic.notes.push_back(note + ": " + DescribeEnd(agent.agent.on_error, action, attempts));
    return std::pair(fmt::format("{} {}", OneLine(raised, " ", 60), activity.where),
                     std::move(diagnostic));
  });
}

// What of it is too long for a header is left out.
std::string Shortened(std::string message) {
  constexpr size_t kLongest = 32 * 1024;
  if (message.size() <= kLongest) return message;
  size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;  // UTF-8
  return message.substr(0, end) + "...";
}

// Stages the record as it came, with headers that say where it comes from and why it failed.
void StageDeadLetter(const RunningAgent& agent, const Activity& activity, const ir::Raised& raised,
                     const value::Origin& record, Staging& staging) {
  const std::string partition = std::to_string(record.partition);
  const std::string offset = std::to_string(record.message->offset);
  const std::string message = Shortened(raised.message);
  const std::array<std::pair<std::string_view, std::string_view>, 7> added = {{
      {"kasprc.agent", agent.agent.name},
      {"kasprc.operation", activity.operation},
      {"kasprc.exception", raised.type},
      {"kasprc.message", message},
      {"kasprc.topic", record.topic},
      {"kasprc.partition", partition},
      {"kasprc.offset", offset},
  }};
  std::vector<value::Header> headers(record.message->headers.begin(),
                                     record.message->headers.end());
  for (const auto& [name, value] : added) headers.push_back({.name = name, .value = value});
  // The last of the agent's targets, as ir::TargetsOf has it. What its topic does not take is not
  // the agent's failure but the end of the run: the record is nowhere then.
  const auto error =
      staging.batch().Stage({.output = static_cast<uint32_t>(ir::TargetsOf(agent.agent).size() - 1),
                             .key = record.message->key,
                             .value = record.message->value,
                             .headers = headers,
                             .required = true,
                             .timestamp = record.message->timestamp},
                            SIZE_MAX);
  KASPR_CHECK(!error, "a dead letter that cannot be staged");
}

}  // namespace

Verdict Fail(RunningAgent& agent, const Activity& activity, std::span<const Reading> readings,
             Staging& staging, uint32_t attempt) {
  const ir::OnError& policy = agent.agent.on_error;
  const Exception exception = TakeException();
  // Reading the same bytes again would fail again.
  const bool again = policy.policy == ir::ErrorAction::kRetry &&
                     activity.code != Code::kDecodeFailed && attempt + 1 < policy.attempts;
  if (again) {
    staging.Undo();
    return Verdict::kAgain;
  }
  const ir::ErrorAction action =
      policy.policy == ir::ErrorAction::kRetry ? policy.then : policy.policy;
  const std::vector<value::Origin> records = OriginsOf(readings);
  staging.driver().Begin(agent.agent.timeout);  // its text may be user code
  const ir::Raised raised = exception.Describe();
  staging.driver().End();
  Report(agent, activity, exception, raised, records, action, attempt + 1);
  switch (action) {
    case ir::ErrorAction::kSkip:
    case ir::ErrorAction::kRetry:  // not after a retry
      return Verdict::kFailed;
    case ir::ErrorAction::kDeadLetter:
      for (const value::Origin& record : records) {
        StageDeadLetter(agent, activity, raised, record, staging);
      }
      return Verdict::kFailed;
    case ir::ErrorAction::kStop:
      break;
  }
  staging.Undo();
  agent.stopped = true;
  for (Driver* driver : agent.state.drivers) driver->Notify();  // other runners of it may wait
  agent.app.stop();
  return Verdict::kStopped;
}

}  // namespace kaspr::python
