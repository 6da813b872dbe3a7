#pragma once

// Ways to run events, each a column of the table: from JSON bytes in memory to what would be sent.
//
//   auto column = MakeBodyColumn(spec, Engine::kLlvm);
//   column->Load(batch);   // not timed: what the column wants the bytes to be
//   column->Run(batch);    // timed
//   column->Sent(batch);   // "0 user-17 {...}\n" for each record, in order
//
// Main thread only; those of the lane use its thread for as long as Run takes.

#include <memory>
#include <optional>
#include <string>

#include "bench/engines/spec.h"
#include "value/batch.h"

namespace kaspr::bench {

class Column {
 public:
  virtual ~Column() = default;
  virtual void Load(value::Batch&) {}
  virtual void Run(value::Batch& batch) = 0;
  // What the last Run sent. None: it left an event to others.
  virtual std::optional<std::string> Sent(const value::Batch& batch) = 0;
};

// What reading alone takes. They send nothing.
std::unique_ptr<Column> MakeSimdjsonColumn();
std::unique_ptr<Column> MakeReaderColumn();  // ours: JsonReader and Keep

// The kernel written by hand for the spec.
std::unique_ptr<Column> MakeKernelColumn(const Spec& spec);
// An engine without the lane, as a worker runs it.
std::unique_ptr<Column> MakeBodyColumn(const Spec& spec, Engine engine);
// The lane, with an engine in front of it for what needs no lane, or without.
std::unique_ptr<Column> MakeLaneColumn(Spec& spec, std::optional<Engine> engine);
// A loop in Python over the spec's functions, with the json of its library.
std::unique_ptr<Column> MakeLoopColumn(const Spec& spec, python::Interpreter& interpreter);

}  // namespace kaspr::bench
