#pragma once

// The unit that flows through the runtime: events of one partition, for one agent, with the memory
// they live in.
//
// `sequence` numbers the batches of (agent, topic, partition) densely from 0, so that whoever needs
// order can restore it. One thread holds a batch at a time; batches are moved, never copied.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value/arena.h"
#include "value/event.h"
#include "value/heap.h"
#include "value/kafka.h"

namespace kaspr::value {

// What makes a send impossible on any Kafka, said before it is staged.
enum class SendError { kTooLarge, kNoKeyNoValue };
std::string_view Describe(SendError error);  // "it has neither key nor value"

struct Batch {
  std::string_view topic;  // owned by the source
  int32_t partition = 0;
  uint64_t sequence = 0;

  Arena arena;  // of the messages
  std::vector<Event> events;
  std::unique_ptr<Heap> heap;  // of the events' values, if they have any

  Arena send_arena;
  std::vector<Send> sends;  // in the order they were decided, event after event

  // Copies a message's bytes in and appends an event for it.
  void Add(const Message& message);

  // Copies the bytes of `send` in and appends it, or says why a topic whose records have `most`
  // bytes would refuse it.
  std::optional<SendError> Stage(const Send& send, size_t most = kMaxRecordBytes);

  // The same without a copy: for bytes that live as long as the batch, as those of its messages do.
  std::optional<SendError> StageInPlace(const Send& send, size_t most = kMaxRecordBytes);

  // What the staged sends hold: their bytes and their bookkeeping.
  size_t staged_bytes() const { return send_arena.allocated() + sends.size() * sizeof(Send); }

  // Forgets every staged send from index `first` on; with 0, their memory too.
  void Unstage(size_t first);
};

}  // namespace kaspr::value
