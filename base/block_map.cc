#include "base/block_map.h"

#include <algorithm>

namespace kaspr {

namespace {

uint32_t FileOffset(const std::vector<BlockMap::Segment>& segments, uint32_t offset) {
  auto next = std::upper_bound(
      segments.begin(), segments.end(), offset,
      [](uint32_t value, const BlockMap::Segment& segment) { return value < segment.block; });
  if (next == segments.begin()) return segments.front().file;
  const BlockMap::Segment& segment = *std::prev(next);
  return segment.file + (offset - segment.block);
}

}  // namespace

Span BlockMap::Locate(uint32_t begin, uint32_t end) const {
  if (!exact()) return {scalar.file, scalar.begin, std::min(scalar.begin + 1, scalar.end)};
  // The end is exclusive: map the last byte, so that a run to the end of a line stays on it.
  const uint32_t first = FileOffset(segments, begin);
  const uint32_t last = end > begin ? FileOffset(segments, end - 1) + 1 : first;
  const auto limit = static_cast<uint32_t>(scalar.file->text().size());
  return {scalar.file, std::min(first, limit), std::min(std::max(first, last), limit)};
}

uint32_t BlockOffset(std::string_view block, uint32_t line, uint32_t column) {
  size_t begin = 0;
  for (uint32_t i = 1; i < line; ++i) {
    const size_t newline = block.find('\n', begin);
    if (newline == std::string_view::npos) return static_cast<uint32_t>(block.size());
    begin = newline + 1;
  }
  const size_t end = std::min(block.find('\n', begin), block.size());
  return static_cast<uint32_t>(std::min(begin + column, end));
}

}  // namespace kaspr
