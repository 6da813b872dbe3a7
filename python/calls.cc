#include "python/calls.h"

#include <Python.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "python/values.h"

namespace kaspr::python {

using value::Heap, value::Status, value::Tag, value::Value;

namespace {

constexpr size_t kMostHeld = 100'000;   // objects of an event
constexpr size_t kMostOperands = 16;    // of a call
constexpr size_t kLongestTuple = 1000;  // that is an argument

PyObject* ObjectOf(Value value) {
  return static_cast<PyObject*>(const_cast<void*>(value.data));
}

bool IsScalar(Value value) {
  switch (value.tag) {
    case Tag::kNone:
    case Tag::kBool:
    case Tag::kInt:
    case Tag::kBigInt:
    case Tag::kFloat:
    case Tag::kStr:
    case Tag::kBytes:
    case Tag::kObject:
      return true;
    case Tag::kUnbound:
    case Tag::kTuple:
    case Tag::kList:
    case Tag::kDict:
    case Tag::kSet:
    case Tag::kRange:
      break;
  }
  return false;
}

// An argument is not changed by what is called, nor kept: so a copy will do, unless it could be.
bool IsArgument(Value value) {
  if (!value.Is(Tag::kTuple)) return IsScalar(value);
  return value.size <= kLongestTuple &&
         std::all_of(value.items, value.items + value.size, IsScalar);
}

// A new reference; null: an exception is set.
PyObject* MakeArgument(Heap& heap, Value value) {
  if (value.Is(Tag::kObject)) return Py_NewRef(ObjectOf(value));
  if (value.Is(Tag::kStr)) return PyUnicode_FromStringAndSize(value.text, value.size);
  return ToObject(heap, value);
}

// Is it surely no object that native code holds?
bool IsValue(PyObject* object) {
  return object == Py_None || PyUnicode_CheckExact(object) || PyLong_CheckExact(object) ||
         PyFloat_CheckExact(object) || PyBool_Check(object);
}

// a < b and a - b are a's method only if b's has no say in it.
bool IsOperator(std::string_view name) {
  return name.starts_with("__") && name != "__getitem__" && name != "__str__" &&
         name != "__format__";
}

// The class of the exception that is set, if native code has exactly that one.
Status TakeStatus() {
  const std::pair<PyObject*, Status> classes[] = {{PyExc_ValueError, Status::kValueError},
                                                  {PyExc_TypeError, Status::kTypeError},
                                                  {PyExc_IndexError, Status::kIndexError},
                                                  {PyExc_KeyError, Status::kKeyError},
                                                  {PyExc_OverflowError, Status::kOverflowError},
                                                  {PyExc_AttributeError, Status::kAttributeError}};
  PyObject* raised = PyErr_Occurred();
  Status status = Status::kBail;
  for (const auto& [type, known] : classes) {
    if (raised == type) status = known;
  }
  PyErr_Clear();
  return status;
}

}  // namespace

Calls::Calls(const Pure& pure, const ir::Agent& agent, const InitScope& scope,
             const Pipeline& pipeline)
    : pure_(pure), agent_(agent), scope_(scope) {
  pipeline.ForEachBlock(
      [&](const Block& block) { blocks_[block.function().name].push_back(&block); });
}

Status Calls::Ask(ir::AskPython::Kind kind, std::string_view name, std::span<const Value> operands,
                  Heap& heap, Value& result) noexcept {
  using Kind = ir::AskPython::Kind;
  if (kind == Kind::kGlobal) return AskGlobal(name, result);
  // None has none of what is asked for here, but for operators.
  if (operands[0].Is(Tag::kNone) && !name.starts_with("__")) return Status::kAttributeError;
  if (!operands[0].Is(Tag::kObject)) return Status::kBail;
  switch (kind) {
    case Kind::kAttribute:
      return AskAttribute(name, ObjectOf(operands[0]), heap, result);
    case Kind::kMethod: {
      const Pure::Member* method = pure_.Method(name);
      const bool has = method != nullptr && Pure::Has(*method, ObjectOf(operands[0]));
      result = operands[0];
      return has ? Status::kOk : Status::kBail;
    }
    case Kind::kCall:
      return AskCall(name, operands, heap, result);
    case Kind::kGlobal:
      break;
  }
  KASPR_UNREACHABLE("kind of what Python is asked for");
}

const Calls::Global& Calls::FindGlobal(std::string_view path) {
  const auto known = globals_.find(path);
  if (known != globals_.end()) return known->second;
  const size_t dot = path.rfind('.');
  KASPR_CHECK(dot != std::string_view::npos, "a global of no function");
  Global& global = globals_[std::string(path)];
  const std::string_view function = path.substr(0, dot);
  global.name = Ref::Own(PyUnicode_InternFromString(std::string(path.substr(dot + 1)).c_str()));
  KASPR_CHECK(global.name, "no memory for a name");
  global.init = agent_.init && agent_.function(*agent_.init).name == function;
  if (const auto found = blocks_.find(function); found != blocks_.end()) {
    global.blocks = found->second;
  }
  return global;
}

// What the function would find there now. A selector's block runs when CPython first calls it:
// until then nothing is there.
Status Calls::AskGlobal(std::string_view path, Value& result) {
  const Global& global = FindGlobal(path);
  PyObject* globals = global.init ? scope_.globals.get() : nullptr;
  for (const Block* block : global.blocks) {
    if (globals == nullptr) globals = block->globals();
  }
  if (globals == nullptr) return Status::kBail;
  PyObject* found = PyDict_GetItemWithError(globals, global.name.get());
  PyErr_Clear();
  return found != nullptr && Hold(Ref::Share(found), result) ? Status::kOk : Status::kBail;
}

Status Calls::AskAttribute(std::string_view name, PyObject* object, Heap& heap, Value& result) {
  const Pure::Member* attribute = pure_.Attribute(name);
  if (attribute == nullptr || !Pure::Has(*attribute, object)) return Status::kBail;
  return Take(Ref::Own(PyObject_GetAttr(object, attribute->name.get())), false, heap, result);
}

Status Calls::AskCall(std::string_view name, std::span<const Value> operands, Heap& heap,
                      Value& result) {
  const Pure::Member* method = pure_.Method(name);
  if (method == nullptr || !Pure::Has(*method, ObjectOf(operands[0]))) return Status::kBail;
  if (operands.size() > kMostOperands) return Status::kBail;
  std::array<Ref, kMostOperands> owners;
  std::array<PyObject*, kMostOperands> arguments{};
  for (size_t i = 0; i < operands.size(); ++i) {
    if (!IsArgument(operands[i])) return Status::kBail;
    owners[i] = Ref::Own(MakeArgument(heap, operands[i]));
    arguments[i] = owners[i].get();
    if (arguments[i] == nullptr) {
      PyErr_Clear();
      return Status::kBail;
    }
  }
  if (IsOperator(name) &&
      (operands.size() != 2 || !Py_IS_TYPE(arguments[1], Py_TYPE(arguments[0])))) {
    return Status::kBail;
  }
  return Take(Ref::Own(PyObject_VectorcallMethod(method->name.get(), arguments.data(),
                                                 operands.size(), nullptr)),
              true, heap, result);
}

// An object that native code may have.
bool Calls::Hold(Ref object, Value& result) {
  bool is_true = false;
  if (held_.size() >= kMostHeld || !pure_.Knows(object.get(), is_true)) return false;
  result = Value::Object(object.get(), is_true ? Value::kTrue : 0);
  held_.push_back(std::move(object));
  return true;
}

// What came of it; null: it raised. `fresh`: nobody else has it.
Status Calls::Take(Ref object, bool fresh, Heap& heap, Value& result) {
  if (!object) return TakeStatus();
  PyObject* const given = object.get();
  const bool container = PyList_Check(given) || PyDict_Check(given) || PyAnySet_Check(given);
  if (container && !fresh) return Status::kBail;
  if (!IsValue(given) && Hold(Ref::Share(given), result)) return Status::kOk;
  return FromObject(heap, given, result) ? Status::kOk : Status::kBail;
}

}  // namespace kaspr::python
