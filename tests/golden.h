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

// The lines that differ, with two around: `-` expected, `+` said.
inline std::string Diff(std::string_view expected, std::string_view actual) {
  const auto a = Lines(expected);
  const auto b = Lines(actual);
  // common[i][j]: lines that a from i on and b from j on share, in order.
  std::vector common(a.size() + 1, std::vector<uint32_t>(b.size() + 1, 0));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      common[i][j] =
          a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<std::string> lines;
  for (size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      lines.push_back(" " + std::string(a[i++]));
      ++j;
    } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
      lines.push_back("-" + std::string(a[i++]));
    } else {
      lines.push_back("+" + std::string(b[j++]));
    }
  }
  std::string out;
  for (size_t i = 0, shown = 0; i < lines.size(); ++i) {
    const auto begin = lines.begin() + static_cast<ptrdiff_t>(i - std::min<size_t>(i, 2));
    const auto end = lines.begin() + static_cast<ptrdiff_t>(std::min(i + 3, lines.size()));
    if (std::all_of(begin, end, [](const auto& line) { return line[0] == ' '; })) continue;
    if (i > shown) out += "@@\n";
    out += lines[i] + '\n';
    shown = i + 1;
  }
  return out.empty() ? "(only the last line's end differs)\n" : out;
}

inline void Differs(const fs::path& path, std::string_view expected, std::string_view actual) {
  ADD_FAILURE() << path.string() << " (- expected, + said)\n"
                << Diff(expected, actual) << "to accept: KASPR_BLESS=1 ./dev test -R golden";
}

// The file says `actual`; blessing makes it so.
inline void ExpectFile(const fs::path& path, std::string_view actual) {
  if (Blessing()) {
    WriteFile(path, actual);
    return;
  }
  if (!fs::exists(path)) {
    ADD_FAILURE() << path.string() << " is missing; to make it: KASPR_BLESS=1 ./dev test -R golden";
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
