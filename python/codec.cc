#include "python/codec.h"

#include <Python.h>

#include "base/check.h"
#include "python/state.h"
#include "python/traceback.h"
#include "value/kafka.h"

namespace kaspr::embedded {
extern const std::string_view k_codec_py;
}

namespace kaspr::python {

namespace {

Ref Attribute(const Ref& module, const char* name) {
  Ref object = Ref::Own(PyObject_GetAttrString(module.get(), name));
  KASPR_CHECK(object, name);
  return object;
}

Ref BytesOf(std::string_view bytes) {
  return Ref::Own(PyBytes_FromStringAndSize(bytes.data(), static_cast<Py_ssize_t>(bytes.size())));
}

bool IsJsonSpace(Py_UCS4 c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// The bytes of `owner`, a bytes object or a str that UTF-8 can carry.
bool View(Ref owner, Encoded& encoded) {
  const char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_Check(owner.get())) {
    data = PyBytes_AS_STRING(owner.get());
    size = PyBytes_GET_SIZE(owner.get());
  } else {
    data = PyUnicode_AsUTF8AndSize(owner.get(), &size);
    if (data == nullptr) return false;
  }
  encoded.bytes = std::string_view(data, static_cast<size_t>(size));
  encoded.owner = std::move(owner);
  return true;
}

bool Refuse(ir::Serializer serializer, PyObject* value) {
  const char* name = serializer == ir::Serializer::kRaw ? "raw" : "binary";
  PyErr_Format(PyExc_TypeError, "the %s serializer takes text or bytes, not '%s'", name,
               Py_TYPE(value)->tp_name);
  return false;
}

constexpr size_t kLargestKept = 2 * value::kMaxRecordBytes;

// Levels of recursion that are not the document's own, at most, when it is decoded.
constexpr int kLevelsInUse = 50;

// Deeper than json goes? User code may have lowered the limit, which json keeps.
bool IsDeep(const value::Document& document) {
  return static_cast<int>(document.depth) + kLevelsInUse >= Py_GetRecursionLimit();
}

}  // namespace

void TextPool::GiveBack::operator()(value::JsonWriter* text) const {
  std::unique_ptr<value::JsonWriter> owned(text);
  if (owned->capacity() <= kLargestKept) pool->idle_.push_back(std::move(owned));
}

TextPool::Text TextPool::Take() {
  if (idle_.empty()) return {new value::JsonWriter, {this}};
  Text text(idle_.back().release(), {this});
  idle_.pop_back();
  text->Clear();
  return text;
}

Codec::Codec() {
  Ref module = LoadModule("_kaspr_codec", embedded::k_codec_py);
  object_writer_ = std::make_unique<ObjectWriter>(Attribute(module, "special"));
  scan_ = Attribute(module, "scan");
  loads_ = Attribute(module, "loads");
  zero_ = Ref::Own(PyLong_FromLong(0));
  to_base64_ = Attribute(module, "to_base64");
  from_base64_ = Attribute(module, "from_base64");
  to_pickle_ = Attribute(module, "to_pickle");
  from_pickle_ = Attribute(module, "from_pickle");
}

Ref Codec::Decode(ir::Serializer serializer, std::string_view bytes) {
  switch (serializer) {
    case ir::Serializer::kRaw:
      return BytesOf(bytes);
    case ir::Serializer::kJson:
      return DecodeJson(bytes);
    case ir::Serializer::kBinary: {
      Ref data = BytesOf(bytes);
      if (!data) return data;
      return Ref::Own(PyObject_CallOneArg(from_base64_.get(), data.get()));
    }
    case ir::Serializer::kPickle: {
      Ref data = BytesOf(bytes);
      if (!data) return data;
      return Ref::Own(PyObject_CallOneArg(from_pickle_.get(), data.get()));
    }
  }
  KASPR_UNREACHABLE("serializer");
}

Ref Codec::DecodeJson(std::string_view bytes) {
  const value::Document* document = json_reader_.Read(bytes);
  return document != nullptr ? Decode(*document) : DecodeDoubtful(bytes);
}

Ref Codec::Decode(const value::Document& document) {
  if (IsDeep(document)) return DecodeDoubtful(document.bytes);
  return object_reader_.Read(document);
}

// Whatever else a document holds, it has objects: what would raise is no document.
Ref Codec::Decode(const value::Document& document, const Wanted& wanted) {
  if (document.nodes[0].kind != value::NodeKind::kDict || IsDeep(document)) return {};
  return object_reader_.Read(document, wanted);
}

Ref Codec::DecodeDoubtful(std::string_view bytes) {
  Ref text =
      Ref::Own(PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "strict"));
  if (!text) return text;
  const Py_ssize_t size = PyUnicode_GET_LENGTH(text.get());
  // json.loads is this call with Python code around it that skips white space and words errors, so
  // it is asked only where those matter.
  if (size > 0 && !IsJsonSpace(PyUnicode_READ_CHAR(text.get(), 0))) {
    PyObject* arguments[] = {text.get(), zero_.get()};
    Ref found = Ref::Own(PyObject_Vectorcall(scan_.get(), arguments, 2, nullptr));
    if (found) {
      const Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GET_ITEM(found.get(), 1));
      if (end == size) return Ref::Share(PyTuple_GET_ITEM(found.get(), 0));
    } else if (!PyErr_ExceptionMatches(PyExc_StopIteration)) {
      return {};
    } else {
      PyErr_Clear();
    }
  }
  return Ref::Own(PyObject_CallOneArg(loads_.get(), text.get()));
}

bool Codec::Encode(ir::Serializer serializer, PyObject* value, Encoded& encoded) {
  encoded = {};
  if (PyBytes_Check(value)) return View(Ref::Share(value), encoded);
  switch (serializer) {
    case ir::Serializer::kRaw:
      if (value == Py_None) return true;
      return PyUnicode_Check(value) ? View(Ref::Share(value), encoded) : Refuse(serializer, value);
    case ir::Serializer::kJson: {
      encoded.text = texts_.Take();
      if (!object_writer_->Write(value, *encoded.text)) return false;
      encoded.bytes = encoded.text->bytes();
      return true;
    }
    case ir::Serializer::kBinary: {
      if (!PyUnicode_Check(value)) return Refuse(serializer, value);
      Ref data = Ref::Own(PyUnicode_AsUTF8String(value));
      if (!data) return false;
      Ref text = Ref::Own(PyObject_CallOneArg(to_base64_.get(), data.get()));
      return text && View(std::move(text), encoded);
    }
    case ir::Serializer::kPickle: {
      Ref text = Ref::Own(PyObject_CallOneArg(to_pickle_.get(), value));
      return text && View(std::move(text), encoded);
    }
  }
  KASPR_UNREACHABLE("serializer");
}

std::optional<ir::Raised> PythonDecoder::Decode(ir::Serializer serializer, std::string_view bytes,
                                                value::Value& value) {
  Ref object = interpreter_.state().codec->Decode(serializer, bytes);
  if (!object) return TakeException().Describe();
  value = value::Value::Object(object.Release());
  return std::nullopt;
}

std::optional<ir::Raised> PythonEncoder::Encode(ir::Serializer serializer,
                                                const value::Value& value, std::string& bytes,
                                                bool& null) {
  Ref object;
  if (value.Is(value::Tag::kNone)) {
    object = Ref::Share(Py_None);
  } else if (value.Is(value::Tag::kBytes)) {
    object = BytesOf(value.bytes());
  } else {
    KASPR_CHECK(value.Is(value::Tag::kObject), "a value that is not the lane's");
    object = Ref::Share(static_cast<PyObject*>(const_cast<void*>(value.data)));
  }
  Encoded encoded;
  if (!object || !interpreter_.state().codec->Encode(serializer, object.get(), encoded)) {
    return TakeException().Describe();
  }
  null = !encoded.bytes;
  if (encoded.bytes) bytes.append(*encoded.bytes);
  return std::nullopt;
}

void Release(value::Value value) {
  if (value.tag != value::Tag::kObject) return;
  Ref::Own(static_cast<PyObject*>(const_cast<void*>(value.data)));
}

}  // namespace kaspr::python
