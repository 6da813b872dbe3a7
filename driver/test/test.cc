#include "driver/test/test.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "driver/commands.h"
#include "driver/files.h"
#include "driver/pipeline.h"
#include "driver/test/resolve.h"
#include "driver/test/run_case.h"
#include "driver/test/show_result.h"

namespace kaspr::driver {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostAtOnce = 8;

// Set by SIGINT and SIGTERM: what runs is ended, and what it left is removed.
std::atomic<bool> stopped = false;
volatile std::sig_atomic_t stop_signal = 0;

void Stop(int number) {
  stop_signal = number;
  stopped = true;
}

// A folder of our own; goes with what is in it.
class Scratch {
 public:
  Scratch() {
    std::error_code code;
    path_ = (fs::temp_directory_path(code) / "kasprc-test-XXXXXX").string();
    if (code || mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;

  const std::string& path() const { return path_; }  // "": there is none

 private:
  std::string path_;
};

// An app that cases are of.
struct App {
  std::vector<std::string> specs;
  Compilation compiled;
  runtime::Plan plan;
  std::string warnings;  // that each of its runs will say again
};

struct Suite {
  SourceFiles sources;
  std::vector<const SourceFile*> files;
  Diagnostics diagnostics;
  std::deque<CaseFile> cases;
  std::deque<App> apps;
  std::vector<const App*> app_of;  // of each file
};

// The app of these specs, compiled once; null after saying what is wrong with it.
const App* AppOf(const std::vector<std::string>& specs, python::Interpreter& interpreter,
                 Suite& suite) {
  for (const App& app : suite.apps) {
    if (app.specs == specs) return app.compiled.optimized ? &app : nullptr;
  }
  App& app = suite.apps.emplace_back();
  app.specs = specs;
  std::vector<const SourceFile*> files;
  std::string error;
  if (!ReadSpecs(specs, app.compiled.files, files, error)) {
    fmt::print(stderr, "error: {}\n", error);
    return nullptr;
  }
  const bool ok = Compile(files, interpreter, {}, "", app.compiled);
  const auto said = [&](bool color) {
    return RenderAll(app.compiled.diagnostics, files, color, false);
  };
  fmt::print(stderr, "{}", said(ColorOnStderr()));
  if (!ok) return nullptr;
  app.plan = runtime::MakePlan(*app.compiled.optimized);
  app.warnings = said(false);
  return &app;
}

// Reads, compiles and checks all before anything runs.
int ReadSuite(const Options& options, Suite& suite) {
  std::vector<std::string> paths;
  std::string error;
  if (!FindCaseFiles(options.files, paths, error)) {
    fmt::print(stderr, "error: {}\n", error);
    return kExitUsage;
  }
  for (const std::string& path : paths) {
    std::string text;
    if (!ReadFile(path, text, error)) {
      fmt::print(stderr, "error: {}\n", error);
      return kExitIo;
    }
    suite.files.push_back(&suite.sources.Add(path, std::move(text)));
    if (auto file = ReadCaseFile(*suite.files.back(), suite.diagnostics)) {
      suite.cases.push_back(std::move(*file));
    }
  }
  bool specs_are_right = true;
  python::Interpreter interpreter;
  for (CaseFile& file : suite.cases) {
    const std::vector<std::string> specs = SpecsOf(file, suite.diagnostics);
    const App* app = specs.empty() ? nullptr : AppOf(specs, interpreter, suite);
    if (app != nullptr) ResolveTopics(app->plan, file, suite.diagnostics);
    specs_are_right &= specs.empty() || app != nullptr;
    suite.app_of.push_back(app);
  }
  fmt::print(stderr, "{}", RenderAll(suite.diagnostics, suite.files, ColorOnStderr()));
  if (suite.diagnostics.has_errors()) return kExitUsage;
  return specs_are_right ? kExitOk : kExitConfig;
}

// All cases, by workers; results are there in any order and are asked for in this one.
class Runner {
 public:
  explicit Runner(std::vector<CaseRun> runs) : runs_(std::move(runs)), results_(runs_.size()) {
    const size_t cores = std::max(1u, std::thread::hardware_concurrency());
    for (size_t i = 0; i < std::min({cores, kMostAtOnce, runs_.size()}); ++i) {
      workers_.emplace_back([this] { Work(); });
    }
  }
  ~Runner() {
    for (std::thread& worker : workers_) worker.join();
  }

  // Waits for it. Nothing: stopped before.
  std::optional<CaseEnd> Result(size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return results_[index] || workers_done_ == workers_.size(); });
    return std::move(results_[index]);
  }

 private:
  void Work() {
    for (size_t i = next_++; i < runs_.size() && !stopped; i = next_++) {
      CaseEnd end = RunCase(runs_[i]);
      const std::lock_guard lock(mutex_);
      if (!stopped) results_[i] = std::move(end);
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    ++workers_done_;
    changed_.notify_all();
  }

  const std::vector<CaseRun> runs_;
  std::atomic<size_t> next_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<CaseEnd>> results_;
  size_t workers_done_ = 0;
  std::vector<std::thread> workers_;
};

std::vector<CaseRun> RunsOf(const Suite& suite, const Options& options, const Scratch& scratch) {
  std::vector<std::string> flags;
  for (const std::string& folder : options.python_path) {
    flags.insert(flags.end(), {"--python-path", folder});
  }
  if (!options.venv.empty()) flags.insert(flags.end(), {"--venv", options.venv});
  std::vector<CaseRun> runs;
  for (size_t i = 0; i < suite.cases.size(); ++i) {
    for (const Case& test : suite.cases[i].cases) {
      runs.push_back({.test = &test,
                      .specs = &suite.app_of[i]->specs,
                      .flags = flags,
                      .scratch = fmt::format("{}/{}-", scratch.path(), runs.size()),
                      .stop = &stopped});
    }
  }
  return runs;
}

int RunSuite(const Suite& suite, const Options& options) {
  const Scratch scratch;
  if (scratch.path().empty()) {
    fmt::print(stderr, "error: no folder for temporary files\n");
    return kExitIo;
  }
  Runner runner(RunsOf(suite, options, scratch));
  const ShowOptions show{.color = ColorOn(STDOUT_FILENO)};
  size_t index = 0, failed = 0;
  for (size_t i = 0; i < suite.cases.size(); ++i) {
    WriteFile("-", suite.cases[i].source->path() + "\n");
    for (const Case& test : suite.cases[i].cases) {
      std::optional<CaseEnd> end = runner.Result(index++);
      if (!end) return 128 + stop_signal;
      if (end->said.starts_with(suite.app_of[i]->warnings)) {
        end->said.erase(0, suite.app_of[i]->warnings.size());
      }
      const auto differences = Compare(test, end->outcome);
      const bool passes = end->trouble.empty() && differences.empty();
      if (!passes) ++failed;
      if (!WriteFile("-", ShowResult(test, *end, differences, show))) {
        stopped = true;
        return kExitIo;
      }
    }
  }
  const std::string passed = fmt::format("{} passed", index - failed);
  WriteFile("-", failed == 0 ? passed + "\n" : fmt::format("{}, {} failed\n", passed, failed));
  return failed == 0 ? kExitOk : kExitNo;
}

}  // namespace

int Test(const Options& options) {
  Suite suite;
  if (const int code = ReadSuite(options, suite); code != kExitOk) return code;
  struct sigaction action {};
  action.sa_handler = Stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return RunSuite(suite, options);
}

}  // namespace kaspr::driver
