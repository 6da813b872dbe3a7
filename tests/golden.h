#pragma once

// Golden files: what the program says, kept next to what it was asked.
//
// KASPR_BLESS=1 writes what is said now in place of what was expected; read it before you commit
// it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace kaspr::golden {

namespace fs = std::filesystem;

inline bool Blessing() {
  const char* bless = std::getenv("KASPR_BLESS");
  return bless && std::string_view(bless) == "1";
}

inline std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) ADD_FAILURE() << "cannot read " << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void WriteFile(const fs::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  if (!out.flush()) ADD_FAILURE() << "cannot write " << path;
}

inline std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The lines that differ, with two lines around: `-` expected, `+` said.
inline std::string Diff(std::string_view expected, std::string_view actual) {
  const auto old_lines = Lines(expected);
  const auto new_lines = Lines(actual);
  const size_t shorter = std::min(old_lines.size(), new_lines.size());
  size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head]) ++head;
  size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
    ++tail;
  }
  std::string out;
  const auto add = [&](char mark, const auto& lines, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) out += mark + std::string(lines[i]) + '\n';
  };
  add(' ', old_lines, head - std::min<size_t>(head, 2), head);
  add('-', old_lines, head, old_lines.size() - tail);
  add('+', new_lines, head, new_lines.size() - tail);
  add(' ', old_lines, old_lines.size() - tail, old_lines.size() - tail + std::min<size_t>(tail, 2));
  return out.empty() ? "(only the last line's end differs)\n" : out;
}

inline void Differs(const fs::path& path, std::string_view expected, std::string_view actual) {
  ADD_FAILURE() << path.string() << " (- expected, + said)\n"
                << Diff(expected, actual) << "to accept: KASPR_BLESS=1 ctest -R golden";
}

// The file says `actual`; blessing makes it so.
inline void ExpectFile(const fs::path& path, std::string_view actual) {
  if (Blessing()) {
    WriteFile(path, actual);
    return;
  }
  if (!fs::exists(path)) {
    ADD_FAILURE() << path.string() << " is missing; to make it: KASPR_BLESS=1 ctest -R golden";
    return;
  }
  const std::string expected = ReadFile(path);
  if (expected != actual) Differs(path, expected, actual);
}

// A test whose body is a function, so that a file can be a test.
class FileTest : public testing::Test {
 public:
  explicit FileTest(std::function<void()> body) : body_(std::move(body)) {}
  void TestBody() override { body_(); }

 private:
  std::function<void()> body_;
};

inline void Register(const std::string& suite, const std::string& name,
                     std::function<void()> body) {
  testing::RegisterTest(suite.c_str(), name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                        [body]() -> testing::Test* { return new FileTest(body); });
}

inline std::vector<fs::path> FilesBelow(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace kaspr::golden
