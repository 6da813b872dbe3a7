#include "python/outputs.h"

#include <Python.h>
#include <fmt/format.h>

#include <algorithm>

#include "python/channel.h"

namespace kaspr::python {

namespace {

std::unique_ptr<Block> OptionalBlock(Interpreter::State& state, const ir::Agent& agent,
                                     const std::optional<ir::FnId>& id, const InitScope& scope) {
  return id ? std::make_unique<Block>(state, agent, agent.function(*id), scope, "output") : nullptr;
}

template <class Pointer>
uint32_t IndexOf(const ir::Agent& agent, Pointer ir::Target::*member, Pointer op) {
  const std::vector<ir::Target> targets = ir::TargetsOf(agent);
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const ir::Target& target) { return target.*member == op; });
  return static_cast<uint32_t>(found - targets.begin());
}

// Makes room and stages. False: an exception is set.
Task<bool> Stage(Staging& staging, value::Send send, size_t most) {
  if (staging.Full(value::SizeOf(send))) {
    const bool flushed = co_await staging.Flush();
    if (!flushed) co_return false;
  }
  co_return staging.Add(send, most);
}

}  // namespace

GroupKey::GroupKey(Interpreter::State& state, const ir::Agent& agent, const ir::Node& node,
                   const ir::AppContext& app, const InitScope& scope)
    : state_(state),
      block_(state, agent, agent.function(std::get<ir::GroupBy>(node.op).function), scope,
             OperationOf(agent, node.name)),
      index_(IndexOf(agent, &ir::Target::group, &std::get<ir::GroupBy>(node.op))),
      max_record_bytes_(app.max_record_bytes(std::get<ir::GroupBy>(node.op).topic)),
      encode_({.code = Code::kEncodeFailed,
               .failed = fmt::format("the value or key that '{}' groups cannot be written as JSON",
                                     OperationOf(agent, node.name)),
               .where = fmt::format("in what '{}' groups", OperationOf(agent, node.name)),
               .operation = OperationOf(agent, node.name),
               .place = node.place.span,
               .note = "it goes through a topic, as JSON"}),
      send_(
          {.code = Code::kSendRefused,
           .failed = fmt::format("what '{}' groups cannot be sent", OperationOf(agent, node.name)),
           .where = fmt::format("in what '{}' groups", OperationOf(agent, node.name)),
           .operation = OperationOf(agent, node.name),
           .place = node.place.span,
           .note = ""}) {}

Task<bool> GroupKey::Send(PyObject* value, CurrentEvent& event, Staging& staging,
                          const Activity*& activity) {
  activity = &block_.activity();
  const Ref key = co_await block_.Call(value, event);
  if (!key) co_return false;
  activity = &encode_;
  Encoded key_bytes, value_bytes;
  if (!EncodeKey(key.get(), key_bytes) ||
      !state_.codec->Encode(ir::Serializer::kJson, value, value_bytes)) {
    co_return false;
  }
  activity = &send_;
  const bool staged = co_await Stage(
      staging, {.output = index_, .key = key_bytes.bytes, .value = value_bytes.bytes},
      max_record_bytes_);
  co_return staged;
}

// Text as UTF-8, bytes as they are, None as no key, anything else as JSON.
bool GroupKey::EncodeKey(PyObject* key, Encoded& encoded) {
  if (key == Py_None) return true;
  const bool raw = PyUnicode_Check(key) || PyBytes_Check(key);
  return state_.codec->Encode(raw ? ir::Serializer::kRaw : ir::Serializer::kJson, key, encoded);
}

ChannelSend::ChannelSend(Interpreter::State& state, const ir::Agent& agent, const ir::Node& node,
                         const ir::AppContext& app, const InitScope& scope) {
  const auto& spec = std::get<ir::ChannelOutput>(node.op);
  predicate_ = OptionalBlock(state, agent, spec.predicate, scope);
  value_ = OptionalBlock(state, agent, spec.value, scope);
  index_ = IndexOf(agent, &ir::Target::channel, &spec);
  read_ = app.channel_is_read(spec.channel);
  send_ = {.code = Code::kSendRefused,
           .failed = fmt::format("a value for channel '{}' cannot be passed on", spec.channel),
           .where = fmt::format("in the value for channel '{}'", spec.channel),
           .operation = "output",
           .place = node.place.span,
           .note = ""};
}

bool ChannelSend::SeesContext() const {
  return (predicate_ && predicate_->sees_context()) || (value_ && value_->sees_context());
}

Task<bool> ChannelSend::Send(PyObject* value, CurrentEvent& event, Staging& staging,
                             const Activity*& activity) {
  if (predicate_ != nullptr) {
    activity = &predicate_->activity();
    const Ref holds = co_await predicate_->Call(value, event);
    const int truth = holds ? PyObject_IsTrue(holds.get()) : -1;
    if (truth <= 0) co_return truth == 0;
  }
  Ref selected = Ref::Share(value);
  if (value_ != nullptr) {
    activity = &value_->activity();
    selected = co_await value_->Call(value, event);
    if (!selected) co_return false;
  }
  if (!read_) co_return true;
  activity = &send_;
  value::Object* object = MakeObject(selected.get());
  if (object == nullptr) co_return false;
  const std::vector<value::Origin> origins = event.Origins();
  const bool staged =
      co_await Stage(staging, {.output = index_, .object = object, .origins = origins}, SIZE_MAX);
  if (!staged) Drop(object);
  co_return staged;
}

bool Outputs::SeesContext() const {
  const auto sees = [](const auto& output) { return output->SeesContext(); };
  const auto sink_sees = [](const auto& sink) { return sink->sees_context(); };
  return (group_ && group_->block().sees_context()) || std::ranges::any_of(topics_, sees) ||
         std::ranges::any_of(channels_, sees) || std::ranges::any_of(sinks_, sink_sees);
}

void Outputs::ForEachBlock(const std::function<void(const Block&)>& visit) const {
  for (const std::unique_ptr<Destination>& topic : topics_) topic->ForEachBlock(visit);
}

Task<bool> Outputs::Send(PyObject* value, CurrentEvent& event, Staging& staging,
                         const Activity*& activity) {
  const Destination::Sending what{value, event, staging, activity, nullptr};
  if (group_ != nullptr) return group_->Send(value, event, staging, activity);
  for (size_t i = 0; i < topics_.size(); ++i) {
    Task<bool> sending = topics_[i]->Send(what);
    if (!sending.done()) return SendOn(i, std::move(sending), what);
    if (!sending.await_resume()) return Task<bool>::Done(false);
  }
  if (channels_.empty() && sinks_.empty()) return Task<bool>::Done(true);
  return SendElsewhere(what);
}

// From the topic with this index on, to which it is being sent.
Task<bool> Outputs::SendOn(size_t topic, Task<bool> sending, Destination::Sending value) {
  bool done = co_await sending;
  while (done && ++topic < topics_.size()) done = co_await topics_[topic]->Send(value);
  if (done) done = co_await SendElsewhere(value);
  co_return done;
}

// To channels, then sinks.
Task<bool> Outputs::SendElsewhere(Destination::Sending what) {
  const auto& [value, event, staging, activity, sent] = what;
  for (const auto& channel : channels_) {
    const bool done = co_await channel->Send(value, event, staging, activity);
    if (!done) co_return false;
  }
  for (const auto& sink : sinks_) {
    activity = &sink->activity();
    const Ref done = co_await sink->Call(value, event);
    if (!done) co_return false;
    if (PyGen_CheckExact(done.get()) || PyAsyncGen_CheckExact(done.get())) {
      PyErr_SetString(PyExc_TypeError,
                      "a sink that yields never runs: nobody takes what it yields");
      co_return false;
    }
  }
  co_return true;
}

}  // namespace kaspr::python
