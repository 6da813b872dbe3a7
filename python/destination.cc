#include "python/destination.h"

#include <Python.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "python/headers.h"
#include "value/kafka.h"

namespace kaspr::python {

namespace {

// "'priced'", as it stands in messages.
std::string Named(const ir::Destination& spec) {
  return spec.selectors.name ? "the chosen topic" : fmt::format("'{}'", spec.topic);
}

Activity EncodeActivity(const char* part, ir::Serializer serializer, const std::string& topic,
                        const std::string& operation, Span place) {
  std::string note;
  if (serializer != ir::Serializer::kJson) {
    note = fmt::format("'{}Serializer: json' writes any {} that JSON can carry", part, part);
  }
  return {.code = Code::kEncodeFailed,
          .failed = fmt::format("the {} for {} cannot be written as {}", part, topic,
                                ir::SerializerName(serializer)),
          .where = fmt::format("in the {} for {}", part, topic),
          .operation = operation,
          .place = place,
          .note = std::move(note)};
}

Activity SendActivity(const std::string& topic, const std::string& operation, Span place) {
  return {.code = Code::kSendRefused,
          .failed = fmt::format("a record for {} cannot be sent", topic),
          .where = fmt::format("in the record for {}", topic),
          .operation = operation,
          .place = place,
          .note = ""};
}

uint32_t IndexOf(const ir::Agent& agent, const ir::Destination& spec) {
  const std::vector<ir::Target> all = ir::TargetsOf(agent);
  const auto found = std::find_if(all.begin(), all.end(), [&](const ir::Target& target) {
    return target.destination == &spec;
  });
  return static_cast<uint32_t>(found - all.begin());
}

// What `await producer.send_and_wait(...)` gives in the reference, as a dict.
Ref MakeReport(const Interpreter::State& state, std::string_view topic,
               const value::DeliveryReport& report) {
  return Ref::Own(PyObject_CallMethod(
      state.context_module.get(), "delivery_report", "siLLL", std::string(topic).c_str(),
      static_cast<int>(report.partition), static_cast<long long>(report.offset),
      static_cast<long long>(report.timestamp), static_cast<long long>(report.log_start_offset)));
}

}  // namespace

// A record in the making, and the Python objects that keep its bytes.
struct Destination::Record {
  value::Send send;
  std::string_view topic;
  Ref name, key, value;
  HeaderList headers;
  Encoded key_bytes, value_bytes;
};

Destination::Destination(Interpreter::State& state, const ir::Agent& agent,
                         const ir::Destination& spec, Place place, const std::string& operation,
                         const ir::AppContext& app, const InitScope& scope)
    : state_(state),
      app_(app),
      spec_(spec),
      index_(IndexOf(agent, spec)),
      encode_key_(EncodeActivity("key", spec.key, Named(spec), operation, place.span)),
      encode_value_(EncodeActivity("value", spec.value, Named(spec), operation, place.span)),
      send_(SendActivity(Named(spec), operation, place.span)) {
  const auto block = [&](const std::optional<ir::FnId>& id) {
    return id ? std::make_unique<Block>(state, agent, agent.function(*id), scope, operation)
              : nullptr;
  };
  predicate_ = block(spec.selectors.predicate);
  name_ = block(spec.selectors.name);
  key_ = block(spec.selectors.key);
  value_ = block(spec.selectors.value);
  partition_ = block(spec.selectors.partition);
  headers_ = block(spec.selectors.headers);
  selects_ = name_ || key_ || value_ || partition_ || headers_;
  max_record_bytes_ = spec.topic.empty() ? 0 : app.max_record_bytes(spec.topic);
}

bool Destination::SeesContext() const {
  const Block* blocks[] = {predicate_.get(), name_.get(),      key_.get(),
                           value_.get(),     partition_.get(), headers_.get()};
  return std::ranges::any_of(
      blocks, [](const Block* block) { return block != nullptr && block->sees_context(); });
}

Task<bool> Destination::Send(PyObject* value, CurrentEvent& event, Staging& staging,
                             const Activity*& activity, Sent& sent) {
  if (predicate_ != nullptr) {
    activity = &predicate_->activity();
    const Ref holds = co_await predicate_->Call(value, event);
    const int truth = holds ? PyObject_IsTrue(holds.get()) : -1;
    if (truth <= 0) co_return truth == 0;
  }
  Record record;
  record.send.output = index_;
  record.topic = spec_.topic;
  record.value = Ref::Share(value);
  if (selects_) {
    const bool selected = co_await Select(value, event, activity, record);
    if (!selected) co_return false;
  }
  if (!Encode(activity, record)) co_return false;
  sent.sent = true;
  activity = &send_;
  const size_t most = name_ == nullptr ? max_record_bytes_ : app_.max_record_bytes(record.topic);
  if (!spec_.ack) {
    if (staging.Full(value::SizeOf(record.send))) {
      const bool flushed = co_await staging.Flush();
      if (!flushed) co_return false;
    }
    co_return staging.Add(record.send, most);
  }
  value::DeliveryReport report;
  const bool delivered = co_await staging.Deliver(record.send, most, report);
  if (!delivered) co_return false;
  sent.report = MakeReport(state_, record.topic, report);
  co_return static_cast<bool>(sent.report);
}

Task<bool> Destination::Select(PyObject* value, CurrentEvent& event, const Activity*& activity,
                               Record& record) {
  if (name_ != nullptr) {
    activity = &name_->activity();
    record.name = co_await name_->Call(value, event);
    if (!record.name || !ReadName(record.name.get(), record)) co_return false;
  }
  if (key_ != nullptr) {
    activity = &key_->activity();
    record.key = co_await key_->Call(value, event);
    if (!record.key) co_return false;
  }
  if (value_ != nullptr) {
    activity = &value_->activity();
    record.value = co_await value_->Call(value, event);
    if (!record.value) co_return false;
  }
  if (partition_ != nullptr) {
    activity = &partition_->activity();
    const Ref partition = co_await partition_->Call(value, event);
    if (!partition || !ReadPartition(partition.get(), record)) co_return false;
  }
  if (headers_ != nullptr) {
    activity = &headers_->activity();
    const Ref headers = co_await headers_->Call(value, event);
    if (!headers || !record.headers.Read(headers.get())) co_return false;
  }
  co_return true;
}

bool Destination::Encode(const Activity*& activity, Record& record) const {
  if (record.key && record.key.get() != Py_None) {
    activity = &encode_key_;
    if (!state_.codec->Encode(spec_.key, record.key.get(), record.key_bytes)) return false;
  }
  activity = &encode_value_;
  if (!state_.codec->Encode(spec_.value, record.value.get(), record.value_bytes)) return false;
  record.send.key = record.key_bytes.bytes;
  record.send.value = record.value_bytes.bytes;
  record.send.headers = record.headers.headers();
  if (name_ != nullptr) record.send.topic = record.topic;
  return true;
}

bool Destination::ReadName(PyObject* chosen, Record& record) const {
  const int truth = PyObject_IsTrue(chosen);
  if (truth < 0) return false;
  if (truth == 0 || !PyUnicode_Check(chosen)) {
    PyErr_Format(PyExc_ValueError, "the name of a topic is a str that is not empty, not %R",
                 chosen);
    return false;
  }
  Py_ssize_t size = 0;
  const char* name = PyUnicode_AsUTF8AndSize(chosen, &size);
  if (name == nullptr) return false;
  record.topic = {name, static_cast<size_t>(size)};
  const std::optional<std::string> objection = value::CheckTopicName(record.topic);
  if (!objection) return true;
  PyErr_Format(PyExc_ValueError, "a topic cannot be named %R: %s", chosen, objection->c_str());
  return false;
}

bool Destination::ReadPartition(PyObject* chosen, Record& record) const {
  if (chosen == Py_None) return true;
  if (!PyLong_Check(chosen)) {
    PyErr_Format(PyExc_TypeError, "a partition is an int or None, not '%s'",
                 Py_TYPE(chosen)->tp_name);
    return false;
  }
  const int32_t count = app_.partition_count(record.topic);
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(chosen, &overflow);
  if (overflow != 0 || number < 0 || number > std::numeric_limits<int32_t>::max() ||
      (count > 0 && number >= count)) {
    const std::string rest =
        fmt::format("'{}'{}", record.topic, count > 0 ? fmt::format(", which has {}", count) : "");
    PyErr_Format(PyExc_ValueError, "there is no partition %R of %s", chosen, rest.c_str());
    return false;
  }
  record.send.partition = static_cast<int32_t>(number);
  return true;
}

}  // namespace kaspr::python
