#include "driver/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/labels.h"

namespace kaspr::driver {
namespace {

std::string Padded(std::string_view text, size_t width) {
  const size_t columns = ir::Columns(text);
  return fmt::format("{}{:{}}", text, "", width > columns ? width - columns : 0);
}

}  // namespace

std::string Table(const std::vector<Row>& rows, size_t width) {
  std::vector<size_t> widths{width};
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], ir::Columns(row[i]));
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) line += Padded(row[i], widths[i] + 3);
    line.erase(line.find_last_not_of(' ') + 1);
    out += fmt::format("  {}\n", line);
  }
  return out;
}

std::vector<std::string> WrapWords(const std::vector<std::string>& words, size_t width) {
  std::vector<std::string> lines;
  for (const std::string& word : words) {
    if (!lines.empty() && ir::Columns(lines.back()) + 1 + ir::Columns(word) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

void AddWrapped(std::vector<Row>& rows, Row row, const std::vector<std::vector<std::string>>& words,
                size_t width) {
  const size_t first = row.size();
  std::vector<Row> added{std::move(row)};
  for (size_t column = 0; column < words.size(); ++column) {
    const std::vector<std::string> lines = WrapWords(words[column], width);
    added.resize(std::max(added.size(), lines.size()));
    for (size_t i = 0; i < lines.size(); ++i) {
      added[i].resize(std::max(added[i].size(), first + column + 1));
      added[i][first + column] = lines[i];
    }
  }
  std::ranges::move(added, std::back_inserter(rows));
}

}  // namespace kaspr::driver
