// The arrows between the folders, and where third parties may be seen:
//
//   base <- value <- ir <- { frontend, python, jit, runtime } <- driver
//
// Includes are read as text, so the rule holds for a file before anything links it.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace kaspr {
namespace {

namespace fs = std::filesystem;

using Tree = std::map<std::string, std::string>;  // path from the root -> text

// Whom a folder may include, besides itself.
const std::map<std::string, std::set<std::string>> kArrows = {
    {"base", {}},
    {"value", {"base"}},
    {"ir", {"base", "value"}},
    {"frontend", {"base", "value", "ir"}},
    {"python", {"base", "value", "ir"}},
    {"jit", {"base", "value", "ir"}},
    {"runtime", {"base", "value", "ir"}},
    {"driver", {"base", "value", "ir", "frontend", "python", "jit", "runtime"}},
};

// A third party, by the beginning of its headers, and the one folder whose .cc files may see it
// ("": those of every folder).
const std::map<std::string, std::string> kThirdParties = {
    {"llvm/", "jit"},
    {"llvm-c/", "jit"},
    {"Python.h", "python"},
    {"structmember.h", "python"},
    {"tbb/", "runtime"},
    {"oneapi/", "runtime"},
    {"rdkafka", "runtime"},
    {"librdkafka/", "runtime"},
    {"yaml-cpp/", "frontend"},
    {"simdjson", "value"},
    {"openssl/", "value"},
    {"CLI/", "driver"},
    {"fmt/", ""},
};

struct Include {
  size_t line;
  bool quoted;
  std::string path;
};

std::vector<Include> IncludesOf(const std::string& text) {
  std::vector<Include> includes;
  std::istringstream in(text);
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    const size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const size_t begin = line.find_first_of("\"<", word);
    const size_t end = begin == std::string::npos ? begin : line.find_first_of("\">", begin + 1);
    if (end == std::string::npos) continue;
    includes.push_back({number, line[begin] == '"', line.substr(begin + 1, end - begin - 1)});
  }
  return includes;
}

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.find('/'));
}

std::string QuotedMistake(const Tree& tree, const std::string& from, const Include& include) {
  const std::string to = FolderOf(include.path);
  if (!tree.contains(include.path)) return "is no file, seen from the root";
  if (to == FolderOf(from)) return "";
  return kArrows.at(FolderOf(from)).contains(to) ? "" : "is against the arrows";
}

std::string ThirdPartyMistake(const std::string& from, const Include& include) {
  for (const auto& [begin, folder] : kThirdParties) {
    if (!include.path.starts_with(begin)) continue;
    if (!from.ends_with(".cc")) return "is for .cc files only";
    if (!folder.empty() && folder != FolderOf(from)) return "is for " + folder + " only";
  }
  return "";
}

std::string Header(const std::string& source) {
  return source.substr(0, source.size() - 2) + "h";
}

// "ir/graph.h:7: \"driver/pipeline.h\" is against the arrows", for each mistake.
std::vector<std::string> Mistakes(const Tree& tree) {
  std::vector<std::string> mistakes;
  for (const auto& [path, text] : tree) {
    const std::vector<Include> includes = IncludesOf(text);
    for (const Include& include : includes) {
      const std::string mistake =
          include.quoted ? QuotedMistake(tree, path, include) : ThirdPartyMistake(path, include);
      if (mistake.empty()) continue;
      mistakes.push_back(path + ":" + std::to_string(include.line) + ": " + include.path + " " +
                         mistake);
    }
    if (path.ends_with(".h") && text.find("#pragma once\n") == std::string::npos) {
      mistakes.push_back(path + ": no #pragma once");
    }
    if (path.ends_with(".cc") && tree.contains(Header(path)) &&
        (includes.empty() || includes.front().path != Header(path))) {
      mistakes.push_back(path + ": its own header does not come first");
    }
  }
  return mistakes;
}

Tree ReadTree(const fs::path& root) {
  Tree tree;
  for (const auto& [folder, arrows] : kArrows) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cc") continue;
      std::ifstream in(entry.path());
      tree[fs::relative(entry.path(), root).string()] = {std::istreambuf_iterator<char>(in), {}};
    }
  }
  return tree;
}

TEST(LayoutTest, IncludesFollowTheArrows) {
  const Tree tree = ReadTree(fs::path(KASPR_TESTS).parent_path());
  ASSERT_TRUE(tree.contains("ir/graph.h"));
  ASSERT_TRUE(tree.contains("driver/pipeline.cc"));
  for (const std::string& mistake : Mistakes(tree)) ADD_FAILURE() << mistake;
}

TEST(LayoutTest, MistakesAreFound) {
  const Tree tree = {
      {"base/span.h", "#pragma once\n#include \"value/batch.h\"\n#include <fmt/format.h>\n"},
      {"value/batch.h", "#pragma once\n#include \"base/span.h\"\n#include <vector>\n"},
      {"value/json.cc", "#include <simdjson.h>\n"},
      {"ir/graph.h", "#pragma once\n#include \"value/batch.h\"\n#include \"graph.h\"\n"},
      {"ir/graph.cc", "#include <vector>\n#include \"ir/graph.h\"\n  #  include <simdjson.h>\n"},
      {"frontend/yaml.h", "#include <yaml-cpp/yaml.h>\n"},
      {"frontend/yaml.cc", "#include \"frontend/yaml.h\"\n#include <yaml-cpp/yaml.h>\n"},
      {"python/lane.cc", "#include <Python.h>\n#include \"runtime/flow.h\"\n"},
      {"runtime/flow.h", "#pragma once\n#include \"ir/graph.h\"\n#include <tbb/flow_graph.h>\n"},
      {"runtime/flow.cc", "#include \"runtime/flow.h\"\n#include <oneapi/tbb/flow_graph.h>\n"},
      {"runtime/send.cc", "#include <Python.h>\n#include <librdkafka/rdkafka.h>\n"},
      {"driver/main.cc", "#include \"frontend/yaml.h\"\n#include \"runtime/flow.h\"\n"},
  };
  EXPECT_EQ(Mistakes(tree), (std::vector<std::string>{
                                "base/span.h:2: value/batch.h is against the arrows",
                                "base/span.h:3: fmt/format.h is for .cc files only",
                                "frontend/yaml.h:1: yaml-cpp/yaml.h is for .cc files only",
                                "frontend/yaml.h: no #pragma once",
                                "ir/graph.cc:3: simdjson.h is for value only",
                                "ir/graph.cc: its own header does not come first",
                                "ir/graph.h:3: graph.h is no file, seen from the root",
                                "python/lane.cc:2: runtime/flow.h is against the arrows",
                                "runtime/flow.h:3: tbb/flow_graph.h is for .cc files only",
                                "runtime/send.cc:1: Python.h is for python only",
                            }));
}

}  // namespace
}  // namespace kaspr
