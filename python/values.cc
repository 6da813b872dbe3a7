#include "python/values.h"

#include <Python.h>

#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "value/containers.h"
#include "value/json_read.h"

namespace kaspr::python {

using value::Heap, value::Status, value::Tag, value::Value;

namespace {

Py_ssize_t SizeOf(std::string_view text) {
  return static_cast<Py_ssize_t>(text.size());
}

PyObject* MakeInt(std::string_view digits) {
  return PyLong_FromString(std::string(digits).c_str(), nullptr, 10);
}

PyObject* MakeRange(const value::Range& range) {
  return PyObject_CallFunction(
      reinterpret_cast<PyObject*>(&PyRange_Type), "LLL", static_cast<long long>(range.start),
      static_cast<long long>(range.stop), static_cast<long long>(range.step));
}

// Lists and dicts are made empty and filled later, one after the other, however deep they are.
// Tuples and sets are filled at once: what is in a set must have its hash.
class Maker {
 public:
  explicit Maker(Heap& heap) : heap_(heap) {}

  PyObject* MakeAll(Value value) {
    Ref root = Ref::Own(Make(value, 0));
    while (root && !open_.empty()) {
      const Value container = open_.back();
      open_.pop_back();
      PyObject* object = made_.at(container.data);
      const bool filled = container.Is(Tag::kList) ? FillList(object, *container.list)
                                                   : FillDict(object, *container.dict);
      if (!filled) return nullptr;
    }
    return root.Release();
  }

 private:
  PyObject* Make(Value value, uint32_t depth) {
    switch (value.tag) {
      case Tag::kNone:
        return Py_NewRef(Py_None);
      case Tag::kBool:
        return PyBool_FromLong(value.integer != 0);
      case Tag::kInt:
        return PyLong_FromLongLong(value.integer);
      case Tag::kBigInt:
        return MakeInt(value.bytes());
      case Tag::kFloat:
        return PyFloat_FromDouble(value.number);
      case Tag::kStr:
        return PyUnicode_DecodeUTF8(value.text, SizeOf(value.str()), "strict");
      case Tag::kBytes:
        return PyBytes_FromStringAndSize(value.text, SizeOf(value.bytes()));
      case Tag::kTuple:
        return MakeTuple(value, depth);
      case Tag::kList:
        return Open(value, [&] { return PyList_New(heap_.Items(*value.list).size()); });
      case Tag::kDict:
        return Open(value, PyDict_New);
      case Tag::kSet:
        return MakeSet(value, depth);
      case Tag::kRange:
        return MakeRange(*value.range);
      case Tag::kObject:
        return Py_NewRef(static_cast<PyObject*>(const_cast<void*>(value.data)));
      case Tag::kUnbound:
        break;
    }
    KASPR_UNREACHABLE("tag of a value");
  }

  // The object that was made of the container, or a new one that is filled later.
  template <class New>
  PyObject* Open(Value container, New make) {
    if (const auto found = made_.find(container.data); found != made_.end()) {
      return Py_NewRef(found->second);
    }
    PyObject* object = make();
    if (object == nullptr) return nullptr;
    made_.emplace(container.data, object);
    open_.push_back(container);
    return object;
  }

  bool IsTooDeep(uint32_t depth) {
    if (depth < Heap::kDeepest) return false;
    PyErr_SetString(PyExc_RecursionError, "a value is nested too deeply");
    return true;
  }

  PyObject* MakeTuple(Value tuple, uint32_t depth) {
    if (IsTooDeep(depth)) return nullptr;
    Ref object = Ref::Own(PyTuple_New(static_cast<Py_ssize_t>(tuple.size)));
    for (uint32_t i = 0; object && i < tuple.size; ++i) {
      PyObject* item = Make(tuple.items[i], depth + 1);
      if (item == nullptr) return nullptr;
      PyTuple_SET_ITEM(object.get(), static_cast<Py_ssize_t>(i), item);
    }
    return object.Release();
  }

  PyObject* MakeSet(Value set, uint32_t depth) {
    if (IsTooDeep(depth)) return nullptr;
    if (const auto found = made_.find(set.data); found != made_.end()) {
      return Py_NewRef(found->second);
    }
    Ref object = Ref::Own(set.set->immutable ? PyFrozenSet_New(nullptr) : PySet_New(nullptr));
    for (const value::SetEntry& entry : set.set->entries()) {
      if (!object) return nullptr;
      if (entry.key.Is(Tag::kUnbound)) continue;
      Ref item = Ref::Own(Make(entry.key, depth + 1));
      if (!item || PySet_Add(object.get(), item.get()) < 0) return nullptr;
    }
    if (object) made_.emplace(set.data, object.get());
    return object.Release();
  }

  bool FillList(PyObject* object, value::List& list) {
    const std::span<const Value> items = heap_.Items(list);
    for (size_t i = 0; i < items.size(); ++i) {
      PyObject* item = Make(items[i], 0);
      if (item == nullptr) return false;
      PyList_SET_ITEM(object, static_cast<Py_ssize_t>(i), item);
    }
    return true;
  }

  bool FillDict(PyObject* object, value::Dict& dict) {
    for (const value::DictEntry& entry : heap_.Entries(dict)) {
      if (entry.key.Is(Tag::kUnbound)) continue;
      Ref key = Ref::Own(Make(entry.key, 0));
      Ref item = key ? Ref::Own(Make(entry.value, 0)) : Ref();
      if (!item || PyDict_SetItem(object, key.get(), item.get()) < 0) return false;
    }
    return true;
  }

  Heap& heap_;
  // Borrowed: each is in the root, or in what is.
  std::unordered_map<const void*, PyObject*> made_;
  std::vector<Value> open_;
};

class Taker {
 public:
  explicit Taker(Heap& heap) : heap_(heap) {}

  bool Take(PyObject* object, uint32_t depth, Value& value) {
    if (object == Py_None) return Give(Value::None(), value);
    if (PyBool_Check(object)) return Give(Value::Bool(object == Py_True), value);
    if (PyLong_CheckExact(object)) return TakeInt(object, value);
    if (PyFloat_CheckExact(object)) return Give(Value::Float(PyFloat_AS_DOUBLE(object)), value);
    if (PyUnicode_CheckExact(object)) return TakeStr(object, value);
    if (PyBytes_CheckExact(object)) {
      const Value copy =
          heap_.NewStr({PyBytes_AS_STRING(object), static_cast<size_t>(PyBytes_GET_SIZE(object))});
      return Give(Value::Bytes(copy.bytes()), value);
    }
    if (Py_IS_TYPE(object, &PyRange_Type)) return TakeRange(object, value);
    return TakeContainer(object, depth, value);
  }

 private:
  static bool Give(Value given, Value& value) {
    value = given;
    return true;
  }

  bool TakeInt(PyObject* object, Value& value) {
    int overflow = 0;
    const long long integer = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return Give(Value::Int(integer), value);
    Ref digits = Ref::Own(PyObject_Str(object));
    if (!digits || PyUnicode_GET_LENGTH(digits.get()) >
                       static_cast<Py_ssize_t>(value::JsonReader::kLongestInt)) {
      return false;
    }
    return Give(heap_.NewInt(PyUnicode_AsUTF8(digits.get())), value);
  }

  bool TakeStr(PyObject* object, Value& value) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(object, &size);
    if (text == nullptr) return false;
    return Give(heap_.NewStr({text, static_cast<size_t>(size)}), value);
  }

  static bool TakeAttribute(PyObject* object, const char* name, int64_t& number) {
    Ref attribute = Ref::Own(PyObject_GetAttrString(object, name));
    if (!attribute) return false;
    number = PyLong_AsLongLong(attribute.get());
    return number != -1 || PyErr_Occurred() == nullptr;
  }

  bool TakeRange(PyObject* object, Value& value) {
    value::Range range;
    range.size = PyObject_Size(object);
    if (range.size < 0 || !TakeAttribute(object, "start", range.start) ||
        !TakeAttribute(object, "stop", range.stop) || !TakeAttribute(object, "step", range.step)) {
      return false;
    }
    return Give(heap_.NewRange(range.start, range.stop, range.step, range.size), value);
  }

  bool TakeContainer(PyObject* object, uint32_t depth, Value& value) {
    if (depth == Heap::kDeepest) return false;
    if (PyTuple_CheckExact(object)) return TakeTuple(object, depth, value);
    const auto [seen, first] = taken_.try_emplace(object, Value::Unbound());
    if (!first) return !seen->second.Is(Tag::kUnbound) && Give(seen->second, value);
    bool taken = false;
    if (PyList_CheckExact(object)) {
      taken = TakeList(object, depth, value);
    } else if (PyDict_CheckExact(object)) {
      taken = TakeDict(object, depth, value);
    } else if (PyAnySet_CheckExact(object)) {
      taken = TakeSet(object, depth, value);
    }
    // Until now, it is being taken: who meets it goes round in a circle.
    taken_[object] = value;
    return taken;
  }

  bool TakeTuple(PyObject* object, uint32_t depth, Value& value) {
    const std::span<Value> items = heap_.NewItems(static_cast<size_t>(PyTuple_GET_SIZE(object)));
    for (size_t i = 0; i < items.size(); ++i) {
      PyObject* item = PyTuple_GET_ITEM(object, static_cast<Py_ssize_t>(i));
      if (!Take(item, depth + 1, items[i])) return false;
    }
    return Give(Value::Tuple(items.data(), items.size()), value);
  }

  bool TakeList(PyObject* object, uint32_t depth, Value& value) {
    const auto size = static_cast<size_t>(PyList_GET_SIZE(object));
    value::List* list = heap_.NewList(size);
    for (size_t i = 0; i < size; ++i) {
      Value item;
      if (!Take(PyList_GET_ITEM(object, static_cast<Py_ssize_t>(i)), depth + 1, item)) return false;
      heap_.Append(*list, item);
    }
    return Give(Value::Of(list), value);
  }

  bool TakeDict(PyObject* object, uint32_t depth, Value& value) {
    value::Dict* dict = heap_.NewDict(static_cast<size_t>(PyDict_GET_SIZE(object)));
    PyObject *key = nullptr, *item = nullptr;
    Py_ssize_t position = 0;
    while (PyDict_Next(object, &position, &key, &item) != 0) {
      Value taken_key, taken_item;
      if (!Take(key, depth + 1, taken_key) || !Take(item, depth + 1, taken_item)) return false;
      if (Put(heap_, *dict, taken_key, taken_item) != Status::kOk) return false;
    }
    return Give(Value::Of(dict), value);
  }

  bool TakeSet(PyObject* object, uint32_t depth, Value& value) {
    value::Set* set = heap_.NewSet(static_cast<size_t>(PySet_GET_SIZE(object)));
    set->immutable = PyFrozenSet_CheckExact(object);
    Ref iterator = Ref::Own(PyObject_GetIter(object));
    if (!iterator) return false;
    while (Ref item = Ref::Own(PyIter_Next(iterator.get()))) {
      Value taken;
      if (!Take(item.get(), depth + 1, taken)) return false;
      if (Add(heap_, *set, taken) != Status::kOk) return false;
    }
    return Give(Value::Of(set), value);
  }

  Heap& heap_;
  std::unordered_map<PyObject*, Value> taken_;
};

}  // namespace

bool CompensatesSums() {
  constexpr unsigned long kFirst = 0x030C0000;
  return Py_Version >= kFirst;
}

PyObject* ToObject(Heap& heap, Value value) {
  return Maker(heap).MakeAll(value);
}

bool FromObject(Heap& heap, PyObject* object, Value& value) {
  const bool taken = Taker(heap).Take(object, 0, value);
  if (!taken) PyErr_Clear();
  return taken;
}

}  // namespace kaspr::python
