#pragma once

// The verbs that only compile: check, compile, graph. Each returns the exit code.

#include <string>
#include <string_view>

#include "driver/options.h"
#include "driver/pipeline.h"

namespace kaspr::driver {

int Check(const Options& options);
int CompileCommand(const Options& options);
int Graph(const Options& options);

// Reads and compiles the files of `options` and says what is wrong with them on stderr. kExitOk, or
// the exit code: kExitIo, kExitConfig.
int Load(const Options& options, python::Interpreter& interpreter, Compilation& result);

// Diagnostics as `check` prints them, with a last line that counts: "1 error in orders.yaml".
// Without `remarks`: what is wrong alone.
std::string RenderAll(const Diagnostics& diagnostics, const std::vector<const SourceFile*>& files,
                      bool color, bool remarks = true);

// "1 error", "2,000 errors".
std::string Counted(size_t count, std::string_view noun);

// "--> orders.yaml:41:32". REQUIRES: `span` is somewhere.
std::string PlaceText(Span span);

// Does a stream want colour? A terminal, and no NO_COLOR.
bool ColorOn(int descriptor);
bool ColorOnStderr();

}  // namespace kaspr::driver
