#include "driver/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "base/render.h"
#include "driver/commands.h"
#include "driver/files.h"
#include "frontend/refuse.h"
#include "python/kernel.h"
#include "runtime/copy_kernel.h"

namespace kaspr::driver {

Session::Session(const Options& options) : options_(options) {}
Session::~Session() = default;

int Session::Main() {
  int code = Load(options_, interpreter_, compiled_);
  if (code == kExitOk) code = CheckPickle();
  if (code != kExitOk) return code;
  plan_ = runtime::MakePlan(*compiled_.optimized);
  progress_ = std::make_unique<Progress>(plan_, isatty(STDERR_FILENO) == 1);
  failures_ = std::make_unique<ir::FailureLog>([this](const Diagnostic& diagnostic) {
    Say(Render(diagnostic, {.color = ColorOnStderr()}) + "\n");
  });
  code = CheckTopics();
  if (code == kExitOk) code = CheckPaths();
  if (code == kExitOk) code = OpenFiles();
  if (code == kExitOk) code = MakeKernels();
  if (code != kExitOk) return code;
  {
    std::vector<ir::Kernel*> kernels;
    for (const auto& kernel : kernels_) kernels.push_back(kernel.get());
    const std::lock_guard lock(mutex_);
    engine_ = std::make_unique<runtime::Engine>(plan_, std::move(kernels), *source_, *sink_,
                                                &interpreter_, runtime::EngineOptions{});
    if (stopped_) engine_->Stop();
  }
  const std::string error = engine_->Run();
  if (!error.empty()) Say(fmt::format("error: {}\n", error));
  const bool ok = error.empty() && !unread_;
  const bool closed = Close(!error.empty() ? "error" : stopped_ ? "signal" : "end");
  return ok && closed ? kExitOk : kExitIo;
}

int Session::CheckPickle() const {
  if (options_.allow_pickle) return kExitOk;
  Diagnostics refused;
  frontend::RefusePickle(*compiled_.spec, refused);
  fmt::print(stderr, "{}", Render(refused, {.color = ColorOnStderr()}));
  return refused.has_errors() ? kExitConfig : kExitOk;
}

int Session::CheckTopics() const {
  const auto refuse = [](std::string_view option, const std::string& topic, std::string_view why) {
    fmt::print(stderr, "error: {} {}: {}\n", option, topic, why);
    return kExitUsage;
  };
  if (options_.sources.empty() && options_.records.empty()) {
    fmt::print(stderr,
               "error: nothing to read: give --source TOPIC=FILE for values, one a line, or "
               "--records FILE for whole records\n");
    return kExitUsage;
  }
  for (const TopicFile& source : options_.sources) {
    if (!plan_.Reads(source.topic)) {
      return refuse("--source", source.topic, "no agent reads this topic");
    }
  }
  std::set<std::string_view> written;
  for (const TopicFile& sink : options_.sinks) {
    if (!plan_.MayWrite(sink.topic)) {
      return refuse("--sink", sink.topic, "no agent writes this topic");
    }
    if (!written.insert(sink.topic).second) {
      return refuse("--sink", sink.topic, "this topic is written already");
    }
  }
  for (const auto& [topic, count] : options_.partitions) {
    if (!plan_.Reads(topic) && !plan_.MayWrite(topic)) {
      return refuse("--partitions", topic, "no agent reads or writes this topic");
    }
  }
  return kExitOk;
}

// What is read must not be overwritten, and stdin can be read once.
int Session::CheckPaths() const {
  std::vector<std::string> read = options_.files, written;
  read.insert(read.end(), options_.records.begin(), options_.records.end());
  for (const TopicFile& source : options_.sources) read.push_back(source.path);
  for (const TopicFile& sink : options_.sinks) written.push_back(sink.path);
  for (const std::string& path : {options_.records_out, options_.report}) {
    if (!path.empty()) written.push_back(path);
  }
  if (std::count(read.begin(), read.end(), "-") > 1) {
    fmt::print(stderr, "error: only one thing can be read from stdin\n");
    return kExitUsage;
  }
  for (const std::string& out : written) {
    const auto same = [&](const std::string& in) {
      std::error_code none;
      return std::filesystem::is_regular_file(out, none) &&
             std::filesystem::equivalent(in, out, none);
    };
    if (std::any_of(read.begin(), read.end(), same)) {
      fmt::print(stderr, "error: '{}' is read, so it cannot be written\n", out);
      return kExitUsage;
    }
  }
  return kExitOk;
}

int Session::OpenFiles() {
  topics_ = std::make_unique<runtime::LocalTopics>(plan_, options_.partitions);
  source_ = std::make_unique<runtime::LocalSource>(*topics_, [this](const std::string& message) {
    unread_ = true;
    Say(fmt::format("error: {}\n", message));
  });
  sink_ = std::make_unique<runtime::LocalSink>(*topics_);
  bool ok = true;
  for (const TopicFile& source : options_.sources) {
    ok &= source_->AddValues(source.topic, source.path);
  }
  for (const std::string& path : options_.records) ok &= source_->AddRecords(path);
  if (!ok) return kExitIo;
  std::string error;
  for (const TopicFile& sink : options_.sinks) {
    if (error.empty()) error = sink_->WriteValues(sink.topic, sink.path);
  }
  if (error.empty() && !options_.records_out.empty()) {
    error = sink_->WriteRecords(options_.records_out);
  }
  if (!error.empty()) {
    fmt::print(stderr, "error: {}\n", error);
    return kExitIo;
  }
  if (options_.records_out.empty()) WarnOfLostTopics();
  return kExitOk;
}

void Session::WarnOfLostTopics() const {
  for (const runtime::Segment& segment : plan_.segments) {
    for (const std::string& topic :
         std::set(segment.destinations.begin(), segment.destinations.end())) {
      const auto written = [&](const TopicFile& sink) { return sink.topic == topic; };
      if (topic.empty()) {
        fmt::print(stderr,
                   "warning: agent '{}' chooses topics at run time, and records of those without "
                   "--sink go nowhere: give --records-out FILE\n",
                   segment.agent);
      } else if (!plan_.Reads(topic) &&
                 std::none_of(options_.sinks.begin(), options_.sinks.end(), written)) {
        fmt::print(stderr, "warning: the records of topic '{}' go nowhere: give --sink {}=FILE\n",
                   topic, topic);
      }
    }
  }
}

int Session::MakeKernels() {
  Diagnostics diagnostics;
  app_ = {.name = plan_.app, .partition_count = [this](std::string_view topic) {
            return topics_->PartitionCount(topic);
          }};
  for (size_t i = 0; i < plan_.segments.size(); ++i) {
    const ir::Agent& agent = compiled_.optimized->agents[i];
    kernels_.push_back(
        plan_.segments[i].engine == runtime::Segment::Engine::kNative
            ? runtime::MakeCopyKernel(agent, *failures_)
            : python::MakeKernel(interpreter_, agent, app_, *failures_, diagnostics));
    if (kernels_.back() == nullptr) break;
  }
  if (!diagnostics.empty()) Say(Render(diagnostics, {.color = ColorOnStderr()}));
  return diagnostics.has_errors() ? kExitConfig : kExitOk;
}

bool Session::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (engine_) engine_->Stop();
  return engine_ != nullptr;
}

void Session::Abort() {
  const std::lock_guard lock(mutex_);
  if (engine_) {
    engine_->Abort();
  } else {
    interpreter_.Interrupt();
  }
}

uint64_t Session::finished() const {
  const std::lock_guard lock(mutex_);
  uint64_t count = 0;
  if (engine_) {
    for (const runtime::Counters& agent : engine_->counters()) count += agent.in + agent.out;
  }
  return count;
}

void Session::ShowRates() {
  const std::lock_guard lock(mutex_);
  if (engine_ && !closed_) progress_->Update(engine_->counters());
}

bool Session::Close(const char* how) {
  const std::lock_guard lock(mutex_);
  if (!engine_ || closed_) return true;
  closed_ = true;
  const std::string error = sink_->Flush();
  progress_->Finish(engine_->counters(), failures_->Kinds());
  return WriteReport(how) && error.empty();
}

bool Session::WriteReport(const char* how) const {
  if (options_.report.empty()) return true;
  std::string agents;
  for (size_t i = 0; i < plan_.segments.size(); ++i) {
    const runtime::Counters& agent = engine_->counters()[i];
    agents += fmt::format(
        R"({}{}: {{"in": {}, "out": {}, "filtered": {}, "failed": {}, "native": {}, "python": {}}})",
        i == 0 ? "" : ", ", JsonQuoted(plan_.segments[i].agent), agent.in.load(), agent.out.load(),
        agent.filtered.load(), agent.failed.load(), agent.native.load(), agent.python.load());
  }
  return WriteFile(options_.report,
                   fmt::format(R"({{"agents": {{{}}}, "seconds": {:.3f}, "exit": {}}})"
                               "\n",
                               agents, progress_->seconds(), JsonQuoted(how)));
}

void Session::Say(const std::string& text) {
  progress_->Say(text);
}

}  // namespace kaspr::driver
