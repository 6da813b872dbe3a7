#pragma once

// Bytes to Python objects and back, as the reference's codecs do it: raw, json, binary, pickle.
//
// JSON is read and written here, as CPython's `json` would with its defaults; texts of which the
// reader is not sure are left to `json` itself. What JSON does not know (Decimal, datetime, Enum,
// ...) goes through `special` of codec.py. On output bytes skip every codec. On the lane's thread.

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "ir/decoder.h"
#include "python/interpreter.h"
#include "python/object.h"
#include "python/object_reader.h"
#include "python/object_writer.h"
#include "value/json_read.h"

namespace kaspr::python {

// Memory for JSON, given back when it has been read.
class TextPool {
 public:
  struct GiveBack {
    TextPool* pool = nullptr;
    void operator()(value::JsonWriter* text) const;
  };
  using Text = std::unique_ptr<value::JsonWriter, GiveBack>;
  Text Take();

 private:
  std::vector<std::unique_ptr<value::JsonWriter>> idle_;
};

// Encoded bytes, alive as long as this.
struct Encoded {
  std::optional<std::string_view> bytes;  // none: no bytes at all
  Ref owner;                              // of bytes that a Python object has
  TextPool::Text text;                    // of others
};

class Codec {
 public:
  Codec();

  // Null: a Python exception is set.
  Ref Decode(ir::Serializer serializer, std::string_view bytes);
  Ref Decode(const value::Document& document);
  // Of JSON that JsonReader left to CPython.
  Ref DecodeDoubtful(std::string_view bytes);
  // A thin dict of what is wanted. Null without an exception: there is none to be had.
  Ref Decode(const value::Document& document, const Wanted& wanted);
  // False: a Python exception is set.
  bool Encode(ir::Serializer serializer, PyObject* value, Encoded& encoded);

 private:
  Ref DecodeJson(std::string_view bytes);

  value::JsonReader json_reader_;
  ObjectReader object_reader_;
  std::unique_ptr<ObjectWriter> object_writer_;
  TextPool texts_;
  Ref scan_;   // json's C scanner: (text, index) -> (value, end)
  Ref loads_;  // json.loads, for whatever is not plain
  Ref zero_;
  Ref to_base64_;
  Ref from_base64_;
  Ref to_pickle_;
  Ref from_pickle_;
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
