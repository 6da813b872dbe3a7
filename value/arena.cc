#include "value/arena.h"

#include <algorithm>
#include <cstring>

namespace kaspr::value {

std::string_view Arena::Copy(std::string_view bytes) {
  char* copy = Allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  return {copy, bytes.size()};
}

char* Arena::Allocate(size_t size) {
  constexpr size_t kAlignment = 16;
  // Nothing has a place too: who reads ahead of it must not read at null.
  size = (std::max<size_t>(size, 1) + kAlignment - 1) / kAlignment * kAlignment;
  if (size > left_) {
    const size_t block = std::max(size, kBlockSize);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block + kPadding));
    allocated_ += block;
    next_ = blocks_.back().get();
    left_ = block;
  }
  char* result = next_;
  next_ += size;
  left_ -= size;
  return result;
}

void Arena::Reset() {
  blocks_.clear();
  next_ = nullptr;
  left_ = 0;
  allocated_ = 0;
}

}  // namespace kaspr::value
