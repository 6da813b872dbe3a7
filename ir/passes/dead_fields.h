#pragma once

// Drops writes of fields that nobody reads and that go into no record.
//
//   %price = map %in @price                  fn @price(value) {
//   output %price topic "priced"               %0 = getitem value "amount"
//     [value: @priced.value]                   return value
//                                            }
//   fn @price(value) {
//     %0 = getitem value "amount"      ==>
//     %1 = setitem value "net" %0
//     return value
//   }
//   fn @priced.value(value) {
//     %0 = getitem value "amount"
//     return %0
//   }
//
// Looked at are the writes of keys that are text: into the value of an operation or selector, or
// into the dict that a map makes and returns, its display too. A value is followed from where it is
// read or made to the outputs. All that functions do with it must be known: look at such keys, ask
// what it is, return it. Passed on in another way, it may be anywhere, and all its fields are kept.
//
// A write stays where its dict may be none: it would raise. What was to be written is still
// computed; drop-dead-code takes what of it cannot raise. Only a part of an agent of which all is
// translated counts, so that no value is seen by CPython: an event that is run there begins anew,
// with the functions as they were written.

#include "ir/passes.h"

namespace kaspr::ir {

bool DeadFields(Graph& graph, PassContext& context);
// Of the dicts that one function makes; with `argument`, of that too: nobody looks at it behind.
bool DeadFields(ExprFunction& function, bool argument);

}  // namespace kaspr::ir
