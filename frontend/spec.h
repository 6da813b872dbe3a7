#pragma once

// What a spec says, typed: the fields of the KasprAgent resource in the words of its YAML.
//
//   spec:
//     input: {topic: {name: "orders"}}     AgentSpec::input.topic->names == {"orders"}
//
// Values only; a Field remembers where it was written, which never takes part in equality: two
// specs that say the same are equal. An absent optional means that the YAML does not have the key
// (or has it as null); defaults are applied by whoever reads the spec. Places point into the
// SourceFiles the spec was parsed from, which must outlive it.

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/block_map.h"
#include "base/span.h"

namespace kaspr::frontend {

// A value and its places: of the value itself, and of the key that has it (of a list's item: none).
template <class T>
struct Field {
  T value{};
  Place place;
  Place key;
  bool operator==(const Field&) const = default;
};

template <class T>
using Maybe = std::optional<Field<T>>;

using Duration = std::chrono::milliseconds;

enum class Codec { kRaw, kJson, kPickle, kBinary };

const char* CodecName(Codec codec);  // "raw", "json", "pickle", "binary"

// map: {python: "def f(value): ...", entrypoint: f}
struct PythonBlock {
  std::string text;
  BlockMap map;
  Maybe<std::string> entrypoint;
  Place key;  // "map", "keySelector", ...: the key that owns the block
  bool operator==(const PythonBlock&) const = default;
};

using MaybeBlock = std::optional<PythonBlock>;

// How a topic is made, where the agent declares it.
struct TopicSettings {
  Maybe<bool> declare;
  Maybe<int64_t> partitions;
  Maybe<int64_t> replicas;
  Maybe<int64_t> retention;  // seconds
  Maybe<bool> compacting;
  Maybe<bool> deleting;
  Maybe<std::vector<std::pair<std::string, std::string>>> config;
  bool operator==(const TopicSettings&) const = default;
};

// Either names or a pattern.
struct InputTopic {
  std::vector<Field<std::string>> names;
  Maybe<std::string> pattern;
  Maybe<Codec> key_serializer;
  Maybe<Codec> value_serializer;
  TopicSettings settings;
  bool operator==(const InputTopic&) const = default;
};

struct Take {
  Field<int64_t> max;
  Field<Duration> within;
  bool operator==(const Take&) const = default;
};

// Either a topic or the name of a channel.
struct Input {
  Maybe<bool> declare;  // wherever it was written: not in the topic's settings
  Maybe<InputTopic> topic;
  Maybe<std::string> channel;
  Maybe<Take> take;
  bool operator==(const Input&) const = default;
};

// One item of output.topics: either a name or a name selector.
struct OutputTopic {
  Maybe<std::string> name;
  MaybeBlock name_selector;
  Maybe<Codec> key_serializer;
  Maybe<Codec> value_serializer;
  MaybeBlock predicate;
  MaybeBlock key_selector;
  MaybeBlock value_selector;
  MaybeBlock partition_selector;
  MaybeBlock headers_selector;
  Maybe<bool> ack;
  Maybe<bool> pass_through;  // of topicSend; an output has it for nothing
  TopicSettings settings;
  Place place;  // its first token
  bool operator==(const OutputTopic&) const = default;
};

// One item of output.channels.
struct OutputChannel {
  Field<std::string> name;
  MaybeBlock predicate;
  MaybeBlock value_selector;
  bool operator==(const OutputChannel&) const = default;
};

// One item of output.sinks: Python that is called with each value.
struct OutputSink {
  Field<std::string> name;
  PythonBlock block;
  bool operator==(const OutputSink&) const = default;
};

struct Output {
  Maybe<std::vector<OutputTopic>> topics;
  Maybe<std::vector<OutputChannel>> channels;
  Maybe<std::vector<OutputSink>> sinks;
  bool operator==(const Output&) const = default;
};

struct TableRef {
  Field<std::string> name;
  Field<std::string> param_name;
  bool operator==(const TableRef&) const = default;
};

struct MapOp {
  PythonBlock block;
  bool operator==(const MapOp&) const = default;
};
struct FilterOp {
  PythonBlock block;
  bool operator==(const FilterOp&) const = default;
};
struct TopicSendOp {
  OutputTopic topic;
  Place key;
  bool operator==(const TopicSendOp&) const = default;
};
struct GroupByOp {
  PythonBlock block;
  bool operator==(const GroupByOp&) const = default;
};

// One item of processors.operations: a name and exactly one operator (D17).
struct Operation {
  Field<std::string> name;
  std::variant<MapOp, FilterOp, TopicSendOp, GroupByOp> op;
  Maybe<std::vector<TableRef>> tables;
  bool operator==(const Operation&) const = default;
};

struct Processors {
  std::vector<Field<std::string>> pipeline;  // names of operations
  MaybeBlock init;
  std::vector<Operation> operations;

  // The names that stand in the pipeline.
  std::set<std::string_view> Used() const;

  bool operator==(const Processors&) const = default;
};

enum class Delivery { kAtLeastOnce, kExactlyOnce };
enum class ErrorAction { kSkip, kDeadLetter, kRetry, kStop };

struct OnError {
  Maybe<ErrorAction> policy;
  Maybe<std::string> topic;
  Maybe<int64_t> attempts;
  Maybe<Duration> backoff;
  Maybe<ErrorAction> then;

  bool Retries() const;
  bool SendsDeadLetters() const;  // at once, or after the last attempt

  bool operator==(const OnError&) const = default;
};

// spec.kasprc: what this engine adds to the resource.
struct Extensions {
  Maybe<Delivery> delivery;
  Maybe<OnError> on_error;
  Maybe<Duration> timeout;
  bool operator==(const Extensions&) const = default;
};

// The label that names the app of a resource.
inline constexpr std::string_view kAppLabel = "kaspr.io/app";

struct Metadata {
  Field<std::string> name;
  Maybe<std::string> namespace_name;
  std::vector<std::pair<Field<std::string>, Field<std::string>>> labels;
  std::vector<std::pair<Field<std::string>, Field<std::string>>> annotations;

  // The app that the resource belongs to, if it says so.
  const Field<std::string>* app() const;

  bool operator==(const Metadata&) const = default;
};

struct AgentSpec {
  Metadata metadata;
  Maybe<std::string> description;
  Maybe<bool> isolated_partitions;
  Input input;
  Output output;
  Processors processors;
  Extensions kasprc;
  bool operator==(const AgentSpec&) const = default;
};

// A document of another kind. A KasprApp gives the app its name; the others are read later.
struct Resource {
  Field<std::string> kind;  // KasprApp, KasprTable, KasprJoin, KasprTask, KasprWebView
  Metadata metadata;
  bool operator==(const Resource&) const = default;
};

// All documents of all files of a run, as written.
struct AppSpec {
  std::vector<AgentSpec> agents;
  std::vector<Resource> resources;
  bool operator==(const AppSpec&) const = default;
};

}  // namespace kaspr::frontend
