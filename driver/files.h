#pragma once

// The files behind `-f`.

#include <string>
#include <vector>

#include "base/span.h"

namespace kaspr::driver {

// Reads every path: a file, "-" for stdin, or a directory, of which all *.yaml and *.yml below it
// are read, in order of their paths. False: something could not be read, and `error` says what.
bool ReadSpecs(const std::vector<std::string>& paths, SourceFiles& files,
               std::vector<const SourceFile*>& specs, std::string& error);

// Writes all of it, or says on stderr why not. "-" is stdout.
bool WriteFile(const std::string& path, std::string_view text);

}  // namespace kaspr::driver
