#include "jit/record.h"

#include <limits>

#include "value/containers.h"
#include "value/kafka.h"
#include "value/write_value.h"

namespace kaspr::jit {

using value::Tag;
using value::Value;

namespace {

// The bytes that a serializer makes of a value, or none. False: it cannot, or CPython must.
bool Encode(ir::Serializer serializer, Value from, value::JsonWriter& writer, value::Arena& arena,
            std::optional<std::string_view>& bytes) {
  if (from.Is(Tag::kBytes)) {
    bytes = arena.Copy(from.bytes());
    return true;
  }
  if (serializer == ir::Serializer::kRaw) {
    if (from.Is(Tag::kNone)) return true;
    if (!from.Is(Tag::kStr)) return false;
    bytes = arena.Copy(from.str());
    return true;
  }
  writer.Clear();
  if (WriteValue(from, writer) != value::Status::kOk) return false;
  bytes = arena.Copy(writer.bytes());
  return true;
}

bool EncodeFields(ir::Serializer serializer, const Fields& fields, value::JsonWriter& writer,
                  value::Arena& arena, std::optional<std::string_view>& bytes) {
  if (serializer == ir::Serializer::kRaw) return false;
  writer.Clear();
  if (WriteFields(fields.texts, fields.values, writer) != value::Status::kOk) return false;
  bytes = arena.Copy(writer.bytes());
  return true;
}

bool ReadName(Value chosen, value::Arena& arena, std::string_view& topic) {
  if (!chosen.Is(Tag::kStr) || chosen.size == 0 || value::CheckTopicName(chosen.str())) {
    return false;
  }
  topic = arena.Copy(chosen.str());
  return true;
}

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

bool ReadHeader(Value name, Value content, value::Arena& arena, value::Header& header) {
  if (!name.Is(Tag::kStr)) return false;
  header.name = arena.Copy(name.str());
  if (content.Is(Tag::kNone)) return true;
  if (!content.Is(Tag::kStr) && !content.Is(Tag::kBytes)) return false;
  header.value = arena.Copy(content.bytes());
  return true;
}

bool ReadHeaders(Value chosen, value::Heap& heap, value::Arena& arena,
                 std::span<const value::Header>& headers) {
  if (chosen.Is(Tag::kNone)) return true;
  size_t count = 0;
  std::span<value::Header> made;
  if (chosen.Is(Tag::kDict)) {
    made = arena.AllocateArray<value::Header>(chosen.dict->size);
    for (const value::DictEntry& entry : heap.Entries(*chosen.dict)) {
      if (entry.key.Is(Tag::kUnbound)) continue;
      if (!ReadHeader(entry.key, entry.value, arena, made[count++])) return false;
    }
  } else if (chosen.Is(Tag::kList)) {
    const std::span<const Value> items = heap.Items(*chosen.list);
    made = arena.AllocateArray<value::Header>(items.size());
    for (const Value item : items) {
      if (!item.Is(Tag::kTuple) || item.size != 2) return false;
      if (!ReadHeader(item.items[0], item.items[1], arena, made[count++])) return false;
    }
  } else {
    return false;
  }
  headers = made;
  return true;
}

}  // namespace

bool MakeRecord(const ir::Destination& destination, ir::RecordSink::Selected selected,
                const std::optional<Fields>& fields, const ir::AppContext& app, value::Heap& heap,
                value::JsonWriter& writer, value::Arena& arena, value::Send& send) {
  const Value name = selected[ir::Send::kName], key = selected[ir::Send::kKey],
              value = selected[ir::Send::kValue], partition = selected[ir::Send::kPartition],
              chosen = selected[ir::Send::kHeaders];
  std::string_view topic = destination.topic;
  if (!name.Is(Tag::kUnbound)) {
    if (!ReadName(name, arena, topic)) return false;
    send.topic = topic;
  }
  if (!partition.Is(Tag::kUnbound) && !ReadPartition(partition, topic, app, send.partition)) {
    return false;
  }
  if (!chosen.Is(Tag::kUnbound) && !ReadHeaders(chosen, heap, arena, send.headers)) {
    return false;
  }
  const bool has_key = !key.Is(Tag::kUnbound) && !key.Is(Tag::kNone);
  if (has_key && !Encode(destination.key, key, writer, arena, send.key)) {
    return false;
  }
  const bool encoded = fields ? EncodeFields(destination.value, *fields, writer, arena, send.value)
                              : Encode(destination.value, value, writer, arena, send.value);
  return encoded && (send.key || send.value) && value::SizeOf(send) <= app.max_record_bytes(topic);
}

}  // namespace kaspr::jit
