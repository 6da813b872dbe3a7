#include "python/event.h"

#include <Python.h>

namespace kaspr::python {

namespace {

Ref BytesOrNone(std::optional<std::string_view> bytes) {
  if (!bytes) return Ref::Share(Py_None);
  return Ref::Own(PyBytes_FromStringAndSize(bytes->data(), static_cast<Py_ssize_t>(bytes->size())));
}

Ref TextOf(std::string_view text) {
  return Ref::Own(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape"));
}

Ref HeaderList(std::span<const value::Header> headers) {
  Ref list = Ref::Own(PyList_New(0));
  for (const value::Header& header : headers) {
    Ref name = TextOf(header.name);
    Ref value = BytesOrNone(header.value);
    if (!list || !name || !value) return {};
    Ref pair = Ref::Own(PyTuple_Pack(2, name.get(), value.get()));
    if (!pair || PyList_Append(list.get(), pair.get()) < 0) return {};
  }
  return list;
}

}  // namespace

Ref CurrentEvent::NewContext() {
  if (!object_) object_ = MakeEvent();
  if (!object_) return {};
  Ref context = Ref::Own(PyDict_New());
  if (!context || PyDict_SetItemString(context.get(), "app", app_.get()) < 0 ||
      PyDict_SetItemString(context.get(), "event", object_.get()) < 0) {
    return {};
  }
  return context;
}

Ref CurrentEvent::MakeEvent() {
  if (!key_) key_ = BytesOrNone(event_.message.key);
  Ref message = MakeMessage();
  Ref type = Ref::Own(PyObject_GetAttrString(state_.context_module.get(), "Event"));
  if (!key_ || !message || !type) return {};
  PyObject* arguments[] = {key_.get(), value_ ? value_.get() : Py_None, message.get(), app_.get()};
  return Ref::Own(PyObject_Vectorcall(type.get(), arguments, 4, nullptr));
}

Ref CurrentEvent::MakeMessage() {
  const value::Message& message = event_.message;
  Ref type = Ref::Own(PyObject_GetAttrString(state_.context_module.get(), "Message"));
  Ref topic = TextOf(batch_.topic);
  Ref partition = Ref::Own(PyLong_FromLong(batch_.partition));
  Ref offset = Ref::Own(PyLong_FromLongLong(message.offset));
  Ref timestamp = Ref::Own(PyLong_FromLongLong(message.timestamp));
  Ref headers = HeaderList(message.headers);
  Ref key = BytesOrNone(message.key);
  Ref value = BytesOrNone(message.value);
  if (!type || !topic || !partition || !offset || !timestamp || !headers || !key || !value) {
    return {};
  }
  PyObject* arguments[] = {topic.get(),   partition.get(), offset.get(), timestamp.get(),
                           headers.get(), key.get(),       value.get()};
  return Ref::Own(PyObject_Vectorcall(type.get(), arguments, 7, nullptr));
}

}  // namespace kaspr::python
