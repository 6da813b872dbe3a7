#include "python/object_writer.h"

#include <Python.h>

#include <algorithm>
#include <unordered_set>

namespace kaspr::python {

using value::JsonWriter;

namespace {

// CPython's words for RecursionError; the first is what calling its encoder would say.
constexpr const char* kCalling = " while calling a Python object";
constexpr const char* kEncoding = " while encoding a JSON object";
constexpr const char* kComparing = " in comparison";

bool WriteString(PyObject* string, JsonWriter& out) {
#if PY_VERSION_HEX < 0x030C0000
  if (PyUnicode_READY(string) < 0) return false;
#endif
  const auto size = static_cast<size_t>(PyUnicode_GET_LENGTH(string));
  switch (PyUnicode_KIND(string)) {
    case PyUnicode_1BYTE_KIND:
      out.String(std::span(PyUnicode_1BYTE_DATA(string), size));
      return true;
    case PyUnicode_2BYTE_KIND:
      out.String(std::span<const uint16_t>(PyUnicode_2BYTE_DATA(string), size));
      return true;
    default:
      out.String(std::span<const uint32_t>(PyUnicode_4BYTE_DATA(string), size));
      return true;
  }
}

// An int, whatever its class says of itself.
bool WriteInt(PyObject* number, JsonWriter& out) {
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow == 0) {
    out.Int(small);
    return true;
  }
  Ref text = Ref::Own(PyLong_Type.tp_repr(number));
  if (!text) return false;
  out.Raw({PyUnicode_AsUTF8(text.get()), static_cast<size_t>(PyUnicode_GET_LENGTH(text.get()))});
  return true;
}

// None, True, False: their text, else nothing.
std::string_view ConstantText(PyObject* object) {
  if (object == Py_None) return "null";
  if (object == Py_True) return "true";
  if (object == Py_False) return "false";
  return {};
}

bool WriteKey(PyObject* key, JsonWriter& out) {
  if (PyUnicode_Check(key)) return WriteString(key, out);
  out.Raw("\"");
  if (PyFloat_Check(key)) {
    out.Float(PyFloat_AS_DOUBLE(key));
  } else if (const std::string_view text = ConstantText(key); !text.empty()) {
    out.Raw(text);
  } else if (!PyLong_Check(key)) {
    PyErr_Format(PyExc_TypeError, "keys must be str, int, float, bool or None, not %.100s",
                 Py_TYPE(key)->tp_name);
    return false;
  } else if (!WriteInt(key, out)) {
    return false;
  }
  out.Raw("\"");
  return true;
}

}  // namespace

// The way of one value into one writer.
class ObjectWriter::Run {
 public:
  Run(PyObject* special, std::vector<Frame>& stack, JsonWriter& out)
      : special_(special), stack_(stack), out_(out) {}

  bool Value(PyObject* object) {
    if (PyUnicode_Check(object)) return WriteString(object, out_);
    if (const std::string_view text = ConstantText(object); !text.empty()) {
      out_.Raw(text);
      return true;
    }
    if (PyLong_Check(object)) return WriteInt(object, out_);
    if (PyFloat_Check(object)) {
      out_.Float(PyFloat_AS_DOUBLE(object));
      return true;
    }
    if (PyDict_Check(object)) return Enter(kEncoding) && OpenDict(object);
    if (PyList_Check(object) || PyTuple_Check(object)) {
      return Enter(kEncoding) && OpenSequence(object);
    }
    return OpenSpecial(object);
  }

  // Writes values of the innermost frame up to one that opens another, or its end.
  bool Step() {
    switch (stack_.back().kind) {
      case Kind::kSequence:
        return StepSequence();
      case Kind::kDict:
        return StepDict();
      case Kind::kItems:
        return StepItems();
      case Kind::kSpecial:
        return StepSpecial();
    }
    return false;
  }

  void Pop() {
    Py_LeaveRecursiveCall();
    if (stack_.size() > kFew) deep_.erase(stack_.back().object.get());
    // Last, for it may run user code, which may come back here.
    const Frame frame = std::move(stack_.back());
    stack_.pop_back();
  }

 private:
  static constexpr size_t kFew = 32;  // frames that are looked through one by one

  static bool Enter(const char* where) { return Py_EnterRecursiveCall(where) == 0; }

  // Gives the level back that Enter took for something empty or wrong.
  static bool Leave(bool result) {
    Py_LeaveRecursiveCall();
    return result;
  }

  bool IsBeingWritten(PyObject* object) {
    const auto few = stack_.begin() + static_cast<ptrdiff_t>(std::min(stack_.size(), kFew));
    const auto same = [object](const Frame& frame) { return frame.object.get() == object; };
    if (!std::any_of(stack_.begin(), few, same) && !deep_.contains(object)) return false;
    // CPython finds it by comparing two ints, for which there must be a level left.
    if (!Enter(kComparing)) return true;
    Leave(true);
    PyErr_SetString(PyExc_ValueError, "Circular reference detected");
    return true;
  }

  void Push(Kind kind, PyObject* object, Ref walked = {}) {
    stack_.push_back({.kind = kind, .object = Ref::Share(object), .walked = std::move(walked)});
    if (stack_.size() > kFew) deep_.insert(object);
  }

  bool OpenSequence(PyObject* object) {
    Ref walked;
    if (!PyList_CheckExact(object) && !PyTuple_CheckExact(object)) {
      if (!Freeze()) return Leave(false);
      walked = Ref::Own(PySequence_Fast(object, "_iterencode_list needs a sequence"));
      if (!walked) return Leave(false);
    }
    if (PySequence_Fast_GET_SIZE(walked ? walked.get() : object) == 0) {
      out_.Raw("[]");
      return Leave(true);
    }
    if (IsBeingWritten(object)) return Leave(false);
    out_.Raw("[");
    Push(Kind::kSequence, object, std::move(walked));
    return true;
  }

  bool OpenDict(PyObject* object) {
    if (PyDict_GET_SIZE(object) == 0) {
      out_.Raw("{}");
      return Leave(true);
    }
    if (IsBeingWritten(object)) return Leave(false);
    out_.Raw("{");
    if (PyDict_CheckExact(object)) {
      Push(Kind::kDict, object);
      return true;
    }
    Ref items = Ref::Own(Freeze() ? PyMapping_Items(object) : nullptr);
    if (!items) return Leave(false);
    Push(Kind::kItems, object, std::move(items));
    return true;
  }

  bool OpenSpecial(PyObject* object) {
    if (IsBeingWritten(object)) return false;
    Ref kept = Ref::Share(object);  // whoever holds it may let it go
    // CPython counts the level for the result only, but knows of the object from here on.
    Ref result = Ref::Own(Freeze() ? PyObject_CallOneArg(special_, object) : nullptr);
    if (!result || !Enter(kEncoding)) return false;
    Push(Kind::kSpecial, object, std::move(result));
    return true;
  }

  bool StepSpecial() {
    Frame& frame = stack_.back();
    if (frame.empty) {
      frame.empty = false;
      return Value(frame.walked.get());
    }
    Pop();
    return true;
  }

  bool StepSequence() {
    const size_t depth = stack_.size();
    do {
      Frame& frame = stack_.back();
      PyObject* walked = frame.walked ? frame.walked.get() : frame.object.get();
      if (frame.position >= PySequence_Fast_GET_SIZE(walked)) return Close("]");
      Separate(frame);
      if (!Value(PySequence_Fast_GET_ITEM(walked, frame.position++))) return false;
    } while (stack_.size() == depth);
    return true;
  }

  bool StepDict() {
    const size_t depth = stack_.size();
    do {
      Frame& frame = stack_.back();
      PyObject* key = nullptr;
      PyObject* item = nullptr;
      Py_ssize_t position = frame.position;
      if (PyDict_Next(frame.object.get(), &position, &key, &item) == 0) return Close("}");
      frame.position = position;
      if (!Pair(frame, key, item)) return false;
    } while (stack_.size() == depth && stack_.back().kind == Kind::kDict);  // not frozen
    return true;
  }

  bool StepItems() {
    Frame& frame = stack_.back();
    if (frame.position >= PyList_GET_SIZE(frame.walked.get())) return Close("}");
    PyObject* pair = PyList_GET_ITEM(frame.walked.get(), frame.position++);
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
      PyErr_SetString(PyExc_ValueError, "items must return 2-tuples");
      return false;
    }
    return Pair(frame, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1));
  }

  bool Pair(Frame& frame, PyObject* key, PyObject* item) {
    Separate(frame);
    if (!WriteKey(key, out_)) return false;
    out_.Raw(": ");
    return Value(item);
  }

  void Separate(Frame& frame) {
    if (!frame.empty) out_.Raw(", ");
    frame.empty = false;
  }

  bool Close(std::string_view bracket) {
    out_.Raw(bracket);
    Pop();
    return true;
  }

  // CPython walks a copy of a dict's pairs. Here the dict itself does, until user code is about to
  // run. False: an exception is set.
  bool Freeze() {
    for (Frame& frame : stack_) {
      if (frame.kind != Kind::kDict) continue;
      Py_ssize_t position = 0;
      int64_t written = 0;
      while (position < frame.position) {
        PyDict_Next(frame.object.get(), &position, nullptr, nullptr);
        ++written;
      }
      frame.walked = Ref::Own(PyDict_Items(frame.object.get()));
      if (!frame.walked) return false;
      frame.kind = Kind::kItems;
      frame.position = written;
    }
    return true;
  }

  PyObject* const special_;
  std::vector<Frame>& stack_;
  JsonWriter& out_;
  std::unordered_set<PyObject*> deep_;  // the objects of the frames behind the first few
};

bool ObjectWriter::Write(PyObject* value, JsonWriter& out) {
  if (Py_EnterRecursiveCall(kCalling) != 0) return false;
  std::vector<Frame> stack = std::move(idle_);
  Run run(special_.get(), stack, out);
  bool done = run.Value(value);
  while (done && !stack.empty()) done = run.Step();
  while (!stack.empty()) run.Pop();
  idle_ = std::move(stack);
  Py_LeaveRecursiveCall();
  return done;
}

}  // namespace kaspr::python
