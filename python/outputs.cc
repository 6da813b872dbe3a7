#include "python/outputs.h"

#include <Python.h>
#include <fmt/format.h>

#include <limits>

#include "base/render.h"
#include "value/kafka.h"

namespace kaspr::python {

namespace {

// The headers of a record; `owners` keeps the bytes that they show.
struct HeaderList {
  std::vector<value::Header> headers;
  std::vector<Ref> owners;

  bool Add(PyObject* name, PyObject* value) {
    if (!PyUnicode_Check(name)) {
      PyErr_Format(PyExc_TypeError, "the name of a header is a str, not '%s'",
                   Py_TYPE(name)->tp_name);
      return false;
    }
    value::Header header;
    if (!View(name, header.name)) return false;
    if (value != Py_None) {
      if (!PyUnicode_Check(value) && !PyBytes_Check(value)) {
        PyErr_Format(PyExc_TypeError, "the value of header '%U' is bytes, str or None, not '%s'",
                     name, Py_TYPE(value)->tp_name);
        return false;
      }
      if (!View(value, header.value.emplace())) return false;
    }
    headers.push_back(header);
    return true;
  }

  bool View(PyObject* object, std::string_view& bytes) {
    const char* data = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_Check(object)) {
      data = PyBytes_AS_STRING(object);
      size = PyBytes_GET_SIZE(object);
    } else {
      data = PyUnicode_AsUTF8AndSize(object, &size);
    }
    if (data == nullptr) return false;
    bytes = {data, static_cast<size_t>(size)};
    owners.push_back(Ref::Share(object));
    return true;
  }
};

bool ReadPairs(PyObject* sequence, HeaderList& list) {
  Ref pairs = Ref::Own(PySequence_List(sequence));
  if (!pairs) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(pairs.get()); ++i) {
    PyObject* item = PyList_GET_ITEM(pairs.get(), i);
    const bool sized = PyTuple_Check(item) || PyList_Check(item);
    if (!sized || PySequence_Size(item) != 2) {
      PyErr_SetString(PyExc_TypeError, "headers are a dict or a list of (name, value)");
      return false;
    }
    Ref name = Ref::Own(PySequence_GetItem(item, 0));
    Ref value = Ref::Own(PySequence_GetItem(item, 1));
    if (!name || !value || !list.Add(name.get(), value.get())) return false;
  }
  return true;
}

bool ReadHeaders(PyObject* chosen, HeaderList& list) {
  if (chosen == Py_None) return true;
  if (PyList_Check(chosen) || PyTuple_Check(chosen)) return ReadPairs(chosen, list);
  if (PyUnicode_Check(chosen) || PyBytes_Check(chosen) || !PyMapping_Check(chosen)) {
    PyErr_Format(PyExc_TypeError, "headers are a dict or a list of (name, value), not '%s'",
                 Py_TYPE(chosen)->tp_name);
    return false;
  }
  Ref items = Ref::Own(PyMapping_Items(chosen));
  return items && ReadPairs(items.get(), list);
}

size_t SizeOf(const value::Send& send) {
  size_t size = (send.key ? send.key->size() : 0) + (send.value ? send.value->size() : 0);
  for (const value::Header& header : send.headers) {
    size += header.name.size() + (header.value ? header.value->size() : 0);
  }
  return size;
}

Activity EncodeActivity(const char* part, ir::Serializer serializer, const std::string& topic,
                        Span place) {
  std::string note;
  if (serializer != ir::Serializer::kJson) {
    note = fmt::format("'{}Serializer: json' writes any {} that JSON can carry", part, part);
  }
  return {.code = Code::kEncodeFailed,
          .failed = fmt::format("the {} for '{}' cannot be written as {}", part, topic,
                                ir::SerializerName(serializer)),
          .where = fmt::format("in the {} for '{}'", part, topic),
          .place = place,
          .note = std::move(note)};
}

}  // namespace

Outputs::Outputs(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
                 const InitScope& scope)
    : state_(state), app_(app) {
  for (const ir::Node& node : agent.nodes) {
    const auto* spec = std::get_if<ir::Output>(&node.op);
    if (spec != nullptr) outputs_.push_back(MakeOutput(agent, node, *spec, scope));
  }
}

Outputs::Output Outputs::MakeOutput(const ir::Agent& agent, const ir::Node& node,
                                    const ir::Output& spec, const InitScope& scope) {
  auto block = [&](const std::optional<ir::FnId>& id) {
    return id ? std::make_unique<Block>(state_, agent, agent.function(*id), scope) : nullptr;
  };
  const ir::Output::Selectors& selectors = spec.selectors;
  return {.spec = &spec,
          .predicate = block(selectors.predicate),
          .key = block(selectors.key),
          .value = block(selectors.value),
          .partition = block(selectors.partition),
          .headers = block(selectors.headers),
          .encode_key = EncodeActivity("key", spec.key, spec.topic, node.place.span),
          .encode_value = EncodeActivity("value", spec.value, spec.topic, node.place.span),
          .send = {.code = Code::kSendRefused,
                   .failed = fmt::format("a record for '{}' cannot be sent", spec.topic),
                   .where = fmt::format("in the record for '{}'", spec.topic),
                   .place = node.place.span,
                   .note = ""}};
}

bool Outputs::Send(PyObject* value, CurrentEvent& event, Staging& staging,
                   const Activity*& activity) {
  for (uint32_t i = 0; i < outputs_.size(); ++i) {
    if (!SendTo(i, value, event, staging, activity)) return false;
  }
  return true;
}

bool Outputs::SendTo(uint32_t index, PyObject* value, CurrentEvent& event, Staging& staging,
                     const Activity*& activity) {
  const Output& output = outputs_[index];
  auto call = [&](const std::unique_ptr<Block>& block, Ref& result) {
    if (block == nullptr) return true;
    activity = &block->activity();
    result = block->Call(value, event);
    return static_cast<bool>(result);
  };
  if (Ref holds; output.predicate != nullptr) {
    if (!call(output.predicate, holds)) return false;
    const int truth = PyObject_IsTrue(holds.get());
    if (truth <= 0) return truth == 0;
  }
  value::Send send{.output = index, .key = {}, .value = {}, .headers = {}};
  Ref key, body = Ref::Share(value), partition, headers;
  HeaderList list;
  if (!call(output.key, key) || !call(output.value, body) || !call(output.partition, partition) ||
      (partition && !ReadPartition(partition.get(), output.spec->topic, send.partition)) ||
      !call(output.headers, headers) || (headers && !ReadHeaders(headers.get(), list))) {
    return false;
  }
  send.headers = list.headers;
  Encoded key_bytes, value_bytes;
  if (key && key.get() != Py_None) {
    activity = &output.encode_key;
    if (!state_.codec->Encode(output.spec->key, key.get(), key_bytes)) return false;
  }
  activity = &output.encode_value;
  if (!state_.codec->Encode(output.spec->value, body.get(), value_bytes)) return false;
  send.key = key_bytes.bytes;
  send.value = value_bytes.bytes;
  activity = &output.send;
  return Stage(send, staging);
}

bool Outputs::ReadPartition(PyObject* chosen, const std::string& topic, int32_t& partition) const {
  if (chosen == Py_None) return true;
  if (!PyLong_Check(chosen)) {
    PyErr_Format(PyExc_TypeError, "a partition is an int or None, not '%s'",
                 Py_TYPE(chosen)->tp_name);
    return false;
  }
  const int32_t count = app_.partition_count(topic);
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(chosen, &overflow);
  if (overflow != 0 || number < 0 || number > std::numeric_limits<int32_t>::max() ||
      (count > 0 && number >= count)) {
    PyErr_Format(PyExc_ValueError, "there is no partition %R of '%s'%s", chosen, topic.c_str(),
                 count > 0 ? fmt::format(", which has {}", count).c_str() : "");
    return false;
  }
  partition = static_cast<int32_t>(number);
  return true;
}

bool Outputs::Stage(const value::Send& send, Staging& staging) {
  const size_t size = SizeOf(send);
  if (staging.sends >= ir::Emitter::kMaxStagedSends ||
      (staging.sends > 0 && staging.bytes + size > ir::Emitter::kMaxStagedBytes)) {
    PyThreadState* thread = PyEval_SaveThread();  // it may take long
    staging.stopped = !staging.emitter.Flush(staging.batch);
    PyEval_RestoreThread(thread);
    if (staging.stopped) return false;
    staging.first = staging.sends = staging.bytes = 0;
  }
  const std::optional<value::SendError> error = staging.batch.Stage(send);
  if (!error) {
    ++staging.sends;
    staging.bytes += size;
    return true;
  }
  switch (*error) {
    case value::SendError::kTooLarge: {
      Ref type =
          Ref::Own(PyObject_GetAttrString(state_.lane_module.get(), "MessageSizeTooLargeError"));
      PyErr_SetString(type.get(), fmt::format("it has {} bytes, a topic takes {}", Grouped(size),
                                              Grouped(value::kMaxRecordBytes))
                                      .c_str());
      break;
    }
    case value::SendError::kNoKeyNoValue:
      PyErr_SetString(PyExc_ValueError, std::string(value::Describe(*error)).c_str());
      break;
  }
  return false;
}

}  // namespace kaspr::python
