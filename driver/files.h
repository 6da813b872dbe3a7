#pragma once

// The files behind `-f`.

#include <string>
#include <vector>

#include "base/span.h"

namespace kaspr::driver {

// Reads every path: a file, "-" for stdin, or a directory, of which all *.yaml and *.yml below it
// are read, in order of their paths, but for cases (*_test.yaml). False: something could not be
// read, and `error` says what.
bool ReadSpecs(const std::vector<std::string>& paths, SourceFiles& files,
               std::vector<const SourceFile*>& specs, std::string& error);

// The same without reading them.
bool FindSpecs(const std::vector<std::string>& paths, std::vector<std::string>& found,
               std::string& error);

// The files of cases behind every path: a file as it is, of a directory all *_test.yaml and
// *_test.yml below it. False: a directory cannot be read or has none.
bool FindCaseFiles(const std::vector<std::string>& paths, std::vector<std::string>& found,
                   std::string& error);

// Appends what is in a file, or in stdin ("-").
bool ReadFile(const std::string& path, std::string& text, std::string& error);

// Writes all of it, or says on stderr why not. "-" is stdout.
bool WriteFile(const std::string& path, std::string_view text);

}  // namespace kaspr::driver
