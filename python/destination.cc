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
  const auto select = [&](const std::optional<ir::FnId>& id, auto take) {
    if (id) selectors_.push_back({.take = take, .block = block(id)});
  };
  predicate_ = block(spec.selectors.predicate);
  select(spec.selectors.name, &Destination::TakeName);
  select(spec.selectors.key, &Destination::TakeKey);
  select(spec.selectors.value, &Destination::TakeValue);
  select(spec.selectors.partition, &Destination::TakePartition);
  select(spec.selectors.headers, &Destination::TakeHeaders);
  max_record_bytes_ = spec.topic.empty() ? 0 : app.max_record_bytes(spec.topic);
}

bool Destination::SeesContext() const {
  return (predicate_ && predicate_->sees_context()) ||
         std::ranges::any_of(
             selectors_, [](const Selector& selector) { return selector.block->sees_context(); });
}

void Destination::ForEachBlock(const std::function<void(const Block&)>& visit) const {
  if (predicate_) visit(*predicate_);
  for (const Selector& selector : selectors_) visit(*selector.block);
}

Task<bool> Destination::Send(const Sending& sending) {
  if (predicate_ == nullptr) return SendRecord(sending);
  sending.activity = &predicate_->activity();
  Block::Calling calling = predicate_->Call(sending.value, sending.event);
  if (!calling.await_ready()) return AwaitPredicate(std::move(calling), sending);
  const Ref holds = calling.await_resume();
  const int truth = holds ? PyObject_IsTrue(holds.get()) : -1;
  return truth > 0 ? SendRecord(sending) : Task<bool>::Done(truth == 0);
}

Task<bool> Destination::AwaitPredicate(Block::Calling calling, Sending sending) {
  const Ref holds = co_await calling;
  const int truth = holds ? PyObject_IsTrue(holds.get()) : -1;
  if (truth <= 0) co_return truth == 0;
  const bool done = co_await SendRecord(sending);
  co_return done;
}

Task<bool> Destination::SendRecord(const Sending& sending) {
  Record record;
  record.send.output = index_;
  record.topic = spec_.topic;
  record.value = Ref::Share(sending.value);
  return Select(0, record, sending);
}

Task<bool> Destination::Select(size_t index, Record& record, const Sending& sending) {
  for (; index < selectors_.size(); ++index) {
    const Selector& selector = selectors_[index];
    sending.activity = &selector.block->activity();
    Block::Calling calling = selector.block->Call(sending.value, sending.event);
    if (!calling.await_ready()) {
      return AwaitSelector(index, std::move(calling), std::move(record), sending);
    }
    Ref chosen = calling.await_resume();
    if (!chosen || !(this->*selector.take)(record, std::move(chosen))) {
      return Task<bool>::Done(false);
    }
  }
  return Finish(record, sending);
}

Task<bool> Destination::AwaitSelector(size_t index, Block::Calling calling, Record record,
                                      Sending sending) {
  Ref chosen = co_await calling;
  if (!chosen || !(this->*selectors_[index].take)(record, std::move(chosen))) co_return false;
  const bool done = co_await Select(index + 1, record, sending);
  co_return done;
}

Task<bool> Destination::Finish(Record& record, const Sending& sending) {
  if (!Encode(sending.activity, record)) return Task<bool>::Done(false);
  if (sending.sent != nullptr) sending.sent->sent = true;
  sending.activity = &send_;
  const size_t most = spec_.topic.empty() ? app_.max_record_bytes(record.topic) : max_record_bytes_;
  if (spec_.ack || sending.staging.Full(value::SizeOf(record.send))) {
    return AwaitDelivery(std::move(record), most, sending);
  }
  return Task<bool>::Done(sending.staging.Add(record.send, most));
}

// Of the record, if it is acknowledged, else of what has to make room for it.
Task<bool> Destination::AwaitDelivery(Record record, size_t most, Sending sending) {
  if (!spec_.ack) {
    const bool flushed = co_await sending.staging.Flush();
    co_return flushed&& sending.staging.Add(record.send, most);
  }
  value::DeliveryReport report;
  const bool delivered = co_await sending.staging.Deliver(record.send, most, report);
  if (!delivered || sending.sent == nullptr) co_return delivered;
  sending.sent->report = MakeReport(state_, record.topic, report);
  co_return static_cast<bool>(sending.sent->report);
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
  if (record.name) record.send.topic = record.topic;
  return true;
}

bool Destination::TakeKey(Record& record, Ref chosen) const {
  record.key = std::move(chosen);
  return true;
}

bool Destination::TakeValue(Record& record, Ref chosen) const {
  record.value = std::move(chosen);
  return true;
}

bool Destination::TakeHeaders(Record& record, Ref chosen) const {
  return record.headers.Read(chosen.get());
}

bool Destination::TakeName(Record& record, Ref name) const {
  record.name = std::move(name);
  PyObject* const chosen = record.name.get();
  const int truth = PyObject_IsTrue(chosen);
  if (truth < 0) return false;
  if (truth == 0 || !PyUnicode_Check(chosen)) {
    PyErr_Format(PyExc_ValueError, "the name of a topic is a str that is not empty, not %R",
                 chosen);
    return false;
  }
  Py_ssize_t size = 0;
  const char* text = PyUnicode_AsUTF8AndSize(chosen, &size);
  if (text == nullptr) return false;
  record.topic = {text, static_cast<size_t>(size)};
  const std::optional<std::string> objection = value::CheckTopicName(record.topic);
  if (!objection) return true;
  PyErr_Format(PyExc_ValueError, "a topic cannot be named %R: %s", chosen, objection->c_str());
  return false;
}

bool Destination::TakePartition(Record& record, Ref partition) const {
  PyObject* const chosen = partition.get();
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
