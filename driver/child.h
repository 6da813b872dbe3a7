#pragma once

// Another program, run to its end: its arguments as they are, no shell between.
//
//   std::string error;
//   const auto dot = RunChild({"dot", "-Tsvg"}, text, error);     // dot->out is the picture
//
// It is found by PATH. Signals of the terminal reach it as they reach us. SIGPIPE must be ignored
// by the caller's process; the child gets it as usual.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kaspr::driver {

struct ChildResult {
  int exit_code = 0;  // 128 + N: signal N ended it
  std::string out;    // what it wrote to stdout
  std::string err;    // and to stderr
};

// Gives it `input` on stdin and waits for it. Nothing: it could not be started, and `error` says
// why.
std::optional<ChildResult> RunChild(const std::vector<std::string>& command, std::string_view input,
                                    std::string& error);

}  // namespace kaspr::driver
