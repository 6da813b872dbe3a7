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
// * Output sends the values whose predicate holds; several outputs are independent of each other
//   but for their order.
// * Of Python code nothing may be assumed: it may read, change and keep what it is given.

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

// The source: one or more topics, read as one stream per partition.
struct Input {
  std::vector<std::string> topics;
  Serializer key = Serializer::kRaw;
  Serializer value = Serializer::kJson;
  bool operator==(const Input&) const = default;
};

struct Map {
  FnId function{};
  bool operator==(const Map&) const = default;
};

struct Filter {
  FnId function{};
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

using Op = std::variant<Input, Map, Filter, TopicSend, Stage, Output>;

}  // namespace kaspr::ir
