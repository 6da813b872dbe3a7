#pragma once

// Runs a function as IR on a JSON text and says in one text what came of it: what it returned and
// yielded, and what became of its argument, with which lists and dicts are one and the same.

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "ir/expr/evaluate.h"
#include "value/containers.h"
#include "value/json_read.h"
#include "value/status.h"

namespace kaspr::ir {

class ExprRunner {
 public:
  struct Outcome {
    value::Status status = value::Status::kOk;
    std::string text;  // of kOk
  };

  Outcome Run(const Evaluator& evaluator, const std::string& json) {
    heap_.Reset();
    seen_.clear();
    const value::Value argument = heap_.Read(*reader_.Read(json));
    std::vector<value::Value> items;
    Surroundings surroundings;
    surroundings.most_turns = 100'000;  // some never end
    surroundings.yield = [&](value::Value item) {
      items.push_back(item);
      // Who takes it changes it.
      if (!item.Is(Tag::kDict)) return value::Status::kOk;
      return Put(heap_, *item.dict, Value::Str("a", Value::kAscii),
                 Value::Int(1000 + static_cast<int64_t>(items.size())));
    };
    value::Value result;
    Outcome outcome;
    outcome.status = evaluator.Run(heap_, {&argument, 1}, surroundings, result);
    if (outcome.status != value::Status::kOk) return outcome;
    for (const value::Value item : items) outcome.text += Show(item, 0) + "; ";
    outcome.text += Show(result, 0) + " of " + Show(argument, 0);
    return outcome;
  }

 private:
  using Value = value::Value;
  using Tag = value::Tag;

  std::string Show(Value value, size_t depth) {
    if (depth > 30) return "...";
    switch (value.tag) {
      case Tag::kUnbound:
        return "-";
      case Tag::kNone:
        return "None";
      case Tag::kBool:
        return value.integer != 0 ? "True" : "False";
      case Tag::kInt:
        return std::to_string(value.integer);
      case Tag::kFloat:
        return fmt::format("{:a}", value.number);
      case Tag::kBigInt:
      case Tag::kStr:
      case Tag::kBytes:
        return fmt::format("{}'{}'", static_cast<int>(value.tag), value.bytes());
      case Tag::kTuple:
        return "(" + ShowAll({value.items, value.size}, depth) + ")";
      case Tag::kList:
        return Known(value.list,
                     [&] { return "[" + ShowAll(heap_.Items(*value.list), depth) + "]"; });
      case Tag::kDict:
        return Known(value.dict, [&] { return ShowDict(*value.dict, depth); });
      case Tag::kSet:
        return Known(value.set, [&] { return ShowSet(*value.set, depth); });
      case Tag::kRange:
        return fmt::format("range {} {} {}", value.range->start, value.range->stop,
                           value.range->step);
      case Tag::kObject:
        break;
    }
    return "?";
  }

  template <class Describe>
  std::string Known(const void* container, const Describe& describe) {
    const auto [place, first] = seen_.emplace(container, seen_.size());
    if (!first) return fmt::format("#{}", place->second);
    return describe();
  }

  std::string ShowAll(std::span<const Value> items, size_t depth) {
    std::string text;
    for (const Value item : items) text += Show(item, depth + 1) + ", ";
    return text;
  }

  std::string ShowDict(value::Dict& dict, size_t depth) {
    std::string text = "{";
    for (const value::DictEntry& entry : heap_.Entries(dict)) {
      if (entry.key.Is(Tag::kUnbound)) continue;
      text += Show(entry.key, depth + 1) + ": " + Show(entry.value, depth + 1) + ", ";
    }
    return text + "}";
  }

  std::string ShowSet(const value::Set& set, size_t depth) {
    std::string text = set.immutable ? "frozenset{" : "set{";
    for (const value::SetEntry& entry : set.entries()) {
      if (!entry.key.Is(Tag::kUnbound)) text += Show(entry.key, depth + 1) + ", ";
    }
    return text + "}";
  }

  value::Heap heap_;
  value::JsonReader reader_;
  std::map<const void*, size_t> seen_;
};

}  // namespace kaspr::ir
