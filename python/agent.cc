#include "python/agent.h"

#include <Python.h>
#include <fmt/format.h>

#include "python/channel.h"
#include "python/values.h"

namespace kaspr::python {

namespace {

Activity DecodeActivity(const char* part, ir::Serializer serializer, const ir::Node& input) {
  return {
      .code = Code::kDecodeFailed,
      .failed = fmt::format("the {} of a record is not {}", part, ir::SerializerName(serializer)),
      .where = fmt::format("in the {}", part),
      .operation = "decode",
      .place = input.place.span,
      .note = ""};
}

Ref Decode(const RunningAgent& agent, ir::Serializer serializer,
           std::optional<std::string_view> bytes) {
  return bytes ? agent.state.codec->Decode(serializer, *bytes) : Ref::Share(Py_None);
}

// One value for the pipeline.
Ref ValueOf(std::span<Reading> readings, bool list) {
  if (!list) return Ref::Share(readings.front().value.get());
  Ref values = Ref::Own(PyList_New(static_cast<Py_ssize_t>(readings.size())));
  for (size_t i = 0; values && i < readings.size(); ++i) {
    PyList_SET_ITEM(values.get(), static_cast<Py_ssize_t>(i),
                    Ref::Share(readings[i].value.get()).Release());
  }
  return values;
}

void ReadDocument(Codec& codec, Reading& reading, const Wanted* wanted) {
  const value::Document& document = *reading.event->document;
  if (wanted != nullptr) {
    reading.value = codec.Decode(document, *wanted);
    reading.thin = static_cast<bool>(reading.value);
    if (reading.thin || PyErr_Occurred() != nullptr) return;
  }
  reading.value = codec.Decode(document);
}

Task<bool> Run(RunningAgent& agent, Part& part, std::span<Reading> readings, bool list,
               Staging& staging, uint32_t attempt, uint32_t& filtered, const Activity*& activity) {
  for (Reading& reading : readings) {
    const bool whole = list || reading.event->steps_done > 0;  // or the first steps do not run here
    const Wanted* wanted = whole ? nullptr : part.pipeline.wanted();
    if (!reading.value && !Read(agent, part, reading, attempt, activity, wanted)) co_return false;
  }
  const Ref value = ValueOf(readings, list);
  if (!value) co_return false;
  CurrentEvent event(staging.driver(), agent.scope.app, readings, list);
  const uint32_t first = list ? 0 : readings.front().event->steps_done;
  const bool done = co_await part.pipeline.Run(value, first, event, filtered, staging, activity);
  co_return done;
}

}  // namespace

Part::Part(Interpreter::State& state, const ir::Agent& agent, std::span<const ir::Node> nodes,
           const ir::AppContext& app, const InitScope& scope)
    : pipeline(state, agent, nodes, app, scope) {
  if (const auto* input = std::get_if<ir::Input>(&nodes.front().op)) {
    key = input->key;
    value = input->value;
    if (input->take) take = &*input->take;
  }
  decode_key = DecodeActivity("key", key, agent.nodes.front());
  decode_value = DecodeActivity("value", value, agent.nodes.front());
}

bool Read(const RunningAgent& agent, const Part& part, Reading& reading, uint32_t attempt,
          const Activity*& activity, const Wanted* wanted) {
  const value::Event& event = *reading.event;
  activity = &part.decode_value;
  if (event.object != nullptr) {
    const ir::OnError& policy = agent.agent.on_error;
    const bool again = policy.policy == ir::ErrorAction::kRetry && attempt + 1 < policy.attempts;
    reading.key = Ref::Share(Py_None);
    reading.value = Receive(event.object, again);
    return static_cast<bool>(reading.value);
  }
  if (part.key != ir::Serializer::kRaw) {  // raw keys are made when somebody looks at them
    activity = &part.decode_key;
    reading.key = Decode(agent, part.key, event.message.key);
    if (!reading.key) return false;
    activity = &part.decode_value;
  }
  if (event.value != nullptr) {
    reading.value = Ref::Own(ToObject(*reading.work->batch().heap, *event.value));
  } else if (event.document != nullptr) {
    ReadDocument(*agent.state.codec, reading, wanted);
  } else if (event.doubtful) {
    reading.value = agent.state.codec->DecodeDoubtful(*event.message.value);
  } else {
    reading.value = Decode(agent, part.value, event.message.value);
  }
  return static_cast<bool>(reading.value);
}

Task<Verdict> Try(RunningAgent& agent, Part& part, std::span<Reading> readings, bool list,
                  Staging& staging, uint32_t attempt, uint32_t& filtered) {
  Driver& driver = staging.driver();
  const Activity* activity = &part.decode_value;
  const uint32_t filtered_before = filtered;
  if (driver.cancelled()) co_await driver.ForgetCancel();
  staging.Begin();
  driver.Begin(agent.agent.timeout);
  bool done = co_await Run(agent, part, readings, list, staging, attempt, filtered, activity);
  const bool late = driver.End();
  // What fails while everything ends may fail because of that.
  if (driver.interrupted() ? driver.cut() || !done : staging.stopped()) {
    PyErr_Clear();
    staging.Undo();
    co_return Verdict::kInterrupted;
  }
  if (late) {
    PyErr_Clear();
    driver.SetReason();
    done = false;
  }
  if (done) co_return Verdict::kDone;
  const Verdict verdict = Fail(agent, *activity, readings, staging, attempt);
  if (verdict == Verdict::kAgain) {
    filtered = filtered_before;
    for (Reading& reading : readings) {
      reading.key = {};
      reading.value = {};
      reading.thin = false;
    }
  }
  co_return verdict;
}

}  // namespace kaspr::python
