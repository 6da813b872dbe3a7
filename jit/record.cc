#include "jit/record.h"

#include <algorithm>
#include <limits>

#include "value/containers.h"
#include "value/kafka.h"
#include "value/write_value.h"

namespace kaspr::jit {

using value::Tag;
using value::Value;

namespace {

bool ReadPartition(Value chosen, std::string_view topic, const ir::AppContext& app,
                   int32_t& partition) {
  if (chosen.Is(Tag::kNone)) return true;
  if (!chosen.Is(Tag::kInt) && !chosen.Is(Tag::kBool)) return false;
  const int32_t count = app.partition_count(topic);
  const int64_t number = chosen.integer;
  if (number < 0 || number > std::numeric_limits<int32_t>::max() ||
      (count > 0 && number >= count)) {
    return false;
  }
  partition = static_cast<int32_t>(number);
  return true;
}

}  // namespace

// Limits may be others by then.
void RecordWriter::Begin(value::Arena& arena) {
  arena_ = &arena;
  std::ranges::fill(most_, 0);
}

// The bytes that a serializer makes of a value, or none. False: it cannot, or CPython must.
bool RecordWriter::Encode(ir::Serializer serializer, Value from, Bytes& bytes) {
  if (from.Is(Tag::kBytes)) {
    bytes = arena_->Copy(from.bytes());
    return true;
  }
  if (serializer == ir::Serializer::kRaw) {
    if (from.Is(Tag::kNone)) return true;
    if (!from.Is(Tag::kStr)) return false;
    bytes = arena_->Copy(from.str());
    return true;
  }
  json_.ClearInto(arena_->Rest());
  if (WriteValue(from, json_) != value::Status::kOk) return false;
  bytes = arena_->Keep(json_.bytes());
  return true;
}

bool RecordWriter::Encode(ir::Serializer serializer, const Fields& fields, Bytes& bytes) {
  if (serializer == ir::Serializer::kRaw) return false;
  json_.ClearInto(arena_->Rest());
  if (WriteFields(fields.texts, fields.values, json_) != value::Status::kOk) return false;
  bytes = arena_->Keep(json_.bytes());
  return true;
}

bool RecordWriter::WriteName(Value chosen, std::string_view& topic) {
  if (!chosen.Is(Tag::kStr) || chosen.size == 0 || value::CheckTopicName(chosen.str())) {
    return false;
  }
  topic = arena_->Copy(chosen.str());
  return true;
}

bool RecordWriter::WriteHeader(Value name, Value content, value::Header& header) {
  if (!name.Is(Tag::kStr)) return false;
  header.name = arena_->Copy(name.str());
  if (content.Is(Tag::kNone)) return true;
  if (!content.Is(Tag::kStr) && !content.Is(Tag::kBytes)) return false;
  header.value = arena_->Copy(content.bytes());
  return true;
}

bool RecordWriter::WriteHeaders(Value chosen, value::Heap& heap,
                                std::span<const value::Header>& headers) {
  if (chosen.Is(Tag::kNone)) return true;
  size_t count = 0;
  std::span<value::Header> made;
  if (chosen.Is(Tag::kDict)) {
    made = arena_->AllocateArray<value::Header>(chosen.dict->size);
    for (const value::DictEntry& entry : heap.Entries(*chosen.dict)) {
      if (entry.key.Is(Tag::kUnbound)) continue;
      if (!WriteHeader(entry.key, entry.value, made[count++])) return false;
    }
  } else if (chosen.Is(Tag::kList)) {
    const std::span<const Value> items = heap.Items(*chosen.list);
    made = arena_->AllocateArray<value::Header>(items.size());
    for (const Value item : items) {
      if (!item.Is(Tag::kTuple) || item.size != 2) return false;
      if (!WriteHeader(item.items[0], item.items[1], made[count++])) return false;
    }
  } else {
    return false;
  }
  headers = made;
  return true;
}

size_t RecordWriter::MostOf(uint32_t target, std::string_view topic) {
  size_t& most = most_[target];
  if (most == 0) most = app_.max_record_bytes(topic);
  return most;
}

bool RecordWriter::Write(uint32_t target, ir::RecordSink::Selected selected,
                         const std::optional<Fields>& fields, value::Heap& heap,
                         value::Send& send) {
  const ir::Destination& to = *destinations_[target];
  const Value name = selected[ir::Send::kName], key = selected[ir::Send::kKey],
              value = selected[ir::Send::kValue], partition = selected[ir::Send::kPartition],
              headers = selected[ir::Send::kHeaders];
  send.output = target;
  std::string_view topic = to.topic;
  if (!name.Is(Tag::kUnbound)) {
    if (!WriteName(name, topic)) return false;
    send.topic = topic;
  }
  if (!partition.Is(Tag::kUnbound) && !ReadPartition(partition, topic, app_, send.partition)) {
    return false;
  }
  if (!headers.Is(Tag::kUnbound) && !WriteHeaders(headers, heap, send.headers)) return false;
  const bool has_key = !key.Is(Tag::kUnbound) && !key.Is(Tag::kNone);
  if (has_key && !Encode(to.key, key, send.key)) return false;
  if (!(fields ? Encode(to.value, *fields, send.value) : Encode(to.value, value, send.value))) {
    return false;
  }
  const size_t most = name.Is(Tag::kUnbound) ? MostOf(target, topic) : app_.max_record_bytes(topic);
  return (send.key || send.value) && value::SizeOf(send) <= most;
}

}  // namespace kaspr::jit
