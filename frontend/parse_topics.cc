#include "frontend/parse_topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "frontend/parse_topic_names.h"
#include "value/kafka.h"

namespace kaspr::frontend {
namespace {

constexpr int64_t kMostTaken = 1'000'000;  // values of a list, which are all held

std::vector<Word<Codec>> Codecs() {
  return {{"raw", Codec::kRaw},
          {"json", Codec::kJson},
          {"pickle", Codec::kPickle},
          {"binary", Codec::kBinary}};
}

void Append(std::vector<Key>& keys, std::vector<Key> more) {
  keys.insert(keys.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

// Names of Kafka's properties are made as those of its topics.
void CheckProperty(FieldReader& fields, const Field<std::string>& name) {
  if (!value::CheckTopicName(name.value) || fields.IsFull()) return;
  fields.diagnostics()
      .Error(Code::kBadName,
             fmt::format("no property of a topic is called '{}'", Shown(name.value)),
             name.place.span)
      .Text("letters, digits, '.', '_' and '-', as in 'retention.ms'");
}

std::vector<Key> SettingKeys(FieldReader& fields, TopicSettings& settings) {
  const auto config = [&fields, &settings](const Slot& slot) {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& [key, value] : fields.ReadTexts(slot)) {
      CheckProperty(fields, key);
      entries.emplace_back(key.value, value.value);
    }
    settings.config = {std::move(entries), {slot.node.Mark()}, {slot.key}};
  };
  return {Optional("declare", fields.Bool(settings.declare)),
          Optional("partitions", fields.Whole(settings.partitions, 1)),
          Optional("replicas", fields.Whole(settings.replicas, 1, INT16_MAX)),
          Optional("retention", fields.Whole(settings.retention, 0, INT64_MAX / 1000)),
          Optional("compacting", fields.Bool(settings.compacting)),
          Optional("deleting", fields.Bool(settings.deleting)),
          Optional("config", config)};
}

Read Pattern(FieldReader& fields, Maybe<std::string>& pattern) {
  return [&fields, &pattern](const Slot& slot) {
    const std::optional<std::string> text = fields.ReadText(slot);
    if (!text) return;
    if (const std::optional<PatternError> error = CheckPattern(*text)) {
      const BlockMap map = MapScalar(slot.node);
      const auto offset = static_cast<uint32_t>(error->offset);
      fields.diagnostics()
          .Error(Code::kBadPattern,
                 fmt::format("{} is not a regular expression: '{}'", slot.what, Shown(*text)),
                 map.exact() ? map.Locate(offset, offset + 1) : slot.node.Mark())
          .Text(error->text);
      return;
    }
    pattern = {*text, {slot.node.Mark()}, {slot.key}};
  };
}

void ParseInputTopic(FieldReader& fields, const Slot& slot, InputTopic& topic) {
  std::vector<Key> keys = {
      Formerly("names", Optional("name", TopicNames(fields, topic.names))),
      Optional("pattern", Pattern(fields, topic.pattern)),
      Optional("keySerializer", fields.OneOf(topic.key_serializer, Codecs())),
      Optional("valueSerializer", fields.OneOf(topic.value_serializer, Codecs())),
  };
  Append(keys, SettingKeys(fields, topic.settings));
  if (fields.Mapping(slot, "an input topic", keys)) {
    fields.ExactlyOne(slot, "an input topic", keys, {"name", "pattern"});
  }
}

std::vector<Key> OutputTopicKeys(FieldReader& fields, OutputTopic& topic) {
  std::vector<Key> keys = {
      Optional("name", fields.Name(topic.name, value::CheckTopicName)),
      Optional("nameSelector", Block(fields, topic.name_selector)),
      Optional("keySerializer", fields.OneOf(topic.key_serializer, Codecs())),
      Optional("valueSerializer", fields.OneOf(topic.value_serializer, Codecs())),
      Optional("predicate", Block(fields, topic.predicate)),
      Optional("keySelector", Block(fields, topic.key_selector)),
      Optional("valueSelector", Block(fields, topic.value_selector)),
      Optional("partitionSelector", Block(fields, topic.partition_selector)),
      Optional("headersSelector", Block(fields, topic.headers_selector)),
      Optional("ack", fields.Bool(topic.ack)),
      Optional("passThrough", fields.Bool(topic.pass_through)),
  };
  Append(keys, SettingKeys(fields, topic.settings));
  return keys;
}

OutputTopic ParseOutputTopic(FieldReader& fields, const Slot& slot) {
  OutputTopic topic;
  topic.place = {slot.node.Mark()};
  const std::vector<Key> keys = OutputTopicKeys(fields, topic);
  if (fields.Mapping(slot, "an output topic", keys)) {
    fields.ExactlyOne(slot, "an output topic", keys, {"name", "nameSelector"});
  }
  if (topic.pass_through && topic.pass_through->value) {
    fields.WarnNoEffect(topic.pass_through->key,
                        fmt::format("only with '{}'", fields.Spelt("topicSend")));
  }
  return topic;
}

OutputChannel ParseOutputChannel(FieldReader& fields, const Slot& slot) {
  OutputChannel channel;
  fields.Mapping(slot, "an output channel",
                 {Required("name", fields.Name(channel.name, value::CheckTopicName)),
                  Optional("predicate", Block(fields, channel.predicate)),
                  Optional("valueSelector", Block(fields, channel.value_selector))});
  return channel;
}

OutputSink ParseOutputSink(FieldReader& fields, const Slot& slot) {
  OutputSink sink;
  std::vector<Key> keys = {Required("name", fields.Name(sink.name, CheckOneLine))};
  Append(keys, BlockKeys(fields, sink.block));
  fields.Mapping(slot, "a sink", keys);
  return sink;
}

// A list of which every item is a mapping, read by `parse`.
template <class T>
Read ListOf(FieldReader& fields, Maybe<std::vector<T>>& target,
            T (*parse)(FieldReader& fields, const Slot& slot)) {
  return [&fields, &target, parse](const Slot& slot) {
    std::vector<T> items;
    fields.List(slot, [&](const Slot& item) { items.push_back(parse(fields, item)); });
    target = {std::move(items), {slot.node.Mark()}, {slot.key}};
  };
}

// The resource has `declare` beside `topic`, its documentation below it.
void SettleDeclare(FieldReader& fields, Input& input) {
  if (!input.topic) return;
  Maybe<bool>& below = input.topic->value.settings.declare;
  if (below && input.declare && below->value != input.declare->value) {
    Span first = input.declare->key.span, second = below->key.span;
    if (second.begin < first.begin) std::swap(first, second);
    fields.ReportConflict("an input that says both 'declare: true' and 'declare: false'", first,
                          second);
  }
  if (!input.declare) input.declare = below;
  below.reset();
}

}  // namespace

std::vector<Key> BlockKeys(FieldReader& fields, PythonBlock& block) {
  const auto python = [&fields, &block](const Slot& slot) {
    if (slot.node.kind != YamlNode::Kind::kScalar) {
      fields.diagnostics()
          .Error(Code::kWrongType, "'python' must be a text", slot.key)
          .Text("put a '|' behind it: 'python: |'");
      return;
    }
    if (std::optional<std::string> text = fields.ReadText(slot)) {
      block.text = std::move(*text);
      block.map = MapScalar(slot.node);
    }
    block.key = {slot.key};
  };
  return {Required("python", python),
          Optional("entrypoint", fields.Name(block.entrypoint, CheckOneLine))};
}

std::optional<PythonBlock> ReadBlock(FieldReader& fields, const Slot& slot) {
  if (slot.node.kind == YamlNode::Kind::kScalar) {
    fields.diagnostics()
        .Error(Code::kWrongType,
               fmt::format("{} must be a mapping with 'python', not '{}'", slot.what,
                           Shown(slot.node.text)),
               slot.node.Mark())
        .Text("put the program below it, under 'python: |'");
    return std::nullopt;
  }
  PythonBlock block;
  if (!fields.Mapping(slot, slot.what, BlockKeys(fields, block))) return std::nullopt;
  block.key = {slot.key};
  return block;
}

Read Block(FieldReader& fields, MaybeBlock& target) {
  return [&fields, &target](const Slot& slot) { target = ReadBlock(fields, slot); };
}

void ParseInput(FieldReader& fields, const Slot& slot, Input& input) {
  const auto topic = [&](const Slot& at) {
    InputTopic value;
    ParseInputTopic(fields, at, value);
    input.topic = {std::move(value), {at.node.Mark()}, {at.key}};
  };
  const auto channel = [&](const Slot& at) {
    fields.Mapping(at, "an input channel",
                   {Required("name", fields.Name(input.channel, value::CheckTopicName))});
  };
  const auto take = [&](const Slot& at) {
    Take value;
    fields.Mapping(at, "'take'",
                   {Required("max", fields.Whole(value.max, 1, kMostTaken)),
                    Required("within", fields.Time(value.within))});
    input.take = {value, {at.node.Mark()}, {at.key}};
  };
  const std::vector<Key> keys = {Optional("declare", fields.Bool(input.declare)),
                                 Optional("topic", topic), Optional("channel", channel),
                                 Optional("take", take)};
  if (fields.Mapping(slot, slot.what, keys)) {
    fields.ExactlyOne(slot, "an input", keys, {"topic", "channel"});
  }
  SettleDeclare(fields, input);
}

void ParseOutput(FieldReader& fields, const Slot& slot, Output& output) {
  fields.Mapping(slot, "'output'",
                 {Optional("topics", ListOf(fields, output.topics, ParseOutputTopic)),
                  Optional("channels", ListOf(fields, output.channels, ParseOutputChannel)),
                  Optional("sinks", ListOf(fields, output.sinks, ParseOutputSink))});
  if (!output.sinks) return;
  std::vector<const Field<std::string>*> names;
  for (const OutputSink& sink : output.sinks->value) {
    if (!sink.name.value.empty()) names.push_back(&sink.name);
  }
  fields.CheckDistinct("a sink", names);
}

void ParseTopicSend(FieldReader& fields, const Slot& slot, TopicSendOp& send) {
  send.key = {slot.key};
  send.topic.place = {slot.node.Mark()};
  const std::vector<Key> keys = OutputTopicKeys(fields, send.topic);
  if (fields.Mapping(slot, slot.what, keys)) {
    fields.ExactlyOne(slot, slot.what, keys, {"name", "nameSelector"});
  }
}

}  // namespace kaspr::frontend
