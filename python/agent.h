#pragma once

// An agent as it runs: what its parts share, and one try at an event. On the lane's thread.
//
// An agent with groupBy has several parts, each of which reads a topic of its own; they have one
// init, one error policy, one set of counters, and never run at the same time.

#include <memory>
#include <span>
#include <vector>

#include "ir/graph.h"
#include "ir/kernel.h"
#include "ir/native.h"
#include "python/calls.h"
#include "python/event.h"
#include "python/pipeline.h"
#include "python/staging.h"
#include "python/verification.h"

namespace kaspr::python {

// What stands between a topic or channel and the outputs, or the next groupBy.
struct Part {
  Part(Interpreter::State& state, const ir::Agent& agent, std::span<const ir::Node> nodes,
       const ir::AppContext& app, const InitScope& scope);

  ir::Serializer key = ir::Serializer::kRaw;
  ir::Serializer value = ir::Serializer::kJson;
  const ir::Input::Take* take = nullptr;
  Activity decode_key, decode_value;
  Pipeline pipeline;
  // What runs natively of it, where that asks CPython; or both null.
  std::unique_ptr<ir::NativeBody> native;
  std::unique_ptr<Calls> calls;
  uint32_t native_misses = 0;  // how many events in a row did not run so
};

struct RunningAgent {
  RunningAgent(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
               ir::FailureLog& failures)
      : state(state), agent(agent), app(app), failures(failures) {}

  Interpreter::State& state;
  const ir::Agent& agent;
  const ir::AppContext& app;
  ir::FailureLog& failures;
  InitScope scope;
  std::vector<std::unique_ptr<Part>> parts;
  bool stopped = false;                  // by its own error policy: nothing of it runs any more
  Verification* verification = nullptr;  // or null: what ran natively is taken as it is

  // Nothing of an event is handed on before it is done.
  bool undoable() const {
    return agent.on_error.policy == ir::ErrorAction::kRetry ||
           agent.on_error.policy == ir::ErrorAction::kStop;
  }
};

enum class Verdict {
  kDone,
  kFailed,       // its policy dealt with it
  kStopped,      // failed, and that ends the app: it is not acknowledged
  kAgain,        // failed, and is to be tried again
  kInterrupted,  // by a forced stop, or because it will be read again
};

// Reads the event's key and value, which may be a thin one if only parts of it are wanted. False:
// an exception is set.
bool Read(const RunningAgent& agent, const Part& part, Reading& reading, uint32_t attempt,
          const Activity*& activity, const Wanted* wanted = nullptr);

// Runs what was read, or else reads it first: with `list` as one list of values, without as one
// value. What it sends, and what its error policy sends, is staged. `attempt` counts from 0.
Task<Verdict> Try(RunningAgent& agent, Part& part, std::span<Reading> readings, bool list,
                  Staging& staging, uint32_t attempt, uint32_t& filtered);

// Deals with the exception that is set as the agent's policy says.
Verdict Fail(RunningAgent& agent, const Activity& activity, std::span<const Reading> readings,
             Staging& staging, uint32_t attempt);

}  // namespace kaspr::python
