#include "value/write_value.h"

#include <algorithm>
#include <utility>

#include "value/heap.h"

namespace kaspr::value {

namespace {

void WriteStr(Value str, JsonWriter& out) {
  if (str.Is(Value::kQuoted)) return out.Raw({str.text - 1, size_t{str.size} + 2});
  if (!str.Is(Value::kAscii)) return out.Utf8(str.str());
  out.String(std::span(reinterpret_cast<const unsigned char*>(str.text), str.size));
}

// What is no container.
Status WriteScalar(Value value, JsonWriter& out) {
  switch (value.tag) {
    case Tag::kNone:
      out.Raw("null");
      return Status::kOk;
    case Tag::kBool:
      out.Raw(value.integer != 0 ? "true" : "false");
      return Status::kOk;
    case Tag::kInt:
      out.Int(value.integer);
      return Status::kOk;
    case Tag::kBigInt:
      out.Raw(value.bytes());
      return Status::kOk;
    case Tag::kFloat:
      out.Float(value.number);
      return Status::kOk;
    case Tag::kStr:
      WriteStr(value, out);
      return Status::kOk;
    default:
      return Status::kBail;
  }
}

// A text; what else JSON writes becomes one.
Status WriteKey(Value key, JsonWriter& out) {
  if (key.Is(Tag::kStr)) return WriteScalar(key, out);
  if (key.Is(Tag::kTuple) || key.Is(Tag::kBytes)) return Status::kTypeError;
  out.Raw("\"");
  const Status status = WriteScalar(key, out);
  out.Raw("\"");
  return status;
}

Status Write(Value value, uint32_t depth, JsonWriter& out);

Status WriteItems(std::span<const Value> items, uint32_t depth, JsonWriter& out) {
  out.Raw("[");
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out.Raw(", ");
    const Status status = Write(items[i], depth + 1, out);
    if (status != Status::kOk) return status;
  }
  out.Raw("]");
  return Status::kOk;
}

Status WriteEntry(const DictEntry& entry, uint32_t depth, JsonWriter& out) {
  const Status status = WriteKey(entry.key, out);
  out.Raw(": ");
  return status == Status::kOk ? Write(entry.value, depth + 1, out) : status;
}

Status WriteEntries(const Dict& dict, uint32_t depth, JsonWriter& out) {
  out.Raw("{");
  bool first = true;
  for (const DictEntry& entry : dict.entries()) {
    if (entry.key.Is(Tag::kUnbound)) continue;
    if (!first) out.Raw(", ");
    first = false;
    if (const Status status = WriteEntry(entry, depth, out); status != Status::kOk) return status;
  }
  out.Raw("}");
  return Status::kOk;
}

// Is a value beside a dict's document what stands there?
bool IsAsRead(const Dict& dict, const DictEntry& beside) {
  const auto is = [&](const Container& container) {
    return container.document == dict.document && container.node == beside.node;
  };
  if (beside.value.Is(Tag::kList)) return is(*beside.value.list);
  return beside.value.Is(Tag::kDict) && is(*beside.value.dict) && beside.value.dict->used == 0;
}

bool IsAsRead(const Dict& dict) {
  return std::ranges::all_of(dict.entries(),
                             [&](const DictEntry& beside) { return IsAsRead(dict, beside); });
}

// Of a dict of a document: as it stands there, but for what stands beside it.
Status WriteNodes(const Dict& dict, uint32_t depth, JsonWriter& out) {
  const std::span<const Node> nodes = dict.document->nodes;
  out.Raw("{");
  const char* separator = "";
  for (uint32_t i = dict.node + 1; i < nodes[dict.node].next; i = nodes[i].next) {
    out.Raw(std::exchange(separator, ", "));
    const DictEntry* beside = dict.Beside(i + 1);
    if (beside == nullptr) {
      WriteNode(out, *dict.document, i);
    } else if (const Status status = WriteEntry(*beside, depth, out); status != Status::kOk) {
      return status;
    }
  }
  for (const DictEntry& beside : dict.entries()) {
    if (beside.node != 0) continue;
    out.Raw(std::exchange(separator, ", "));
    if (const Status status = WriteEntry(beside, depth, out); status != Status::kOk) return status;
  }
  out.Raw("}");
  return Status::kOk;
}

Status Write(Value value, uint32_t depth, JsonWriter& out) {
  if (depth == Heap::kDeepest) return Status::kBail;
  switch (value.tag) {
    case Tag::kTuple:
      return WriteItems({value.items, value.size}, depth, out);
    case Tag::kList: {
      const List& list = *value.list;
      if (list.document == nullptr) return WriteItems({list.first, list.size}, depth, out);
      WriteNode(out, *list.document, list.node);
      return Status::kOk;
    }
    case Tag::kDict: {
      const Dict& dict = *value.dict;
      if (dict.document == nullptr) return WriteEntries(dict, depth, out);
      if (!IsAsRead(dict)) return WriteNodes(dict, depth, out);
      WriteNode(out, *dict.document, dict.node);
      return Status::kOk;
    }
    default:
      return WriteScalar(value, out);
  }
}

}  // namespace

Status WriteValue(Value value, JsonWriter& out) {
  return Write(value, 0, out);
}

}  // namespace kaspr::value
