#pragma once

// Where the tokens of a JSON text begin: the first stage of simdjson, behind one door.
//
// It finds every bracket, colon and comma, the opening quote of every string and the first byte of
// everything else, and knows that the text is UTF-8, that strings are closed and hold no control
// characters. It knows no grammar. Keeps its memory from text to text; one thread at a time.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace kaspr::value {

class JsonIndex {
 public:
  // Longer texts are not looked at.
  static constexpr size_t kLongest = size_t{1} << 28;

  JsonIndex();
  ~JsonIndex();

  // The offsets of all tokens, and behind them once more the size of the text. Empty: it is no
  // JSON. Valid until the next call.
  std::span<const uint32_t> Find(std::string_view text);

 private:
  struct Stage;
  std::unique_ptr<Stage> stage_;
};

}  // namespace kaspr::value
