#include "python/event.h"

#include <Python.h>

#include "base/check.h"

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

bool CurrentEvent::MakeWhole() {
  Reading& reading = events_.front();
  if (!reading.thin) return true;
  reading.value = driver_.state().codec->Decode(*reading.event->document);
  reading.thin = false;
  return static_cast<bool>(reading.value);
}

Ref CurrentEvent::NewContext() {
  if (!object_ && list_) {
    object_ = Ref::Own(PyList_New(0));
    for (Reading& reading : events_) {
      const Ref event = object_ ? MakeEvent(reading) : Ref();
      if (!event || PyList_Append(object_.get(), event.get()) < 0) object_ = {};
    }
  } else if (!object_) {
    object_ = MakeEvent(events_.front());
  }
  if (!object_) return {};
  Ref context = Ref::Own(PyDict_New());
  if (!context || PyDict_SetItemString(context.get(), "app", app_.get()) < 0 ||
      PyDict_SetItemString(context.get(), "event", object_.get()) < 0) {
    return {};
  }
  return context;
}

std::vector<value::Origin> CurrentEvent::Origins() const {
  std::vector<value::Origin> origins;
  for (const Reading& reading : events_) {
    const auto& behind = reading.event->origins;
    if (behind.empty()) {
      const value::Batch& batch = reading.work->batch();
      origins.push_back({batch.topic, batch.partition, &reading.event->message});
    } else {
      origins.insert(origins.end(), behind.begin(), behind.end());
    }
  }
  return origins;
}

Ref CurrentEvent::MakeEvent(Reading& reading) {
  KASPR_CHECK(!reading.thin, "a thin value that somebody may look at");
  if (!reading.key) reading.key = BytesOrNone(reading.event->message.key);
  Ref message = MakeMessage(reading);
  Ref type = Ref::Own(PyObject_GetAttrString(driver_.state().context_module.get(), "Event"));
  if (!reading.key || !message || !type) return {};
  PyObject* arguments[] = {reading.key.get(), reading.value ? reading.value.get() : Py_None,
                           message.get(), app_.get()};
  return Ref::Own(PyObject_Vectorcall(type.get(), arguments, 4, nullptr));
}

Ref CurrentEvent::MakeMessage(const Reading& reading) {
  const value::Message& message = reading.event->message;
  const value::Batch& batch = reading.work->batch();
  const bool channel = !reading.event->origins.empty();
  Ref type = Ref::Own(PyObject_GetAttrString(driver_.state().context_module.get(), "Message"));
  Ref topic = channel ? Ref::Share(Py_None) : TextOf(batch.topic);
  Ref partition = Ref::Own(PyLong_FromLong(batch.partition));
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
