#pragma once

// Bytes to Python objects and back, as the reference's codecs do it: raw, json, binary, pickle.
//
// JSON is CPython's `json` with default separators; what it does not know (Decimal, datetime, Enum,
// ...) goes through `Special` of codec.py. On output bytes skip every codec. On the lane's thread.

#include <optional>
#include <string_view>

#include "ir/decoder.h"
#include "python/interpreter.h"
#include "python/object.h"

namespace kaspr::python {

// Encoded bytes, alive as long as this.
struct Encoded {
  std::optional<std::string_view> bytes;  // none: no bytes at all
  Ref owner;
};

class Codec {
 public:
  Codec();

  // Null: a Python exception is set.
  Ref Decode(ir::Serializer serializer, std::string_view bytes);
  // False: a Python exception is set.
  bool Encode(ir::Serializer serializer, PyObject* value, Encoded& encoded);

 private:
  Ref DecodeJson(std::string_view bytes);
  Ref EncodeJson(PyObject* value);

  Ref scan_;     // json's C scanner: (text, index) -> (value, end)
  Ref loads_;    // json.loads, for whatever is not plain
  Ref encode_;   // json's C encoder: (value, level) -> pieces
  Ref markers_;  // the encoder's: objects being written
  Ref join_;     // "".join
  Ref to_base64_;
  Ref from_base64_;
  Ref to_pickle_;
  Ref from_pickle_;
  Ref zero_;
};

// The codecs behind the interfaces of ir. A kObject value is a PyObject*.
class PythonDecoder final : public ir::Decoder {
 public:
  explicit PythonDecoder(Interpreter& interpreter) : interpreter_(interpreter) {}
  std::optional<ir::Raised> Decode(ir::Serializer serializer, std::string_view bytes,
                                   value::Value& value) override;

 private:
  Interpreter& interpreter_;
};

class PythonEncoder final : public ir::Encoder {
 public:
  explicit PythonEncoder(Interpreter& interpreter) : interpreter_(interpreter) {}
  std::optional<ir::Raised> Encode(ir::Serializer serializer, const value::Value& value,
                                   std::string& bytes, bool& null) override;

 private:
  Interpreter& interpreter_;
};

// Gives back the reference that a kObject value owns.
void Release(value::Value value);

}  // namespace kaspr::python
