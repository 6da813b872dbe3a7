#pragma once

// Where values are sent, of an output or of an operation that sends: predicate, name, key, value,
// partition, headers, then encode and stage, or wait for the delivery (D18). On the lane's thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  void ForEachBlock(const std::function<void(const Block&)>& visit) const;

  struct Sent {
    bool sent = false;  // the predicate holds
    Ref report;         // of a send that was acknowledged: the dict that Python sees
  };

  // A value, which is borrowed, and its event; `activity` says what is being done.
  struct Sending {
    PyObject* value;
    CurrentEvent& event;
    Staging& staging;
    const Activity*& activity;
    Sent* sent;  // or null: nobody wants to know
  };
  // False: an exception is set.
  Task<bool> Send(const Sending& sending);

 private:
  struct Record;
  struct Selector {
    bool (Destination::*take)(Record& record, Ref chosen) const;  // false: an exception is set
    std::unique_ptr<Block> block;
  };

  Task<bool> AwaitPredicate(Block::Calling holds, Sending sending);
  Task<bool> SendRecord(const Sending& sending);
  // What is left of a record from the selector with this index on, whose result is to come or not.
  Task<bool> AwaitSelector(size_t index, Block::Calling calling, Record record, Sending sending);
  Task<bool> Select(size_t index, Record& record, const Sending& sending);
  Task<bool> Finish(Record& record, const Sending& sending);
  Task<bool> AwaitDelivery(Record record, size_t most, Sending sending);

  bool Encode(const Activity*& activity, Record& record) const;
  bool TakeName(Record& record, Ref chosen) const;
  bool TakeKey(Record& record, Ref chosen) const;
  bool TakeValue(Record& record, Ref chosen) const;
  bool TakePartition(Record& record, Ref chosen) const;
  bool TakeHeaders(Record& record, Ref chosen) const;

  Interpreter::State& state_;
  const ir::AppContext& app_;
  const ir::Destination& spec_;
  uint32_t index_;               // Send::output
  size_t max_record_bytes_ = 0;  // of the topic that the spec names
  std::unique_ptr<Block> predicate_;
  std::vector<Selector> selectors_;  // in the order of their calls
  Activity encode_key_, encode_value_, send_;
};

}  // namespace kaspr::python
