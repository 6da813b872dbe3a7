#include "value/arena.h"

#include <malloc.h>

#include <algorithm>
#include <cstring>

namespace kaspr::value {

std::string_view Arena::Copy(std::string_view bytes) {
  char* copy = Allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
  return {copy, bytes.size()};
}

void Arena::AddBlock(size_t size) {
  const size_t block = std::max(size, kBlockSize);
  blocks_.push_back(std::make_unique_for_overwrite<char[]>(block + kPadding));
  if (blocks_.size() == 1) first_ = block;
  allocated_ += block;
  next_ = blocks_.back().get();
  left_ = block;
}

void Arena::Reset() {
  blocks_.clear();
  next_ = nullptr;
  left_ = 0;
  allocated_ = 0;
}

void Arena::Rewind() {
#ifdef __SANITIZE_ADDRESS__
  Reset();  // so that it is found who still looks at what was there
#else
  // A first block of another size was made for one large thing.
  if (blocks_.empty() || first_ != kBlockSize) return Reset();
  blocks_.resize(1);
  next_ = blocks_.front().get();
  left_ = allocated_ = kBlockSize;
#endif
}

void KeepFreedMemory() {
  mallopt(M_TRIM_THRESHOLD, 64 * 1024 * 1024);
  mallopt(M_TOP_PAD, 1024 * 1024);
  mallopt(M_MMAP_THRESHOLD, 4 * 1024 * 1024);  // it no longer adapts by itself
}

void Arena::RewindTo(const Position& position) {
  blocks_.resize(position.blocks);
  next_ = position.next;
  left_ = position.left;
  allocated_ = position.allocated;
}

}  // namespace kaspr::value
