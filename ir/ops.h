#pragma once

// The operations of a graph, in the spec's own words.
//
//   agent "orders" {
//     %in     = input topic "orders"
//     %paid   = filter %in @paid
//     %price  = map %paid @price
//     output %price topic "priced" [key: @priced.key]
//   }
//
// Semantics that every pass, printer and engine keeps:
// * Order: values that come from one input partition stay in the order of that partition, from
//   input to output. Between partitions there is none.
// * Calls: Python functions of one agent are called event after event; within an event the first
//   operation is pulled lazily and later ones run breadth first per item; then for each value and
//   output in order: predicate, key, value, partition, headers (D18).
// * Map replaces a value; a generator yields any number of values in its place; None is a value.
// * Filter keeps the same value where its function is true, else drops it.
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
enum class Serializer : uint8_t { kRaw, kJson, kBinary };

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

// Consecutive maps and filters, run as one body. A step keeps its own name and place, so that a
// failure inside still names the operation the user wrote.
struct Stage {
  struct Step {
    enum class Kind : uint8_t { kMap, kFilter };
    Kind kind = Kind::kMap;
    std::string name;
    FnId function{};
    Place place;
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps;
  bool operator==(const Stage&) const = default;
};

// A topic that the values reaching it are written to.
struct Output {
  std::string topic;
  Serializer key = Serializer::kRaw;
  Serializer value = Serializer::kJson;
  struct Selectors {
    std::optional<FnId> predicate, key, value, partition, headers;
    bool operator==(const Selectors&) const = default;
  } selectors;
  bool operator==(const Output&) const = default;
};

using Op = std::variant<Input, Map, Filter, Stage, Output>;

}  // namespace kaspr::ir
