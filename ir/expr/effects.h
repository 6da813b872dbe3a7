#pragma once

// What a function does to its argument, and what may come of it: what passes, explain and the graph
// know of it. Worst case where that is unknown.

#include <set>
#include <string>
#include <vector>

#include "ir/expr/expr.h"

namespace kaspr::ir {

// A part of the argument, key by key: {"user", "id"}; {} is all of it.
using FieldPath = std::vector<std::string>;

struct Effects {
  // What it looks at: each with all that is in it.
  std::set<FieldPath> reads;
  // What it changes, or may change, likewise.
  std::set<FieldPath> writes;
  value::Raises raises = 0;  // what may leave it
  // Some of it only CPython runs, and nobody knows what that is: machine code ends in front of it.
  // It may look at everything, and change it.
  bool opaque = false;
  bool event = false;  // it looks at context['event']
  bool clock = false;  // at the clock, or at random numbers
  enum class Result : uint8_t {
    kArgument,  // every return gives the argument itself
    kSpread,    // or a new dict of all that is in it, and more: {**value, "total": 1}
    kOther,
  } result = Result::kOther;
  // Of the first two: where what is returned may differ from what came in, `writes` among them.
  std::set<FieldPath> changes;
  bool operator==(const Effects&) const = default;
};

Effects EffectsOf(const Expr& expr);
// Of each function; of all but the first one, whose argument is *the* argument, `reads` say
// nothing, and `writes` that it changes something.
std::vector<Effects> EffectsOfEach(const Expr& expr);

// "reads .user.id; writes .total; may raise KeyError, TypeError; returns its argument"; "" if there
// is nothing to say. `.` is all of the argument.
std::string EffectsText(const Effects& effects);

// ".user.id"; "." of {}.
std::string PathText(const FieldPath& path);
// Of each; what is in another one goes without saying.
std::vector<std::string> PathTexts(const std::set<FieldPath>& paths);
// "KeyError"; "anything" if that is all that is known.
std::vector<std::string> RaisesTexts(value::Raises raises);

// Is one of them the other, or in it?
bool Overlaps(const FieldPath& a, const FieldPath& b);
bool Overlap(const std::set<FieldPath>& a, const std::set<FieldPath>& b);

}  // namespace kaspr::ir
