#pragma once

// What the functions of a node look at and change of their value, as words: for the tables of
// `explain` and for pictures, `graph --fields`.
//
//   reads .amount .qty, writes .total

#include <string>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

struct Fields {
  bool known = true;                       // false: one of the functions is not translated
  std::vector<std::string> reads, writes;  // ".user.id"; "." is all of the value
  bool event = false;                      // context['event'] is looked at
};

// Of all of them together.
Fields FieldsOf(const Agent& agent, const std::vector<FnId>& functions);

// {"reads .amount .qty", "writes .total"}; {"fields unknown"}; {} of what looks at nothing.
std::vector<std::string> FieldLabels(const Fields& fields);

// The same in lines of few columns; what goes on is indented.
std::vector<std::string> FieldLines(const Fields& fields);

// The functions of each operation of a node: several of a stage, one list else.
std::vector<std::vector<FnId>> FunctionsByStep(const Node& node);

}  // namespace kaspr::ir
