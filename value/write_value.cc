#include "value/write_value.h"

#include <algorithm>

#include "value/heap.h"

namespace kaspr::value {

namespace {

void WriteQuoted(Value str, JsonWriter& out) {
  out.Raw({str.text - 1, size_t{str.size} + 2});
}

void WriteStr(Value str, JsonWriter& out) {
  if (str.Is(Value::kQuoted)) return WriteQuoted(str, out);
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
class BesideWriter {
 public:
  BesideWriter(const Dict& dict, uint32_t depth, JsonWriter& out)
      : dict_(dict), document_(*dict.document), depth_(depth), out_(out) {}

  Status Run() {
    const uint32_t end = document_.nodes[dict_.node].next;
    out_.Raw("{");
    for (uint32_t key = dict_.node + 1; key < end;) {
      const DictEntry* beside = NextBeside(key);
      const uint32_t last = beside == nullptr ? end : beside->node - 1;
      if (key < last) WriteAsRead(key, last);
      if (beside == nullptr) break;
      if (const Status status = WriteBeside(*beside); status != Status::kOk) return status;
      key = document_.nodes[last].next;
    }
    for (const DictEntry& entry : dict_.entries()) {
      if (entry.node != 0) continue;
      if (const Status status = WriteBeside(entry); status != Status::kOk) return status;
    }
    out_.Raw("}");
    return Status::kOk;
  }

 private:
  // The first of those that stand beside a value from `key` on.
  const DictEntry* NextBeside(uint32_t key) const {
    const DictEntry* next = nullptr;
    for (const DictEntry& entry : dict_.entries()) {
      if (entry.node > key && (next == nullptr || entry.node < next->node)) next = &entry;
    }
    return next;
  }

  void Separate() {
    if (!first_) out_.Raw(", ");
    first_ = false;
  }

  void WriteAsRead(uint32_t first, uint32_t last) {
    Separate();
    const Node& dict = document_.nodes[dict_.node];
    if (!dict.Is(Node::kCanonical)) return WriteNodes(out_, document_, first, last);
    const uint32_t begin = document_.nodes[first].begin - 1;
    const uint32_t end = last == dict.next ? dict.end - 1 : document_.nodes[last].begin - 3;
    out_.Raw(document_.bytes.substr(begin, end - begin));
  }

  Status WriteBeside(const DictEntry& entry) {
    Separate();
    return WriteEntry(entry, depth_, out_);
  }

  const Dict& dict_;
  const Document& document_;
  const uint32_t depth_;
  JsonWriter& out_;
  bool first_ = true;
};

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
      if (!IsAsRead(dict)) return BesideWriter(dict, depth, out).Run();
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

Status WriteFields(std::span<const std::string_view> texts, const Value* values, JsonWriter& out) {
  for (size_t i = 0; i + 1 < texts.size(); ++i) {
    out.Raw(texts[i]);
    if (values[i].Is(Tag::kStr) && values[i].Is(Value::kQuoted)) {
      WriteQuoted(values[i], out);
      continue;
    }
    if (const Status status = Write(values[i], 1, out); status != Status::kOk) return status;
  }
  out.Raw(texts.back());
  return Status::kOk;
}

}  // namespace kaspr::value
