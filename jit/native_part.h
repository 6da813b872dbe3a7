#pragma once

// A part of an agent (what stands between a topic and the outputs, or the next groupBy) as what its
// events run through, if all of it can be run without CPython.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/engine.h"
#include "ir/expr/evaluate.h"
#include "ir/graph.h"
#include "jit/code.h"

namespace kaspr::jit {

// A function of one parameter, and what runs it: the evaluator, or code once it is made.
struct NativeFunction {
  std::string name;
  const ir::Expr* expr = nullptr;           // one of the agent's, or
  std::unique_ptr<ir::Expr> made;           // of several of them
  std::vector<const ir::Function*> blocks;  // those, by Inst::block
  Entry* code = nullptr;
  std::unique_ptr<const ir::Evaluator> evaluator;

  bool generator() const { return expr->main().generator; }
};

// Where values are sent, and the functions that make a record of each.
struct NativeSend {
  const ir::Destination* destination = nullptr;
  uint32_t output = 0;  // index into ir::TargetsOf of the agent
  const NativeFunction *predicate = nullptr, *name = nullptr, *key = nullptr, *value = nullptr,
                       *partition = nullptr, *headers = nullptr;
};

// The filter at steps[filter], asked before another step (ir::EarlyFilter).
struct NativeEarly {
  const NativeFunction* function = nullptr;
  std::string_view name;  // of the filter
  size_t filter = 0;
};

struct NativeStep {
  enum class Kind : uint8_t { kMap, kFilter, kSend };
  Kind kind = Kind::kMap;
  const NativeFunction* function = nullptr;  // of a map or filter; of a send once it is joined
  std::vector<NativeEarly> early;            // of a map or filter
  NativeSend send;
  bool pass_through = false;
};

// Either all of a part, or its first steps: then CPython goes on with what they leave.
struct NativePart {
  std::string why;                                         // not all of it; "" if it is
  std::vector<std::unique_ptr<NativeFunction>> functions;  // those of what follows, each once
  ir::Serializer key = ir::Serializer::kRaw;
  std::vector<const ir::Destination*> destinations;  // by ir::TargetsOf the agent; null: a channel
  std::vector<NativeStep> steps;
  bool asks_python = false;    // CPython is asked for something: so it runs on the lane
  bool filters_first = false;  // in front of what asks it
  bool keeps_values = true;    // no step changes a value, or makes another of it
  std::vector<NativeSend> outputs;
  const NativeFunction* route = nullptr;   // ir::Agent::route, of these outputs
  std::vector<size_t> routed;              // bit N of its answer is that of outputs[routed[N]]
  const NativeFunction* finish = nullptr;  // the rest, of JoinedPartsOf (jit/part_function.h)

  // Is there something of it to run?
  bool Runs() const { return why.empty() || !steps.empty(); }
};

// The parts of an agent, one more than it has groupBys, which must outlive them. Of a part that
// needs the lane the steps up to its last filter in front of what needs it: what filters drop is
// spared the way to CPython, which maps behind them would not be worth.
std::vector<NativePart> NativePartsOf(const ir::Agent& agent);

// What there is to compile of an agent, of which these are the JoinedPartsOf.
std::vector<CodeFunction> CodeFunctionsOf(std::span<const NativePart> parts);

// What runs the functions of an agent: machine code where all that calls one is native, else
// CPython.
ir::Engines EnginesOf(const ir::Agent& agent);

}  // namespace kaspr::jit
