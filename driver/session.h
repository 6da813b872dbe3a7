#pragma once

// One run of an app, from its files to its report. `Main` does it all on a
// thread of its own; the signals' thread may stop it, cut it short, or close it in its place.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "driver/options.h"
#include "driver/pipeline.h"
#include "driver/progress.h"
#include "driver/transport.h"
#include "ir/kernel.h"
#include "jit/compile_thread.h"
#include "python/kernel.h"
#include "python/matcher.h"
#include "runtime/engine.h"

namespace kaspr::driver {

class Session {
 public:
  explicit Session(const Options& options);
  ~Session();

  // Compiles, starts, runs and closes; the exit code.
  int Main();

  // Takes nothing more in and finishes what is in flight; `why` is "signal", "stop" or "end".
  // False: nothing is in flight yet that could be finished.
  bool Stop(const char* why);
  void Abort();

  // Grows whenever a record is finished.
  uint64_t finished() const;
  void ShowRates();

  // Writes out, reports and sums up, once, whoever calls it; `how` is "end", "signal" or "error".
  // False: something could not be written.
  bool Close(const char* how);

 private:
  int CheckPickle() const;
  int CheckNative() const;
  int CompilePatterns();
  int OpenTransport();
  void SetImportPaths();
  int MakeKernels();
  python::Native MakeNative(const ir::Agent& agent);
  runtime::EngineOptions EngineOptions();
  bool WriteReport(const char* how) const;
  void Say(const std::string& text);

  const Options options_;
  Compilation compiled_;
  python::Interpreter interpreter_;
  runtime::Plan plan_;
  std::unique_ptr<Progress> progress_;
  std::unique_ptr<ir::FailureLog> failures_;
  python::Matcher matcher_{interpreter_};
  std::unique_ptr<runtime::Subscription> subscription_;
  Transport transport_;
  ir::AppContext app_;
  std::optional<python::Verification> verification_;
  jit::CompileThread compiler_;
  std::vector<std::unique_ptr<ir::Kernel>> kernels_;
  std::vector<std::unique_ptr<ir::LaneKernel>> lane_kernels_;  // go before the interpreter
  std::vector<runtime::Body> bodies_;                          // one per segment of the plan
  bool unread_ = false;                                        // some input could not be read

  mutable std::mutex mutex_;  // of what follows
  std::unique_ptr<runtime::Engine> engine_;
  const char* stopped_ = nullptr;    // why
  std::atomic<bool> failed_{false};  // a record failed, and its agent wanted the app to end
  bool closed_ = false;
};

}  // namespace kaspr::driver
