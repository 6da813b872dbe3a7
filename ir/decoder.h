#pragma once

// Bytes to value and back, where CPython decides (python implements both).
//
// Raw bytes need neither. All calls on the lane's thread.

#include <optional>
#include <string>
#include <string_view>

#include "ir/ops.h"
#include "value/value.h"

namespace kaspr::ir {

// An exception as it is counted and shown: "KeyError", "'qty'".
struct Raised {
  std::string type;
  std::string message;
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // `bytes` must outlive the value. On failure `value` is untouched.
  virtual std::optional<Raised> Decode(Serializer serializer, std::string_view bytes,
                                       value::Value& value) = 0;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends to `bytes`. `null` is set where the value stands for no bytes at all (None as raw).
  virtual std::optional<Raised> Encode(Serializer serializer, const value::Value& value,
                                       std::string& bytes, bool& null) = 0;
};

}  // namespace kaspr::ir
