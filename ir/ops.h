#pragma once

// The operations of a graph, in the spec's own words.
//
//   agent "orders" {
//     %in     = input topic "orders"
//     %paid   = filter %in @paid
//     %price  = map %paid @price
//     %audit  = send %price topic "audit" [pass-through]
//     output %audit topic "priced" [key: @priced.key]
//   }
//
// Semantics that every pass, printer and engine keeps:
// * Order: values that come from one input partition stay in the order of that partition, from
//   input to output. Between partitions there is none.
// * Calls: Python functions of one agent are called event after event; within an event the first
//   operation is pulled lazily and later ones run breadth first per item; then for each value and
//   output in order: predicate, name, key, value, partition, headers (D18).
// * Map replaces a value; a generator yields any number of values in its place; None is a value.
// * Filter keeps the same value where its function is true, else drops it.
// * TopicSend sends a value whose predicate holds, and then drops it: unless it passes through, or
//   waits for the delivery report, which goes on in its place; (value, report) if it does both. A
//   value whose predicate is false is dropped too, unless it passes through.
// * An acknowledged send is a barrier: all that was staged before it is delivered with it.
// * Exceptions: the event fails; what it sent before stays sent; the agent's error policy deals
//   with the record (default `skip`: counted, logged, acknowledged), and the next one runs (D7).
// * Take makes lists of values, each one unit for errors and commits (D8).
// * GroupBy ends a body: what comes behind it runs when the record of its topic is read, in the
// order
//   of that topic's partitions. Its function gives the key of each value.
// * Outputs (topics, then channels, then sinks) get the values whose predicate holds, and are
//   independent of each other but for their order.
// * A channel hands on plain data as an equal copy and any other object as itself. What happens
//   behind it belongs to the record it came from; channels make no cycle.
// * Of Python code nothing may be assumed: it may read, change and keep what it is given.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/span.h"

namespace kaspr::ir {

enum class FnId : uint32_t {};
enum class NodeId : uint32_t {};

// How bytes become values and back, per key and value.
enum class Serializer : uint8_t { kRaw, kJson, kBinary, kPickle };

// The source, read as one stream per partition: topics by name, or all topics whose whole name
// matches a pattern (D16), or a channel of the app. Exactly one of the three is there.
struct Input {
  std::vector<std::string> topics;
  std::string pattern;
  std::string channel;
  Serializer key = Serializer::kRaw;  // of topics; what a channel brings has no bytes
  Serializer value = Serializer::kJson;
  struct Take {
    int64_t max = 1;
    std::chrono::milliseconds within{0};  // from the first value of a list
    bool operator==(const Take&) const = default;
  };
  std::optional<Take> take;          // values come in lists
  bool isolated_partitions = false;  // partitions do not wait for each other
  bool operator==(const Input&) const = default;
};

// What a pass knows of a filter further on: that it may be asked here already. `function` says, of
// the value that comes in, whether that filter would keep it. False: it would drop the value, and
// nothing in between would fail, so that nothing in between need run. If it raises or bails, that
// says nothing. CPython, which runs what the user wrote, does not see it.
struct EarlyFilter {
  FnId function{};
  std::string filter;  // the name of the operation
  bool operator==(const EarlyFilter&) const = default;
};

struct Map {
  FnId function{};
  std::vector<EarlyFilter> early;
  bool operator==(const Map&) const = default;
};

struct Filter {
  FnId function{};
  std::vector<EarlyFilter> early;
  bool operator==(const Filter&) const = default;
};

// Where values are written, and what makes a record of each.
struct Destination {
  std::string topic;  // "": selectors.name chooses one for each value
  Serializer key = Serializer::kRaw;
  Serializer value = Serializer::kJson;
  bool ack = false;  // wait until the record is delivered
  struct Selectors {
    std::optional<FnId> predicate, name, key, value, partition, headers;
    bool operator==(const Selectors&) const = default;
  } selectors;
  bool operator==(const Destination&) const = default;
};

// An operation that sends the values that reach it.
struct TopicSend {
  Destination destination;
  bool pass_through = false;
  bool operator==(const TopicSend&) const = default;
};

// Sends each value to a topic of the app's own, by the key that its function gives, and goes on
// with what is read from there: partitioned by that key, and after a round trip through JSON.
struct GroupBy {
  FnId function{};
  std::string topic;  // "{app}-{agent}-{operation}-repartition"
  bool operator==(const GroupBy&) const = default;
};

// Consecutive operations, run as one body. A step keeps its own name and place, so that a failure
// inside still names the operation the user wrote.
struct Stage {
  struct Step {
    std::string name;
    std::variant<Map, Filter, TopicSend> op;
    Place place;
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps;
  bool operator==(const Stage&) const = default;
};

// Sends the values that reach it, and nothing comes after it.
struct Output {
  Destination destination;
  bool operator==(const Output&) const = default;
};

// Hands the values that reach it to the agents that read the channel, without bytes in between.
struct ChannelOutput {
  std::string channel;
  std::optional<FnId> predicate, value;
  bool operator==(const ChannelOutput&) const = default;
};

// Calls a function of the user with each value that reaches it.
struct PythonSink {
  FnId function{};
  std::string name;
  bool operator==(const PythonSink&) const = default;
};

using Op =
    std::variant<Input, Map, Filter, TopicSend, GroupBy, Stage, Output, ChannelOutput, PythonSink>;

// What comes out of an agent: nothing reads it, and it has no name as a node.
bool IsOutput(const Op& op);

}  // namespace kaspr::ir
