#pragma once

// The outputs of an agent: for each value and output in order predicate, key, value, partition,
// headers, then encode and stage (D18). On the lane's thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ir/kernel.h"
#include "python/block.h"

namespace kaspr::python {

// Where the staged sends of the running event go, and how much of them is held.
struct Staging {
  value::Batch& batch;
  ir::Emitter& emitter;
  size_t first = 0;  // of the event, in batch.sends
  size_t sends = 0;
  size_t bytes = 0;
  bool stopped = false;  // a forced stop made delivery pointless
};

class Outputs {
 public:
  Outputs(Interpreter::State& state, const ir::Agent& agent, const ir::AppContext& app,
          const InitScope& scope);

  // Stages what the outputs make of `value`. False: an exception is set (or the staging stopped),
  // and `activity` says what was being done.
  bool Send(PyObject* value, CurrentEvent& event, Staging& staging, const Activity*& activity);

 private:
  struct Output {
    const ir::Output* spec = nullptr;
    std::unique_ptr<Block> predicate, key, value, partition, headers;
    Activity encode_key, encode_value, send;
  };
  struct Record;

  Output MakeOutput(const ir::Agent& agent, const ir::Node& node, const ir::Output& spec,
                    const InitScope& scope);
  bool SendTo(uint32_t index, PyObject* value, CurrentEvent& event, Staging& staging,
              const Activity*& activity);
  // The partition that the selector chose of `topic`.
  bool ReadPartition(PyObject* chosen, const std::string& topic, int32_t& partition) const;
  bool Stage(const value::Send& send, Staging& staging);

  Interpreter::State& state_;
  const ir::AppContext& app_;
  std::vector<Output> outputs_;
};

}  // namespace kaspr::python
