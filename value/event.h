#pragma once

// What flows: messages as they came, and the sends they cause. All bytes lie in a batch's arena.

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kaspr::value {

// A Kafka header: the value may be null.
struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

// A record as the transport brought it. No key is null; a null value is a tombstone.
struct Message {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
  int64_t offset = 0;
  int64_t timestamp = -1;  // milliseconds since the epoch; -1 is none, as in Kafka
};

// A record of a topic, as whoever comes from it remembers it.
struct Origin {
  std::string_view topic;
  int32_t partition = 0;
  const Message* message = nullptr;
};

// A value that only the engine which made it knows, and derives from this: a Python object on its
// way through a channel. Sends and events that hold it count as its users; only the engine, who
// gets each of them again, counts them off, and lets go of it with the last one.
struct Object {
  std::atomic<int32_t> users{1};
};

class Arena;

// The message with all its bytes copied into the arena.
Message CopyMessage(Arena& arena, const Message& message);

// What became of a record that was sent: where it stands, or why it does not.
struct DeliveryReport {
  int32_t partition = -1;
  int64_t offset = -1;
  int64_t timestamp = -1;         // milliseconds since the epoch; -1 is none
  int64_t log_start_offset = -1;  // -1: the transport does not say, as Kafka's does not
  std::string error;              // "" if it was delivered
};

// A record that an agent wants written, staged in its batch until the event is done.
struct Send {
  static constexpr int32_t kAnyPartition = -1;  // the partitioner decides: murmur2 of the key

  uint32_t output = 0;     // index into the agent's destinations, in the order of the graph
  std::string_view topic;  // chosen for this record; "": the topic of its output
  int32_t partition = kAnyPartition;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
  // For an acknowledged send: the transport fills it in before it says that the record is done. An
  // error then stands here only. It lives until the record's Delivery has ended.
  DeliveryReport* report = nullptr;
  // A dead letter: the source record must not be acknowledged without it, so a transport that will
  // never take it fails the delivery in place of refusing the record.
  bool required = false;
  int64_t timestamp = -1;  // milliseconds since the epoch; -1: when it is sent
  // For a channel, in place of key, value and headers: the value, and the records it comes from.
  Object* object = nullptr;
  std::span<const Origin> origins;
};

// Bytes of key, value and headers together: what Kafka's limits count.
size_t SizeOf(const Message& message);
size_t SizeOf(const Send& send);

enum class Outcome : uint8_t {
  kPending,      // not run yet
  kDone,         // ran to its end, whatever it sent
  kFailed,       // ended in an error, and the agent's policy dealt with it
  kGathered,     // part of a list of several events, which has an outcome of its own
  kInterrupted,  // did not run to its end: nothing of it counts, nothing is acknowledged
};

struct Document;
struct Value;

struct Event {
  Message message;
  const Document* document = nullptr;  // the message's value, where it was read as JSON already
  bool doubtful = false;               // JsonReader left it to CPython
  Outcome outcome = Outcome::kPending;
  uint32_t filtered = 0;  // values that a filter dropped
  // It ran without CPython already, exactly: what it sends lies in the batch's arena.
  bool native = false;
  std::span<const Send> prepared;
  // Else the steps of its part that it ran through already, and what came out of them; null: what
  // came in, unchanged. It lies in the batch's `heap`.
  uint32_t steps_done = 0;
  const Value* value = nullptr;
  // Of an event behind a channel: the value, which the message does not have, and the records that
  // it comes from.
  Object* object = nullptr;
  std::span<const Origin> origins;
};

}  // namespace kaspr::value
