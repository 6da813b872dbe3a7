#pragma once

// Bytes as a hand-written kernel writes them: JSON as Python's json.dumps does, with its defaults.
//
//   Wire wire;
//   wire.Document(text, index);          // json.dumps(json.loads(text)), mostly by copying
//   wire.Chop();  wire.Raw(R"(, "n": )");  wire.Int(1);  wire.Raw("}");
//
// Keeps its memory when cleared.

#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "value/json_write.h"

namespace kaspr::bench {

class Wire {
 public:
  void Clear() { size_ = 0; }
  size_t size() const { return size_; }
  std::string_view View(size_t begin, size_t end) const {
    return {bytes_.get() + begin, end - begin};
  }

  void Raw(std::string_view bytes) {
    Reserve(bytes.size());
    std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  // Takes the last byte back.
  void Chop() { --size_; }
  void Int(int64_t number);
  void Float(double number);           // REQUIRES: it is finite
  void String(std::string_view text);  // with quotes, of valid UTF-8

  // A whole text, valid JSON, whose tokens begin at `index`, which ends with the text's size.
  // REQUIRES: kSlack bytes may be read behind the text.
  void Document(std::string_view text, std::span<const uint32_t> index);

  static constexpr size_t kSlack =
      32;  // bytes at a time that a copy reads and writes, so up to so many too much

 private:
  void Reserve(size_t size) {
    if (capacity_ - size_ < size + kSlack) Grow(size + kSlack);
  }
  void Grow(size_t size);
  void Token(std::string_view token);  // a string or number that is not in Python's form

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
  std::string unescaped_;
  value::JsonWriter escaped_;
};

}  // namespace kaspr::bench
