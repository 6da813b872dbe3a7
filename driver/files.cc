#include "driver/files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

namespace kaspr::driver {

namespace {

namespace fs = std::filesystem;

// More than this is no spec, and offsets are 32 bits.
constexpr size_t kLargestFile = 64 * 1024 * 1024;

struct Close {
  void operator()(std::FILE* file) const {
    if (file != stdin && file != stdout) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, Close>;

bool IsCaseFile(const fs::path& path) {
  return path.stem().string().ends_with("_test");
}

enum class Wanted { kSpecs, kCases };

bool ListDirectory(const std::string& path, Wanted wanted, std::vector<std::string>& all,
                   std::string& error) {
  std::vector<std::string> found;
  std::error_code code;
  fs::recursive_directory_iterator entries(path, code), end;
  for (; !code && entries != end; entries.increment(code)) {
    const fs::path& entry = entries->path();
    const bool yaml = entry.extension() == ".yaml" || entry.extension() == ".yml";
    if (yaml && !entries->is_directory() && IsCaseFile(entry) == (wanted == Wanted::kCases)) {
      found.push_back(entry.string());
    }
  }
  if (code) {
    error = fmt::format("cannot read directory '{}': {}", path, code.message());
  } else if (found.empty()) {
    const std::string_view name = wanted == Wanted::kCases ? "*_test" : "*";
    error = fmt::format("no {}.yaml or {}.yml in directory '{}'", name, name, path);
  }
  std::sort(found.begin(), found.end());
  all.insert(all.end(), found.begin(), found.end());
  return error.empty();
}

// The files of each directory, and whatever else is named.
bool ListPaths(const std::vector<std::string>& paths, Wanted wanted, std::vector<std::string>& all,
               std::string& error) {
  for (const std::string& path : paths) {
    std::error_code code;
    if (path != "-" && fs::is_directory(path, code)) {
      if (!ListDirectory(path, wanted, all, error)) return false;
    } else {
      all.push_back(path);
    }
  }
  return true;
}

}  // namespace

bool ReadFile(const std::string& path, std::string& text, std::string& error) {
  const File file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  bool ok = file != nullptr;
  char buffer[64 * 1024];
  while (ok) {
    const size_t count = std::fread(buffer, 1, sizeof(buffer), file.get());
    text.append(buffer, count);
    if (text.size() > kLargestFile) {
      error = fmt::format("cannot read '{}': larger than {} MiB", path, kLargestFile >> 20);
      return false;
    }
    ok = std::ferror(file.get()) == 0;
    if (count < sizeof(buffer)) break;
  }
  if (!ok) error = fmt::format("cannot read '{}': {}", path, std::strerror(errno));
  return ok;
}

bool FindSpecs(const std::vector<std::string>& paths, std::vector<std::string>& found,
               std::string& error) {
  return ListPaths(paths, Wanted::kSpecs, found, error);
}

bool ReadSpecs(const std::vector<std::string>& paths, SourceFiles& files,
               std::vector<const SourceFile*>& specs, std::string& error) {
  std::vector<std::string> all;
  if (!FindSpecs(paths, all, error)) return false;
  for (const std::string& path : all) {
    std::string text;
    if (!ReadFile(path, text, error)) return false;
    specs.push_back(&files.Add(path == "-" ? "<stdin>" : path, std::move(text)));
  }
  return true;
}

bool FindCaseFiles(const std::vector<std::string>& paths, std::vector<std::string>& found,
                   std::string& error) {
  return ListPaths(paths, Wanted::kCases, found, error);
}

bool WriteFile(const std::string& path, std::string_view text) {
  const File file(path == "-" ? stdout : std::fopen(path.c_str(), "wb"));
  if (file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
      std::fflush(file.get()) == 0) {
    return true;
  }
  const std::string name = path == "-" ? "stdout" : fmt::format("'{}'", path);
  fmt::print(stderr, "error: cannot write {}: {}\n", name, std::strerror(errno));
  return false;
}

}  // namespace kaspr::driver
