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
#include <optional>
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
  // A list or dict that is not closed yet.
  struct Frame {
    uint32_t node = 0;
    uint32_t count = 0;
    bool dict = false;
    bool canonical = true;
    std::array<uint64_t, 4> seen{};  // one bit for each hash of a key
  };

  bool Build();
  bool Value(bool& opened);
  bool Open(NodeKind kind, char closer, bool& opened);
  void Close();
  bool AfterValue(bool& done);
  bool SkipSeparator();
  bool Key();
  bool String(uint8_t flags);
  bool Number();
  bool Word(std::string_view word, NodeKind kind);
  bool Examine(Node& node) const;
  bool ExamineEscape(uint32_t& at, Node& node) const;
  bool IsNewKey(const Node& key);
  bool SameKey(const Node& a, const Node& b);
  bool AllKeysDiffer(const Node& dict);

  bool AtEnd() const { return token_ == last_; }
  char Peek() const { return text_[*token_]; }
  uint32_t Limit() const { return token_[1]; }  // where the next token begins
  bool EndsAt(uint32_t end) const;
  Node& Append(NodeKind kind, uint32_t begin, uint32_t end);
  void Expect(uint32_t begin) { canonical_ &= begin == expected_; }

  JsonIndex index_;
  std::vector<Node> nodes_;
  std::vector<Frame> frames_;
  std::vector<uint32_t> slots_;  // of AllKeysDiffer
  std::string unescaped_, other_unescaped_;
  Document document_;

  // Of the text that is being read.
  const char* text_ = nullptr;
  const uint32_t* token_ = nullptr;
  const uint32_t* last_ = nullptr;  // the size of the text, behind all tokens
  uint32_t count_ = 0;              // of nodes
  size_t depth_ = 0;                // of frames_ in use
  size_t deepest_ = 0;
  bool plain_ = false;      // no backslash, nothing but printable ASCII in strings
  bool canonical_ = false;  // of the innermost list or dict, so far
  uint32_t expected_ = 0;   // where the next token begins, if the text is canonical
};

// A hash of bytes, the same in every run. A key's lower 16 bits are its node's `count`.
uint64_t HashBytes(std::string_view bytes);

}  // namespace kaspr::value
