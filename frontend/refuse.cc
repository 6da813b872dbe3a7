#include "frontend/refuse.h"

#include <fmt/format.h>

namespace kaspr::frontend {
namespace {

void Refuse(std::string_view what, Span span, Diagnostics& diagnostics) {
  diagnostics.Error(Code::kNotSupported, fmt::format("{} is not supported yet", what), span);
}

void RefuseTables(const Operation& operation, Diagnostics& diagnostics) {
  if (!operation.tables || operation.tables->value.empty()) return;
  const Span key = operation.tables->key.span;
  Refuse(fmt::format("'{}'", key.text()), key, diagnostics);
}

void RefuseExactlyOnce(const Maybe<Delivery>& delivery, Diagnostics& diagnostics) {
  if (!delivery || delivery->value != Delivery::kExactlyOnce) return;
  const Span value = delivery->place.span;
  Refuse(fmt::format("'{}: {}'", delivery->key.span.text(), value.text()), value, diagnostics);
}

}  // namespace

void RefuseUnsupported(const AppSpec& spec, Diagnostics& diagnostics) {
  for (const Resource& resource : spec.resources) {
    const Field<std::string>& kind = resource.kind;
    if (kind.value == "KasprApp") continue;
    Refuse(fmt::format("the kind '{}'", kind.value), kind.place.span, diagnostics);
  }
  for (const AgentSpec& agent : spec.agents) {
    for (const Operation& operation : agent.processors.operations) {
      RefuseTables(operation, diagnostics);
    }
    RefuseExactlyOnce(agent.kasprc.delivery, diagnostics);
  }
}

void RefusePickle(const AppSpec& spec, Diagnostics& diagnostics) {
  const auto refuse = [&](const Maybe<Codec>& codec, const char* why) {
    if (!codec || codec->value != Codec::kPickle) return;
    diagnostics
        .Error(Code::kPickleNotAllowed,
               fmt::format("'{}: pickle' needs 'run --allow-pickle'", codec->key.span.text()),
               codec->place.span)
        .Text(why);
  };
  const auto refuse_output = [&](const OutputTopic& topic) {
    constexpr const char* kWhy = "whoever reads this runs what its bytes say";
    refuse(topic.key_serializer, kWhy);
    refuse(topic.value_serializer, kWhy);
  };
  for (const AgentSpec& agent : spec.agents) {
    if (agent.input.topic) {
      constexpr const char* kWhy = "reading it runs what the bytes of a record say";
      refuse(agent.input.topic->value.key_serializer, kWhy);
      refuse(agent.input.topic->value.value_serializer, kWhy);
    }
    for (const Operation& operation : agent.processors.operations) {
      const auto* send = std::get_if<TopicSendOp>(&operation.op);
      if (send != nullptr) refuse_output(send->topic);
    }
    if (!agent.output.topics) continue;
    for (const OutputTopic& topic : agent.output.topics->value) refuse_output(topic);
  }
}

}  // namespace kaspr::frontend
