#pragma once

// JSON text to a Document, for texts of which no doubt is possible.
//
//   JsonReader reader;
//   if (const Document* document = reader.Read(bytes)) ...   // else: CPython's json decides
//
// What is accepted here, Python's json accepts with the same value. What is not may still be JSON
// to Python, which then reads it: NaN and Infinity, 1e400, lone surrogates, a key that comes twice,
// integers of hundreds of digits, deep nesting. Keeps its memory from text to text; one thread at a
// time.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "value/document.h"
#include "value/json_index.h"

namespace kaspr::value {

class JsonReader {
 public:
  static constexpr size_t kDeepest = 900;     // lists and dicts in each other
  static constexpr size_t kLongestInt = 640;  // no limit of Python's on digits is below

  // The document of `bytes`, or null: ask CPython. Valid until the next call, and no longer than
  // the bytes.
  const Document* Read(std::string_view bytes);

 private:
  // A list or dict that is not closed yet, and what is known of the one around it up to here.
  struct Frame {
    uint32_t node = 0;
    uint32_t items = 0, odd = 0;
    bool dict = false;
    std::array<uint64_t, 16> seen{};  // one bit for each hash of a key
  };
  template <bool kSpaced>
  struct Scan;

  bool SameKey(std::string_view bytes, const Node& a, const Node& b);
  template <bool kSpaced>
  bool Parse(std::string_view bytes, std::span<const uint32_t> tokens);
  bool IsNewKey(std::string_view bytes, uint32_t dict, uint32_t key);
  bool AllKeysDiffer(std::string_view bytes, uint32_t dict);

  JsonIndex index_;
  std::vector<Node> nodes_;
  std::vector<Frame> frames_{kDeepest};
  std::vector<uint32_t> slots_;  // of AllKeysDiffer
  std::string unescaped_, other_unescaped_;
  Document document_;
};

// Readers for whoever needs one for a while. Thread safe.
class JsonReaders {
 public:
  std::unique_ptr<JsonReader> Take();
  void Give(std::unique_ptr<JsonReader> reader);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<JsonReader>> idle_;
};

}  // namespace kaspr::value
