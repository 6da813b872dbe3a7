#pragma once

// All specs that the tests have, good and bad: conformance cases and goldens.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace kaspr::frontend {

struct CorpusFile {
  std::string path;
  std::string text;
};

inline std::vector<CorpusFile> Corpus() {
  namespace fs = std::filesystem;
  std::vector<CorpusFile> corpus;
  for (const char* folder : {"conformance", "golden"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(KASPR_TESTS) / folder)) {
      if (entry.path().extension() != ".yaml" || entry.path().filename() == "case.yaml") continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      corpus.push_back({entry.path(), {std::istreambuf_iterator<char>(stream), {}}});
    }
  }
  std::sort(corpus.begin(), corpus.end(),
            [](const CorpusFile& a, const CorpusFile& b) { return a.path < b.path; });
  return corpus;
}

}  // namespace kaspr::frontend
