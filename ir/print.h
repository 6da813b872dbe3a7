#pragma once

// Graph -> IR text. One node a line, names from the spec, attributes only where not default;
// nothing in it moves when a line of the YAML moves, unless places are asked for.
//
//   app "shop"
//
//   topic "priced" [partitions: 4, config: "cleanup.policy=compact"]
//
//   agent "orders" [on-error: retry 3 100ms then dead-letter "dead", timeout: 30s] {
//     init @init
//     %in    = input topic "orders", "returns" [key: json, take: 100 5s]
//     %stage = stage %in {
//       filter @paid
//       map @clean as "clean again"
//       send "audit" topic "audit" [value: raw, pass-through]
//     }
//     output %stage topic "priced" [when: @priced.when, key: json @priced.key, ack]
//     output %stage topic @output.name
//     channel %stage "big" [when: @big.when]
//     sink %stage @remember
//
//     fn @priced.key python "key" [selector] |
//       | def key(value):
//       |     return value["user"]
//     ...
//   }
//
// Behind a program may stand what its function means, `expr @price {` .. `}`, as
// ir/expr/print.h has it. A program's lines stand behind `| `, byte for byte; `|-` where the last
// one has no line break. A name that is not a plain word is quoted: %"a b". `#` begins a comment.

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace kaspr::ir {

struct PrintOptions {
  bool places = false;  // "# orders.yaml:28" behind nodes; comments, so the text still parses
  bool exprs = true;    // without them the text says less than the graph
};

std::string Print(const Graph& graph, const PrintOptions& options = {});

// The functions of all agents but init, as ir::Expr with their effects, or why they have none:
//
//   # orders/price
//   fn @price(value) {  # reads .amount; may raise KeyError, TypeError; returns its argument
//     ...
//   # orders/clean: python, calls re.sub, which only CPython has
std::string PrintExprs(const Graph& graph, const PrintOptions& options = {});

// The text and where the parts of the graph stand in it, for errors about graphs that no file
// wrote. Prints malformed graphs too: an id out of range becomes %?7 or @?7.
struct GraphText {
  struct Extent {
    uint32_t begin = 0;
    uint32_t end = 0;
  };
  struct AgentLines {
    Extent head;
    std::vector<Extent> nodes;
    std::vector<Extent> functions;
  };
  std::string text;
  std::vector<Extent> topics;
  std::vector<AgentLines> agents;
};

GraphText PrintLocated(const Graph& graph, const PrintOptions& options = {});

}  // namespace kaspr::ir
