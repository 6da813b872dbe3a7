#include "frontend/refuse.h"

#include <fmt/format.h>

#include "base/match.h"

namespace kaspr::frontend {
namespace {

class Refuser {
 public:
  explicit Refuser(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void Refuse(const Input& input);
  void Refuse(const Output& output);
  void Refuse(const Operation& operation);
  void Refuse(const Extensions& kasprc);

  // Refuses a field that is there, at its key.
  template <class T>
  void Any(const Maybe<T>& field) {
    if (field) Report(fmt::format("'{}'", field->key.span.text()), field->key.span);
  }
  template <class T>
  void Value(const Maybe<T>& field, const T& value) {
    if (!field || field->value != value) return;
    Report(fmt::format("'{}: {}'", field->key.span.text(), field->place.span.text()),
           field->place.span);
  }
  template <class T>
  void NotEmpty(const Maybe<std::vector<T>>& list) {
    if (list && !list->value.empty()) Any(list);
  }

 private:
  void Refuse(const OutputTopic& topic);
  void Settings(const TopicSettings& settings, bool declared);
  void Report(std::string what, Span span) {
    diagnostics_.Error(Code::kNotSupported, fmt::format("{} is not supported yet", what), span);
  }
  template <class T>
  void NeedsDeclare(const Maybe<T>& field) {
    if (!field) return;
    const Span key = field->key.span;
    diagnostics_.Warning(Code::kNoEffect, fmt::format("'{}' has no effect here", key.text()), key)
        .Text("only with 'declare: true'");
  }

  Diagnostics& diagnostics_;
};

void Refuser::Settings(const TopicSettings& settings, bool declared) {
  Value(settings.declare, true);
  if (declared || (settings.declare && settings.declare->value)) return;
  NeedsDeclare(settings.partitions);
  NeedsDeclare(settings.replicas);
  NeedsDeclare(settings.retention);
  NeedsDeclare(settings.compacting);
  NeedsDeclare(settings.deleting);
  NeedsDeclare(settings.config);
}

void Refuser::Refuse(const Input& input) {
  Value(input.declare, true);
  Any(input.channel);
  Any(input.take);
  if (!input.topic) return;
  const InputTopic& topic = input.topic->value;
  Any(topic.pattern);
  Value(topic.key_serializer, Codec::kPickle);
  Value(topic.value_serializer, Codec::kPickle);
  Settings(topic.settings, input.declare && input.declare->value);
}

void Refuser::Refuse(const OutputTopic& topic) {
  if (topic.name_selector) Report("'nameSelector'", topic.name_selector->key.span);
  Value(topic.key_serializer, Codec::kPickle);
  Value(topic.value_serializer, Codec::kPickle);
  Value(topic.ack, true);
  Settings(topic.settings, false);
}

void Refuser::Refuse(const Output& output) {
  NotEmpty(output.channels);
  NotEmpty(output.sinks);
  if (!output.topics) return;
  for (const OutputTopic& topic : output.topics->value) Refuse(topic);
}

void Refuser::Refuse(const Operation& operation) {
  NotEmpty(operation.tables);
  std::visit(Match{[](const MapOp&) {}, [](const FilterOp&) {},
                   [&](const TopicSendOp& send) { Report("'topicSend'", send.key.span); },
                   [&](const GroupByOp& group) {
                     Report(fmt::format("'{}'", group.block.key.span.text()), group.block.key.span);
                   }},
             operation.op);
}

void Refuser::Refuse(const Extensions& kasprc) {
  Value(kasprc.delivery, Delivery::kExactlyOnce);
  Any(kasprc.timeout);
  if (!kasprc.on_error) return;
  for (const ErrorAction action :
       {ErrorAction::kDeadLetter, ErrorAction::kRetry, ErrorAction::kStop}) {
    Value(kasprc.on_error->value.policy, action);
  }
}

}  // namespace

void RefuseUnsupported(const AgentSpec& agent, Diagnostics& diagnostics) {
  Refuser refuser(diagnostics);
  refuser.Value(agent.isolated_partitions, true);
  refuser.Refuse(agent.input);
  refuser.Refuse(agent.output);
  for (const Operation& operation : agent.processors.operations) refuser.Refuse(operation);
  refuser.Refuse(agent.kasprc);
}

void RefuseUnsupported(const Resource& resource, Diagnostics& diagnostics) {
  if (resource.kind.value == "KasprApp") return;
  diagnostics.Error(Code::kNotSupported,
                    fmt::format("the kind '{}' is not supported yet", resource.kind.value),
                    resource.kind.place.span);
}

}  // namespace kaspr::frontend
