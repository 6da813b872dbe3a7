#include "python/object_reader.h"

#include <Python.h>

#include <cstring>

#include "base/check.h"
#include "value/bytes.h"

namespace kaspr::python {

using value::Document, value::Node, value::NodeKind;

namespace {

Py_ssize_t SizeOf(std::string_view text) {
  return static_cast<Py_ssize_t>(text.size());
}

PyObject* MakeAscii(std::string_view text) {
  // CPython has one object for each of these.
  if (text.size() == 1) return PyUnicode_FromOrdinal(text[0]);
  PyObject* string = PyUnicode_New(SizeOf(text), 127);
  if (string != nullptr) std::memcpy(PyUnicode_1BYTE_DATA(string), text.data(), text.size());
  return string;
}

// A dict that need not grow until it holds `count` items.
PyObject* MakeDict([[maybe_unused]] Py_ssize_t count) {
#if PY_VERSION_HEX < 0x030D0000  // later ones keep this to themselves
  return _PyDict_NewPresized(count);
#else
  return PyDict_New();
#endif
}

}  // namespace

PyObject* KeyCache::Find(std::string_view text, uint32_t hash) {
  const auto holds = [text](const Entry& entry) {
    return entry.key && value::EqualBytes(entry.text, text);
  };
  Entry& first = entries_[hash % kKeys];
  if (holds(first)) return first.key.get();
  Entry& second = entries_[(hash ^ 1) % kKeys];
  if (holds(second)) return second.key.get();
  Ref key = Ref::Own(PyUnicode_DecodeUTF8(text.data(), SizeOf(text), "strict"));
  if (!key || PyObject_Hash(key.get()) == -1) return nullptr;
  if (text.size() > kLongest) {
    long_key_ = std::move(key);
    return long_key_.get();
  }
  PyObject* interned = key.Release();
  PyUnicode_InternInPlace(&interned);
  key = Ref::Own(interned);
  Py_ssize_t size = 0;
  const char* utf8 = PyUnicode_AsUTF8AndSize(interned, &size);
  if (utf8 == nullptr) return nullptr;
  second = std::move(first);
  first = {.text = {utf8, static_cast<size_t>(size)}, .key = std::move(key)};
  return first.key.get();
}

// Containers are put into theirs while still empty, so only the outermost one is owned here.
PyObject* ObjectReader::ReadAt(const Document& document, uint32_t index) {
  if (!document.nodes[index].IsContainer()) return Make(document, document.nodes[index]);
  open_.clear();
  Ref root = Ref::Own(Make(document, document.nodes[index]));
  if (!root) return nullptr;
  const auto open = [&](PyObject* container, const Node& node) {
    const bool list = node.kind == NodeKind::kList;
    if (!node.IsContainer()) return;
    open_.push_back({.container = container, .end = node.next, .items = list ? 0 : -1});
  };
  open(root.get(), document.nodes[index]);
  for (uint32_t i = index + 1; !open_.empty();) {
    Open& into = open_.back();
    if (i == into.end) {
      open_.pop_back();
      continue;
    }
    const Node* node = &document.nodes[i++];
    if (into.items >= 0) {
      PyObject* item = Make(document, *node);
      if (item == nullptr) return nullptr;
      PyList_SET_ITEM(into.container, into.items++, item);
      open(item, *node);
      continue;
    }
    PyObject* key = keys_.Find(value::StringText(document, *node, text_), node->count);
    if (key == nullptr) return nullptr;
    node = &document.nodes[i++];
    Ref item = Ref::Own(Make(document, *node));
    if (!item || PyDict_SetItem(into.container, key, item.get()) < 0) return nullptr;
    open(item.get(), *node);
  }
  return root.Release();
}

// No key of a document comes twice, so it is done when it has found them all. What is wanted is
// bounded in its depth.
PyObject* ObjectReader::ReadWanted(const Document& document, uint32_t index, const Wanted& wanted) {
  const Node& dict = document.nodes[index];
  if (dict.kind != NodeKind::kDict) return ReadAt(document, index);
  size_t missing = wanted.keys().size();
  Ref made = Ref::Own(MakeDict(static_cast<Py_ssize_t>(missing)));
  const Node* const nodes = document.nodes.data();
  for (uint32_t i = index + 1; made && missing > 0 && i < dict.next; i = value::NextKey(nodes, i)) {
    const Node& node = nodes[i];
    if (!wanted.MayHave(node.count)) continue;
    const Wanted::Key* key = wanted.Find(value::StringText(document, node, text_), node.count);
    if (key == nullptr) continue;
    const Ref item =
        Ref::Own(key->inside ? ReadWanted(document, i + 1, *key->inside) : ReadAt(document, i + 1));
    if (!item || PyDict_SetItem(made.get(), key->object.get(), item.get()) < 0) return nullptr;
    --missing;
  }
  return made.Release();
}

PyObject* ObjectReader::Make(const Document& document, const Node& node) {
  switch (node.kind) {
    case NodeKind::kNull:
      return Py_NewRef(Py_None);
    case NodeKind::kFalse:
      return Py_NewRef(Py_False);
    case NodeKind::kTrue:
      return Py_NewRef(Py_True);
    case NodeKind::kInt:
      return MakeInt(document, node);
    case NodeKind::kFloat:
      return PyFloat_FromDouble(node.Float());
    case NodeKind::kString:
      return MakeString(document, node);
    case NodeKind::kList:
      return PyList_New(static_cast<Py_ssize_t>(value::CountItems(document, node)));
    case NodeKind::kDict:
      return MakeDict(static_cast<Py_ssize_t>(value::CountItems(document, node)));
  }
  KASPR_UNREACHABLE("node kind");
}

PyObject* ObjectReader::MakeString(const Document& document, const Node& node) {
  const std::string_view text = value::StringText(document, node, text_);
  if (node.Is(Node::kAscii)) return MakeAscii(text);
  return PyUnicode_DecodeUTF8(text.data(), SizeOf(text), "strict");
}

PyObject* ObjectReader::MakeInt(const Document& document, const Node& node) {
  if (node.Is(Node::kShort)) return PyLong_FromLongLong(node.Int());
  text_ = document.Text(node);
  return PyLong_FromString(text_.c_str(), nullptr, 10);
}

}  // namespace kaspr::python
