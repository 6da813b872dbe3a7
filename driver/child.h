#pragma once

// Another program, run to its end: its arguments as they are, no shell between.
//
//   std::string error;
//   const auto dot = RunChild({"dot", "-Tsvg"}, text, error);     // dot->out is the picture
//
// It is found by PATH. Signals of the terminal reach it as they reach us. SIGPIPE must be ignored
// by the caller's process; the child gets it as usual. Any thread.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kaspr::driver {

struct ChildResult {
  int exit_code = 0;    // 128 + N: signal N ended it
  std::string out;      // what it wrote to stdout
  std::string err;      // and to stderr
  bool killed = false;  // by us: its time was over, or `stop` was set
};

// Of a program that may run wild. It gets a process group of its own, so signals of the terminal do
// not reach it, and all of the group goes when it is killed.
struct ChildLimits {
  std::chrono::milliseconds time;
  size_t output;                  // bytes of stdout and stderr, each; what is more is lost
  const std::atomic<bool>* stop;  // looked at a few times a second
};

// Gives it `input` on stdin and waits for it. Nothing: it could not be started, and `error` says
// why.
std::optional<ChildResult> RunChild(const std::vector<std::string>& command, std::string_view input,
                                    std::string& error, const ChildLimits* limits = nullptr);

}  // namespace kaspr::driver
