#pragma once

// Bump allocation for one batch: bytes are copied in, stay where they are, and go all at once.
//
// Owned by a Batch; used by the one thread that holds the batch at the time.

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kaspr::value {

class Arena {
 public:
  // Bytes that may be read behind every copy, for parsers that load whole vectors (simdjson asks
  // for 32, the widest is 64). What they hold is unspecified.
  static constexpr size_t kPadding = 64;

  // A copy of `bytes`, valid as long as the arena.
  std::string_view Copy(std::string_view bytes);

  // What is left of a block: bytes may be put there, and then kept.
  std::span<char> Rest() { return {next_, left_}; }
  // The same as Copy; of bytes that stand at the beginning of Rest() they stay where they are.
  std::string_view Keep(std::string_view bytes) {
    if (bytes.data() != next_ || bytes.empty()) return Copy(bytes);
    return {Allocate(bytes.size()), bytes.size()};
  }

  // `count` objects of a trivially copyable type, default-initialized.
  template <class T>
  std::span<T> AllocateArray(size_t count) {
    const std::span<T> objects = AllocateRoom<T>(count);
    for (T& object : objects) new (&object) T();
    return objects;
  }

  // The same for whoever fills them: what they are until then is unspecified.
  template <class T>
  std::span<T> AllocateRoom(size_t count) {
    static_assert(std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<T*>(Allocate(count * sizeof(T))), count};
  }

  // Gives everything back.
  void Reset();
  // The same, but keeps a block: who fills it again and again does not ask for memory each time.
  void Rewind();

  // Up to where it is filled.
  struct Position {
    size_t blocks = 0;
    char* next = nullptr;
    size_t left = 0, allocated = 0;
  };
  Position position() const { return {blocks_.size(), next_, left_, allocated_}; }
  // Forgets what was allocated behind it. REQUIRES: nothing in front of it was given back since.
  void RewindTo(const Position& position);

  size_t allocated() const { return allocated_; }  // bytes of all blocks

 private:
  static constexpr size_t kBlockSize = 64 * 1024;

  static constexpr size_t kAlignment = 16;

  char* Allocate(size_t size) {
    // Nothing has a place too: who reads ahead of it must not read at null.
    size = ((size > 0 ? size : 1) + kAlignment - 1) / kAlignment * kAlignment;
    if (size > left_) AddBlock(size);
    char* result = next_;
    next_ += size;
    left_ -= size;
    return result;
  }
  void AddBlock(size_t size);  // with room for that

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t first_ = 0;  // the size of the first block
  size_t allocated_ = 0;
};

// Has the process keep what arenas give back, some tens of MiB, for those that come next: asking
// the system for each batch's memory again took a fifth of an event's time (bench/README.md). Once,
// at the start.
void KeepFreedMemory();

}  // namespace kaspr::value
