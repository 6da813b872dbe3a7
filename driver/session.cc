#include "driver/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "base/render.h"
#include "driver/commands.h"
#include "driver/difference.h"
#include "driver/files.h"
#include "driver/require_native.h"
#include "frontend/app.h"
#include "frontend/refuse.h"
#include "jit/native_body.h"
#include "python/paths.h"
#include "python/values.h"
#include "runtime/copy_kernel.h"

namespace kaspr::driver {

Session::Session(const Options& options) : options_(options) {}
Session::~Session() = default;

int Session::Main() {
  int code = Load(options_, interpreter_, compiled_);
  if (code == kExitOk) code = CheckPickle();
  if (code == kExitOk) code = CheckNative();
  if (code != kExitOk) return code;
  plan_ = runtime::MakePlan(*compiled_.optimized);
  progress_ = std::make_unique<Progress>(plan_, isatty(STDERR_FILENO) == 1);
  failures_ = std::make_unique<ir::FailureLog>([this](const Diagnostic& diagnostic) {
    Say(Render(diagnostic, {.color = ColorOnStderr()}) + "\n");
  });
  code = CompilePatterns();
  if (code == kExitOk) code = OpenTransport();
  if (code == kExitOk) {
    SetImportPaths();
    code = MakeKernels();
  }
  if (code != kExitOk) return code;
  {
    const std::lock_guard lock(mutex_);
    engine_ = std::make_unique<runtime::Engine>(plan_, bodies_, *subscription_, *transport_.source,
                                                *transport_.sink, &interpreter_, EngineOptions());
    if (stopped_ != nullptr) engine_->Stop();
  }
  const std::string error = engine_->Run();
  if (!error.empty()) Say(fmt::format("error: {}\n", error));
  const bool ok = error.empty() && !unread_;
  const bool closed = Close(!error.empty() ? "error" : stopped_ != nullptr ? stopped_ : "end");
  if (transport_.source->fenced()) return kExitConfig;
  if (!ok || !closed) return kExitIo;
  return failed_ ? kExitNo : kExitOk;
}

int Session::CheckPickle() const {
  if (options_.allow_pickle) return kExitOk;
  Diagnostics refused;
  frontend::RefusePickle(*compiled_.spec, refused);
  fmt::print(stderr, "{}", Render(refused, {.color = ColorOnStderr()}));
  return refused.has_errors() ? kExitConfig : kExitOk;
}

int Session::CheckNative() const {
  std::string error;
  const int answer = RequireNative(compiled_, options_.require_native, error);
  fmt::print(stderr, "{}", error);
  return answer;
}

int Session::CompilePatterns() {
  subscription_ = std::make_unique<runtime::Subscription>(
      plan_, [this](const std::string& pattern, const std::vector<std::string>& topics) {
        return matcher_.Match(pattern, topics);
      });
  for (const auto& [pattern, segment] : subscription_->patterns()) {
    const std::string wrong = matcher_.Add(pattern);
    if (wrong.empty()) continue;
    Say(fmt::format("error: the pattern '{}' of agent '{}' is no regular expression: {}\n", pattern,
                    plan_.segments[segment].agent, wrong));
    return kExitConfig;
  }
  return kExitOk;
}

int Session::OpenTransport() {
  const TransportContext context{.say = [this](const std::string& text) { Say(text); },
                                 .unread = [this] { unread_ = true; },
                                 .stopped =
                                     [this] {
                                       const std::lock_guard lock(mutex_);
                                       return stopped_ != nullptr;
                                     }};
  const App app{*compiled_.optimized, plan_, *subscription_};
  if (options_.brokers.empty()) return OpenLocal(options_, app, context, transport_);
  if (options_.app.empty() && !frontend::NamesApp(*compiled_.spec)) {
    fmt::print(stderr,
               "error: several agents and no name for their app, which is the consumer group: give "
               "--app NAME, or a label kaspr.io/app\n");
    return kExitUsage;
  }
  return OpenKafka(options_, app, context, transport_);
}

runtime::EngineOptions Session::EngineOptions() {
  runtime::EngineOptions options;
  if (options_.until.kind == Until::Kind::kCount) options.most_records = options_.until.records;
  options.warn = [this](const std::string& text) { Say(fmt::format("warning: {}\n", text)); };
  options.refused = [this](size_t index, uint64_t count, const std::string& why) {
    const std::string& agent = plan_.agents[index];
    for (uint64_t i = 0; i < count; ++i) {
      failures_->Report(agent, why, [&] {
        return std::pair("a record that cannot be sent: " + why,
                         Diagnostic{.severity = Severity::kError,
                                    .code = Code::kSendRefused,
                                    .message = "a record cannot be sent: " + why,
                                    .labels = {{compiled_.optimized->agents[index].place.span, ""}},
                                    .notes = {"skipped; further ones like it are only counted"}});
      });
    }
  };
  return options;
}

void Session::SetImportPaths() {
  const auto absolute = [](const std::string& path) {
    std::error_code code;
    return std::filesystem::absolute(path.empty() ? "." : path, code).lexically_normal().string();
  };
  python::ImportPaths paths;
  std::vector<std::string> specs;
  std::string read_before;
  FindSpecs(options_.files, specs, read_before);
  for (const std::string& spec : specs) {
    if (spec == "-") continue;
    paths.folders.push_back(absolute(std::filesystem::path(spec).parent_path().string()));
  }
  for (const std::string& folder : options_.python_path) paths.folders.push_back(absolute(folder));
  if (!options_.venv.empty()) paths.venv = absolute(options_.venv);
  python::SetImportPaths(interpreter_, paths);
}

int Session::MakeKernels() {
  Diagnostics diagnostics;
  app_ = {.name = plan_.app,
          .partition_count = transport_.partition_count,
          .max_record_bytes = transport_.max_record_bytes,
          .channel_is_read =
              [this](std::string_view channel) {
                const auto& all = plan_.segments;
                return std::any_of(all.begin(), all.end(), [&](const runtime::Segment& segment) {
                  return segment.channel == channel;
                });
              },
          .stop =
              [this] {
                failed_ = true;
                Stop("stop");
              }};
  for (size_t i = 0; i < plan_.segments.size(); ++i) {
    const runtime::Segment& segment = plan_.segments[i];
    const ir::Agent& agent = compiled_.optimized->agents[segment.agent_index];
    if (segment.engine == runtime::Segment::Engine::kNative) {
      kernels_.push_back(runtime::MakeCopyKernel(agent, *failures_));
      bodies_.push_back({.kernel = kernels_.back().get()});
    } else if (segment.counts_source) {  // the first of its agent
      const ir::Agent& written = compiled_.graph->agents[segment.agent_index];
      auto kernels = python::MakeKernels(interpreter_, written, app_, *failures_, MakeNative(agent),
                                         diagnostics);
      if (kernels.empty()) break;
      for (auto& kernel : kernels) {
        bodies_.push_back({.lane_kernel = kernel.get()});
        lane_kernels_.push_back(std::move(kernel));
      }
    }
  }
  if (!diagnostics.empty()) Say(Render(diagnostics, {.color = ColorOnStderr()}));
  return diagnostics.has_errors() ? kExitConfig : kExitOk;
}

// What runs of the agent without CPython, if that is wanted.
python::Native Session::MakeNative(const ir::Agent& agent) {
  using Jit = Options::Jit;
  if (options_.jit == Jit::kOff) return {};
  python::Native native{.bodies = jit::MakeNativeBodies(
                            agent, app_,
                            {.machine_code = options_.jit != Jit::kEval,
                             .compensated_sums = python::CompensatesSums(),
                             .symbols = options_.jit_symbols == "perf"  ? jit::CodeSymbols::kPerf
                                        : options_.jit_symbols == "gdb" ? jit::CodeSymbols::kGdb
                                                                        : jit::CodeSymbols::kNone,
                             .compiler = &compiler_})};
  if (options_.jit != Jit::kVerify) return native;
  if (python::SeesClock(agent)) {
    Say(
        fmt::format("warning: agent '{}' looks at the clock or at random numbers: what it does "
                    "twice differs, so it is not verified\n",
                    agent.name));
    return native;
  }
  if (!verification_) {
    verification_.emplace(options_.verified, [this](const python::Difference& difference) {
      Say(WriteDifference(compiled_, difference));
    });
  }
  native.verification = &*verification_;
  return native;
}

bool Session::Stop(const char* why) {
  const std::lock_guard lock(mutex_);
  stopped_ = why;
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
  if (engine_ && !closed_) progress_->Update(engine_->counters(), transport_.source->lag());
}

bool Session::Close(const char* how) {
  const std::lock_guard lock(mutex_);
  if (!engine_ || closed_) return true;
  closed_ = true;
  const std::string error = transport_.sink->Flush();
  progress_->Finish(engine_->counters(), failures_->Kinds());
  return WriteReport(how) && error.empty();
}

bool Session::WriteReport(const char* how) const {
  if (options_.report.empty()) return true;
  std::string agents;
  for (size_t i = 0; i < plan_.agents.size(); ++i) {
    const runtime::Counters& agent = engine_->counters()[i];
    agents += fmt::format(
        R"({}{}: {{"in": {}, "out": {}, "filtered": {}, "failed": {}, "native": {}, "python": {}}})",
        i == 0 ? "" : ", ", JsonQuoted(plan_.agents[i]), agent.in.load(), agent.out.load(),
        agent.filtered.load(), agent.failed.load(), agent.native.load(), agent.python.load());
  }
  std::string failures;
  for (const ir::FailureLog::Kind& kind : failures_->Kinds()) {
    failures +=
        fmt::format(R"({}{{"agent": {}, "what": {}, "count": {}}})", failures.empty() ? "" : ", ",
                    JsonQuoted(kind.agent), JsonQuoted(kind.summary), kind.count);
  }
  return WriteFile(
      options_.report,
      fmt::format(R"({{"agents": {{{}}}, "failures": [{}], "seconds": {:.3f}, "exit": {}}})"
                  "\n",
                  agents, failures, progress_->seconds(), JsonQuoted(how)));
}

void Session::Say(const std::string& text) {
  progress_->Say(text);
}

}  // namespace kaspr::driver
