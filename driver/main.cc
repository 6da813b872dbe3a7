// The verbs of the command line.

#include <csignal>
#include <cstdio>

#include "driver/commands.h"
#include "driver/explain.h"
#include "driver/options.h"
#include "driver/run.h"
#include "driver/test/test.h"

int main(int argc, char** argv) {
  using namespace kaspr::driver;
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write
  int exit_code = kExitOk;
  const std::optional<Options> options = ParseOptions(argc, argv, exit_code);
  if (!options) return exit_code;
  switch (options->verb) {
    case Verb::kCheck:
      return Check(*options);
    case Verb::kCompile:
      return CompileCommand(*options);
    case Verb::kExplain:
      return Explain(*options);
    case Verb::kGraph:
      return Graph(*options);
    case Verb::kRun:
      return Run(*options);
    case Verb::kTest:
      return Test(*options);
    case Verb::kVersion:
      std::printf("kasprc %s\n", KASPR_VERSION);
      return kExitOk;
  }
}
