#pragma once

// Columns of text for people.
//
//   filter paid   eval     .status
//   map    price  eval     .amount    .total
//                          .qty

#include <string>
#include <vector>

namespace kaspr::driver {

using Row = std::vector<std::string>;  // a cell for each column

// Columns as wide as the widest cell, the first one at least `width`; three blanks between.
std::string Table(const std::vector<Row>& rows, size_t width);

// Words in lines of at most `width` columns, but for words that are longer.
std::vector<std::string> WrapWords(const std::vector<std::string>& words, size_t width);

// Adds a row whose last cells are words, in as many lines as they need.
void AddWrapped(std::vector<Row>& rows, Row row, const std::vector<std::vector<std::string>>& words,
                size_t width);

}  // namespace kaspr::driver
