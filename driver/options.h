#pragma once

// The command line: one program with verbs. stdout is data, stderr is talk.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kaspr::driver {

// Exit codes, from sysexits.h where it has one.
enum Exit : int {
  kExitOk = 0,
  kExitNo = 1,            // the answer is "no": `check` found errors, a case of `test` fails
  kExitUsage = 2,         // wrong command line
  kExitUnavailable = 69,  // no broker answers
  kExitIo = 74,           // a file, a pipe, a topic
  kExitConfig = 78,       // the spec cannot be used, or its init failed
};

enum class Verb { kCheck, kCompile, kExplain, kGraph, kRun, kTest, kVersion };

inline constexpr int32_t kMostPartitions = 10'000;  // of a local topic

// TOPIC=FILE
struct TopicFile {
  std::string topic;
  std::string path;  // "-": stdin, stdout
};

// When a run ends by itself.
struct Until {
  enum class Kind { kForever, kEnd, kCount, kTime };
  Kind kind = Kind::kForever;
  size_t records = 0;                // kCount
  std::chrono::milliseconds time{};  // kTime
};

struct Options {
  Verb verb = Verb::kCheck;
  std::vector<std::string> files;
  bool json = false;                        // check, explain
  bool strict = false;                      // check
  std::string topic;                        // explain: a code or a field; "" with files
  std::vector<std::string> require_native;  // compile, explain, run: operations and selectors
  std::string emit;     // compile: spec, ir, expr, ir-opt, plan, llvm, asm; "": one line per agent
  bool places = false;  // compile --locs
  bool time = false;    // compile
  std::string drawing;  // graph -o: text, dot, mermaid, svg, html, json
  bool fields = false;  // graph --fields
  std::vector<std::string> disabled_passes;
  std::vector<std::string> print_after;

  // where to import from: check, compile, run, test
  std::vector<std::string> python_path;
  std::string venv;

  // run
  std::vector<TopicFile> sources;
  std::vector<TopicFile> sinks;
  std::vector<std::string> records;
  std::string records_out;
  std::map<std::string, int32_t> partitions;
  std::string report;
  Until until;  // files end by themselves
  enum class Jit { kAuto, kEval, kOff, kVerify };
  Jit jit = Jit::kAuto;
  std::string jit_symbols;  // "": none; perf, gdb
  double verified = 1;      // how many of all events, with kVerify
  bool allow_pickle = false;
  std::string brokers;
  std::string app;     // --app
  std::string config;  // a file of properties
  std::vector<std::pair<std::string, std::string>> properties;
};

// Nothing: the command line asked for help or was wrong; that was said, and `exit_code` is set.
std::optional<Options> ParseOptions(int argc, char** argv, int& exit_code);

}  // namespace kaspr::driver
