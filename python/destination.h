#pragma once

// Where values are sent, of an output or of an operation that sends: predicate, name, key, value,
// partition, headers, then encode and stage, or wait for the delivery (D18). On the lane's thread.

#include <memory>
#include <optional>
#include <string>

#include "python/block.h"
#include "python/staging.h"

namespace kaspr::python {

class Destination {
 public:
  // `spec` is one of `agent`; all must outlive this. `place`: of the output or operation, which
  // `operation` names.
  Destination(Interpreter::State& state, const ir::Agent& agent, const ir::Destination& spec,
              Place place, const std::string& operation, const ir::AppContext& app,
              const InitScope& scope);

  // Can one of its functions look at `context`?
  bool SeesContext() const;

  struct Sent {
    bool sent = false;  // the predicate holds
    Ref report;         // of a send that was acknowledged: the dict that Python sees
  };

  // Sends what becomes of `value`, which is borrowed. False: an exception is set, and `activity`
  // says what was being done.
  Task<bool> Send(PyObject* value, CurrentEvent& event, Staging& staging, const Activity*& activity,
                  Sent& sent);

 private:
  struct Record;

  // Fills in all of the record but its encoded bytes.
  Task<bool> Select(PyObject* value, CurrentEvent& event, const Activity*& activity,
                    Record& record);
  bool Encode(const Activity*& activity, Record& record) const;
  bool ReadName(PyObject* chosen, Record& record) const;
  bool ReadPartition(PyObject* chosen, Record& record) const;

  Interpreter::State& state_;
  const ir::AppContext& app_;
  const ir::Destination& spec_;
  uint32_t index_;  // Send::output
  bool selects_ = false;
  size_t max_record_bytes_ = 0;  // of the topic that the spec names
  std::unique_ptr<Block> predicate_, name_, key_, value_, partition_, headers_;
  Activity encode_key_, encode_value_, send_;
};

}  // namespace kaspr::python
