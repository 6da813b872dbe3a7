#pragma once

// JSON as Python's json.dumps writes it with its defaults, piece by piece.
//
//   JsonWriter out;
//   out.Raw("[");  out.Int(1);  out.Raw(", ");  out.Float(1e16);  out.Raw("]");   // [1, 1e+16]
//
// Everything but printable ASCII is escaped as \uXXXX, floats are what float.__repr__ says. Who
// writes lists and dicts puts the separators, ", " and ": ". Keeps its memory when cleared.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "value/bytes.h"
#include "value/document.h"

namespace kaspr::value {

class JsonWriter {
 public:
  void Clear() { ClearInto({own_.get(), own_capacity_}); }
  // The same, and writes there as long as it is large enough; it must live until the next Clear.
  void ClearInto(std::span<char> room) {
    bytes_ = room.data();
    size_ = 0;
    capacity_ = room.size();
  }
  std::string_view bytes() const { return {bytes_, size_}; }
  size_t capacity() const { return capacity_; }

  void Raw(std::string_view bytes) {
    CopyBytes(Reserve(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void Int(int64_t number);
  void Float(double number);

  // A string with its quotes, of Latin-1, UTF-16 code units that stand for themselves, or code
  // points. Lone surrogates are written as escapes.
  void String(std::span<const unsigned char> text);
  void String(std::span<const uint16_t> text);
  void String(std::span<const uint32_t> text);
  // The same of UTF-8. REQUIRES: it is valid.
  void Utf8(std::string_view text);

 private:
  friend class NodeWriter;

  // Room for `size` more bytes; whoever fills it adds to size_.
  char* Reserve(size_t size) {
    if (capacity_ - size_ < size) Grow(size);
    return bytes_ + size_;
  }
  void Grow(size_t size);
  template <class Unit>
  void Escape(std::span<const Unit> text);

  char* bytes_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  std::unique_ptr<char[]> own_;
  size_t own_capacity_ = 0;
};

// Appends a node of a document and all in it: json.dumps(json.loads(...)).
void WriteNode(JsonWriter& out, const Document& document, uint32_t index);
// The same of all from `first` up to `last`, some items of a list or pairs of a dict, with what
// separates them.
void WriteNodes(JsonWriter& out, const Document& document, uint32_t first, uint32_t last);

// float.__repr__ into `text`, which has room for 32 bytes. The end.
char* FormatFloat(double number, char* text);

}  // namespace kaspr::value
