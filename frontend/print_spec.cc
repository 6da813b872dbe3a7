#include "frontend/print_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/duration.h"
#include "base/match.h"
#include "frontend/names.h"
#include "frontend/yaml/write.h"

namespace kaspr::frontend {
namespace {

const char* Name(Delivery delivery) {
  return delivery == Delivery::kExactlyOnce ? "exactly-once" : "at-least-once";
}

const char* Name(ErrorAction action) {
  switch (action) {
    case ErrorAction::kSkip:
      return "skip";
    case ErrorAction::kDeadLetter:
      return "deadLetter";
    case ErrorAction::kRetry:
      return "retry";
    case ErrorAction::kStop:
      return "stop";
  }
  return "";
}

// One overload a part of the spec; a key is written only where its value is there.
class SpecPrinter {
 public:
  void Print(const AgentSpec& agent);
  void Print(const Resource& resource);
  void Separator() { writer_.Separator(); }
  std::string Take() { return writer_.Take(); }

 private:
  using Texts = std::vector<std::pair<Field<std::string>, Field<std::string>>>;

  void Value(std::string_view key, const std::string& text) { writer_.Text(key, text); }
  void Value(std::string_view key, bool value) { writer_.Plain(key, value ? "true" : "false"); }
  void Value(std::string_view key, int64_t value) { writer_.Plain(key, std::to_string(value)); }
  void Value(std::string_view key, Duration value) { writer_.Text(key, FormatDuration(value)); }
  void Value(std::string_view key, Codec value) { writer_.Plain(key, CodecName(value)); }
  void Value(std::string_view key, Delivery value) { writer_.Plain(key, Name(value)); }
  void Value(std::string_view key, ErrorAction value) { writer_.Plain(key, Name(value)); }
  template <class T>
  void Optional(std::string_view key, const Maybe<T>& field) {
    if (field) Value(key, field->value);
  }
  template <class T>
  void Items(std::string_view key, const Maybe<std::vector<T>>& items);

  void Header(std::string_view kind, const Metadata& metadata);
  void Labels(std::string_view key, const Texts& texts);
  void Body(const PythonBlock& block);
  void Block(std::string_view key, const MaybeBlock& block);
  void Block(std::string_view key, const PythonBlock& block);
  void Settings(const TopicSettings& settings);
  void Print(const Input& input);
  void Print(const InputTopic& topic);
  void Print(const Output& output);
  void Print(const OutputTopic& topic);
  void Print(const OutputChannel& channel);
  void Print(const OutputSink& sink);
  void Print(const Processors& processors);
  void Print(const Operation& operation);
  void Print(const TableRef& table);
  void Print(const Extensions& kasprc);
  void Print(const OnError& on_error);

  YamlWriter writer_;
};

template <class T>
void SpecPrinter::Items(std::string_view key, const Maybe<std::vector<T>>& items) {
  if (!items) return;
  if (items->value.empty()) return writer_.Plain(key, "[]");
  writer_.List(key);
  for (const T& item : items->value) {
    writer_.BeginItem();
    Print(item);
    writer_.EndItem();
  }
}

void SpecPrinter::Header(std::string_view kind, const Metadata& metadata) {
  writer_.Plain("apiVersion", "kaspr.io/v1alpha1");
  writer_.Plain("kind", kind);
  writer_.Begin("metadata");
  Value("name", metadata.name.value);
  Optional("namespace", metadata.namespace_name);
  Labels("labels", metadata.labels);
  Labels("annotations", metadata.annotations);
  writer_.End();
}

void SpecPrinter::Labels(std::string_view key, const Texts& texts) {
  if (texts.empty()) return;
  writer_.Begin(key);
  for (const auto& [name, value] : texts) Value(name.value, value.value);
  writer_.End();
}

void SpecPrinter::Print(const AgentSpec& agent) {
  Header("KasprAgent", agent.metadata);
  writer_.Begin("spec");
  Optional("description", agent.description);
  Optional("isolatedPartitions", agent.isolated_partitions);
  Print(agent.kasprc);
  Print(agent.input);
  Print(agent.output);
  Print(agent.processors);
  writer_.End();
}

void SpecPrinter::Print(const Resource& resource) {
  Header(resource.kind.value, resource.metadata);
}

void SpecPrinter::Body(const PythonBlock& block) {
  Value("python", block.text);
  Optional("entrypoint", block.entrypoint);
}

void SpecPrinter::Block(std::string_view key, const PythonBlock& block) {
  writer_.Begin(key);
  Body(block);
  writer_.End();
}

void SpecPrinter::Block(std::string_view key, const MaybeBlock& block) {
  if (block) Block(key, *block);
}

void SpecPrinter::Settings(const TopicSettings& settings) {
  Optional("declare", settings.declare);
  Optional("partitions", settings.partitions);
  Optional("replicas", settings.replicas);
  Optional("retention", settings.retention);
  Optional("compacting", settings.compacting);
  Optional("deleting", settings.deleting);
  if (!settings.config) return;
  if (settings.config->value.empty()) return writer_.Plain("config", "{}");
  writer_.Begin("config");
  for (const auto& [key, value] : settings.config->value) Value(key, value);
  writer_.End();
}

void SpecPrinter::Print(const Input& input) {
  writer_.Begin("input");
  Optional("declare", input.declare);
  if (input.topic) Print(input.topic->value);
  if (input.channel) {
    writer_.Begin("channel");
    Value("name", input.channel->value);
    writer_.End();
  }
  if (input.take) {
    writer_.Begin("take");
    Value("max", input.take->value.max.value);
    Value("within", input.take->value.within.value);
    writer_.End();
  }
  writer_.End();
}

void SpecPrinter::Print(const InputTopic& topic) {
  writer_.Begin("topic");
  std::vector<std::string_view> names;
  for (const Field<std::string>& name : topic.names) names.push_back(name.value);
  if (!names.empty()) Value("name", fmt::format("{}", fmt::join(names, ", ")));
  Optional("pattern", topic.pattern);
  Optional("keySerializer", topic.key_serializer);
  Optional("valueSerializer", topic.value_serializer);
  Settings(topic.settings);
  writer_.End();
}

void SpecPrinter::Print(const Output& output) {
  if (output == Output{}) return;
  writer_.Begin("output");
  Items("topics", output.topics);
  Items("channels", output.channels);
  Items("sinks", output.sinks);
  writer_.End();
}

void SpecPrinter::Print(const OutputTopic& topic) {
  Optional("name", topic.name);
  Block("nameSelector", topic.name_selector);
  Optional("keySerializer", topic.key_serializer);
  Optional("valueSerializer", topic.value_serializer);
  Optional("ack", topic.ack);
  Optional("passThrough", topic.pass_through);
  Settings(topic.settings);
  Block("predicate", topic.predicate);
  Block("keySelector", topic.key_selector);
  Block("valueSelector", topic.value_selector);
  Block("partitionSelector", topic.partition_selector);
  Block("headersSelector", topic.headers_selector);
}

void SpecPrinter::Print(const OutputChannel& channel) {
  Value("name", channel.name.value);
  Block("predicate", channel.predicate);
  Block("valueSelector", channel.value_selector);
}

void SpecPrinter::Print(const OutputSink& sink) {
  Value("name", sink.name.value);
  Body(sink.block);
}

void SpecPrinter::Print(const Processors& processors) {
  if (processors == Processors{}) return;
  writer_.Begin("processors");
  if (!processors.pipeline.empty()) writer_.List("pipeline");
  for (const Field<std::string>& name : processors.pipeline) writer_.TextItem(name.value);
  Block("init", processors.init);
  if (!processors.operations.empty()) writer_.List("operations");
  for (const Operation& operation : processors.operations) {
    writer_.BeginItem();
    Print(operation);
    writer_.EndItem();
  }
  writer_.End();
}

void SpecPrinter::Print(const Operation& operation) {
  Value("name", operation.name.value);
  Items("tables", operation.tables);
  std::visit(Match{[&](const MapOp& map) { Block("map", map.block); },
                   [&](const FilterOp& filter) { Block("filter", filter.block); },
                   [&](const GroupByOp& group) { Block("groupBy", group.block); },
                   [&](const TopicSendOp& send) {
                     writer_.Begin("topicSend");
                     Print(send.topic);
                     writer_.End();
                   }},
             operation.op);
}

void SpecPrinter::Print(const TableRef& table) {
  Value("name", table.name.value);
  Value("paramName", table.param_name.value);
}

void SpecPrinter::Print(const Extensions& kasprc) {
  if (kasprc == Extensions{}) return;
  writer_.Begin("kasprc");
  Optional("delivery", kasprc.delivery);
  if (kasprc.on_error) Print(kasprc.on_error->value);
  Optional("timeout", kasprc.timeout);
  writer_.End();
}

void SpecPrinter::Print(const OnError& on_error) {
  if (on_error == OnError{}) return writer_.Plain("onError", "{}");
  writer_.Begin("onError");
  Optional("policy", on_error.policy);
  Optional("topic", on_error.topic);
  Optional("attempts", on_error.attempts);
  Optional("backoff", on_error.backoff);
  Optional("then", on_error.then);
  writer_.End();
}

}  // namespace

std::string PrintSpec(const AppSpec& spec) {
  SpecPrinter printer;
  bool first = true;
  const auto separate = [&] {
    if (!first) printer.Separator();
    first = false;
  };
  for (const AgentSpec& agent : spec.agents) {
    separate();
    printer.Print(agent);
  }
  for (const Resource& resource : spec.resources) {
    separate();
    printer.Print(resource);
  }
  return printer.Take();
}

}  // namespace kaspr::frontend
