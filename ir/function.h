#pragma once

// A function of the user: a Python block, kept as it was written, and what it means where that
// could be translated.
//
// A block is a program, not just one function: it runs, and then the function it defines is called
// with the value. `init` is a block too; it runs once per agent and process (D3).

#include <optional>
#include <string>

#include "base/block_map.h"
#include "ir/expr/expr.h"

namespace kaspr::ir {

// What a block is for: whether its globals are kept, and how failures name it. Operations (a
// group-by's key function is one) see fresh globals unless that cannot be observed; selectors,
// those of channels and sinks keep theirs; init runs once for its names (D2, D3, D4). A native
// function is made by a pass: it has an expr and no text, and CPython never sees it.
enum class Role : uint8_t { kOperation, kSelector, kChannelSelector, kSink, kInit, kNative };

// "operation", "selector", "channel selector", "sink", "init", "native function".
const char* RoleName(Role role);

// Why a function was not translated, and the token that says so. It never takes part in equality.
struct Untranslated {
  std::string why;  // "calls re.sub, which only CPython has"
  Span span;
  bool operator==(const Untranslated&) const { return true; }
};

struct Function {
  // Unique within the agent, and what users see: "price", "priced.key", "big.when" of a
  // channel, "remember" of a sink, "init".
  std::string name;
  Role role = Role::kOperation;
  std::string text;        // the Python program
  std::string entrypoint;  // the name to call; "" until python has looked at the block (D1)
  Place entrypoint_place;  // where the spec names it; nowhere if it does not
  // The block runs again for every call, because running it once could be observed (D2).
  bool per_call = false;
  BlockMap map;
  std::optional<Expr> expr;   // what its function does, exactly
  Untranslated untranslated;  // if there is none, and somebody tried

  bool operator==(const Function&) const = default;
};

}  // namespace kaspr::ir
