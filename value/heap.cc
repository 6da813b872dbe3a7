#include "value/heap.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "value/bytes.h"
#include "value/containers.h"

namespace kaspr::value {

namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

namespace {

// As it stands there, without an escape.
Value StringOf(const Document& document, const Node& node) {
  const uint8_t ascii = node.Is(Node::kAscii) ? Value::kAscii : 0;
  const uint8_t quoted = node.Is(Node::kCanonical) ? Value::kQuoted : 0;
  return Value::Str({document.bytes.data() + node.begin, node.end - node.begin}, ascii | quoted);
}

}  // namespace

Value Heap::Read(const Document& document, uint32_t index) {
  const Node& node = document.nodes[index];
  switch (node.kind) {
    case NodeKind::kNull:
      return Value::None();
    case NodeKind::kFalse:
      return Value::Bool(false);
    case NodeKind::kTrue:
      return Value::Bool(true);
    case NodeKind::kInt:
      return node.Is(Node::kShort) ? Value::Int(node.Int()) : NewInt(document.Text(node));
    case NodeKind::kFloat:
      return Value::Float(node.Float());
    case NodeKind::kString:
      if (!node.Is(Node::kEscape)) return StringOf(document, node);
      unescaped_.clear();
      AppendUnescaped(document.Text(node), unescaped_);
      return Value::Str(arena_.Copy(unescaped_), node.Is(Node::kAscii) ? Value::kAscii : 0);
    case NodeKind::kList: {
      List* list = New<List>();
      list->document = &document;
      list->node = index;
      list->size = static_cast<uint32_t>(CountItems(document, node));
      return Value::Of(list);
    }
    case NodeKind::kDict: {
      Dict* dict = New<Dict>();
      dict->document = &document;
      dict->node = index;
      dict->size = static_cast<uint32_t>(CountItems(document, node));
      return Value::Of(dict);
    }
  }
  KASPR_UNREACHABLE("kind of node");
}

template <class T>
T* Heap::New() {
  return arena_.AllocateArray<T>(1).data();
}

List* Heap::NewList(size_t capacity) {
  List* list = New<List>();
  if (capacity > 0) Reserve(*list, capacity);
  return list;
}

Dict* Heap::NewDict(size_t capacity) {
  Dict* dict = New<Dict>();
  if (capacity > 0) Resize(*dict, capacity);
  return dict;
}

Set* Heap::NewSet(size_t capacity) {
  Set* set = New<Set>();
  if (capacity > 0) Resize(*set, capacity);
  return set;
}

Value Heap::NewRange(int64_t start, int64_t stop, int64_t step, int64_t size) {
  Range& range = arena_.AllocateArray<Range>(1)[0];
  range = {start, stop, step, size};
  return Value::Of(&range);
}

Value Heap::NewTuple(std::span<const Value> items) {
  const std::span<Value> copy = arena_.AllocateRoom<Value>(items.size());
  std::copy(items.begin(), items.end(), copy.begin());
  return Value::Tuple(copy.data(), copy.size());
}

std::span<Value> Heap::NewItems(size_t count) {
  return arena_.AllocateArray<Value>(count);
}

Value Heap::NewStr(std::string_view text) {
  return Value::Str(arena_.Copy(text), IsAscii(text) ? Value::kAscii : 0);
}

std::span<char> Heap::NewText(size_t size) {
  return arena_.AllocateRoom<char>(size);
}

Value Heap::NewInt(std::string_view digits) {
  int64_t integer = 0;
  const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
  return done.ec == std::errc() ? Value::Int(integer) : Value::BigInt(arena_.Copy(digits));
}

std::span<const Value> Heap::Items(List& list) {
  if (list.document != nullptr) {
    const Document& document = *list.document;
    list.first = arena_.AllocateRoom<Value>(list.size).data();
    list.capacity = list.size;
    uint32_t node = list.node + 1;
    for (Value& item : std::span(list.first, list.size)) {
      const bool is_float =
          document.nodes[node].kind == NodeKind::kFloat;  // of which most are many
      item = is_float ? Value::Float(document.nodes[node].Float()) : Read(document, node);
      node = document.Next(node);
    }
    list.document = nullptr;
  }
  return {list.first, list.size};
}

std::span<const DictEntry> Heap::Entries(Dict& dict) {
  if (dict.document == nullptr) return dict.entries();
  const Document& document = *dict.document;
  const std::span<const Node> nodes = document.nodes;
  Dict open = dict;
  open.document = nullptr;
  open.used = open.size = 0;
  Resize(open, dict.size);
  for (uint32_t key = dict.node + 1; key < nodes[dict.node].next; key = nodes[key].next) {
    if (const DictEntry* beside = dict.Beside(key + 1)) {
      AddEntry(open, *beside);
      continue;
    }
    const Value name = Read(document, key);
    AddEntry(open, {.key = name, .value = Read(document, key + 1), .hash = HashStr(name.str())});
  }
  for (const DictEntry& beside : dict.entries()) {
    if (beside.node == 0) AddEntry(open, beside);
  }
  dict = open;
  return dict.entries();
}

namespace {

// The entry of a key beside a document.
[[gnu::always_inline]] inline DictEntry* FindBeside(const Dict& dict, std::string_view key,
                                                    uint32_t hash) {
  for (DictEntry& entry : dict.entries()) {
    if (entry.hash == hash && EqualBytes(entry.key.str(), key)) return &entry;
  }
  return nullptr;
}

// The node of a key in the document, or 0.
[[gnu::always_inline]] inline uint32_t FindKey(const Dict& dict, std::string_view key,
                                               uint32_t hash, std::string& unescaped) {
  const Node* const nodes = dict.document->nodes.data();
  const auto key_hash = static_cast<uint16_t>(hash);
  const uint32_t end = nodes[dict.node].next;
  const char* const bytes = dict.document->bytes.data();
  for (uint32_t i = dict.node + 1; i < end; i = NextKey(nodes, i)) {
    const Node& node = nodes[i];
    if (node.count != key_hash) continue;
    const bool equal = node.Is(Node::kEscape)
                           ? StringText(*dict.document, node, unescaped) == key
                           : EqualBytes({bytes + node.begin, node.end - node.begin}, key);
    if (equal) return i;
  }
  return 0;
}

}  // namespace

bool Heap::Look(Dict& dict, std::string_view key, uint32_t hash, Value& found) {
  if (dict.document == nullptr) return false;
  if (const DictEntry* beside = FindBeside(dict, key, hash)) {
    found = beside->value;
    return true;
  }
  if (dict.looks == kMostLooks || dict.used == kMostBeside) return false;
  ++dict.looks;
  found = Value::Unbound();
  const uint32_t node = FindKey(dict, key, hash, unescaped_);
  if (node == 0) return true;
  const Node& at = dict.document->nodes[node + 1];
  if (at.kind == NodeKind::kString && !at.Is(Node::kEscape)) {
    found = StringOf(*dict.document, at);
    return true;
  }
  found = Read(*dict.document, node + 1);
  if (found.Is(Tag::kList) || found.Is(Tag::kDict)) {
    KeepBeside(dict,
               {.key = Read(*dict.document, node), .value = found, .hash = hash, .node = node + 1});
  }
  return true;
}

bool Heap::PutBeside(Dict& dict, Value key, uint32_t hash, Value value) {
  if (dict.document == nullptr || dict.frozen) return false;
  DictEntry* beside = FindBeside(dict, key.str(), hash);
  if (beside == nullptr && dict.used == kMostBeside) return false;
  ++dict.changes;
  if (beside != nullptr) {
    beside->value = value;
  } else if (const uint32_t node = FindKey(dict, key.str(), hash, unescaped_); node != 0) {
    const Value kept = Read(*dict.document, node);
    KeepBeside(dict, {.key = kept, .value = value, .hash = hash, .node = node + 1});
  } else {
    KeepBeside(dict, {.key = key, .value = value, .hash = hash});
    ++dict.size;
  }
  return true;
}

void Heap::KeepBeside(Dict& dict, const DictEntry& entry) {
  if (dict.used == dict.capacity) {
    dict.capacity = std::max<uint32_t>(4, 2 * dict.capacity);
    DictEntry* first = arena_.AllocateRoom<DictEntry>(dict.capacity).data();
    std::copy(dict.first, dict.first + dict.used, first);
    dict.first = first;
  }
  dict.first[dict.used++] = entry;
}

bool Heap::Change(List& list) {
  Items(list);
  list.changes += !list.frozen;
  return !list.frozen;
}

bool Heap::Change(Dict& dict) {
  Entries(dict);
  dict.changes += !dict.frozen;
  return !dict.frozen;
}

bool Heap::Change(Set& set) {
  set.changes += !set.frozen;
  return !set.frozen;
}

void Heap::Reserve(List& list, size_t more) {
  const size_t wanted = list.size + more;
  if (wanted <= list.capacity) return;
  const size_t capacity = std::max<size_t>({wanted, 2 * size_t{list.capacity}, 4});
  const std::span<char> rest = arena_.Rest();
  const size_t missing = capacity - list.capacity;
  const bool is_last = reinterpret_cast<char*>(list.first + list.capacity) == rest.data();
  if (is_last && missing * sizeof(Value) <= rest.size()) {
    arena_.AllocateRoom<Value>(missing);  // it grows where it is
  } else {
    const std::span<Value> items = arena_.AllocateRoom<Value>(capacity);
    std::copy(list.first, list.first + list.size, items.begin());
    list.first = items.data();
  }
  list.capacity = static_cast<uint32_t>(capacity);
}

void Heap::Reserve(Dict& dict) {
  if (dict.used == dict.capacity) Resize(dict, std::max<size_t>(2 * size_t{dict.size}, 4));
}

void Heap::Reserve(Set& set) {
  if (set.used == set.capacity) Resize(set, std::max<size_t>(2 * size_t{set.size}, 4));
}

// A new array, without the entries that were deleted, and no index yet.
template <class T>
void Heap::Resize(T& table, size_t capacity) {
  const auto entries = table.entries();
  capacity = std::max<size_t>(capacity, table.size);
  table.first = arena_.AllocateRoom<typename T::Entry>(capacity).data();
  table.capacity = static_cast<uint32_t>(capacity);
  table.used = table.size = table.slots = 0;
  table.index = nullptr;
  for (const auto& entry : entries) {
    if (!entry.key.Is(Tag::kUnbound)) AddEntry(table, entry);
  }
}

template <class T>
void Heap::MakeIndex(T& table) {
  table.slots = 2 * T::kScanned;
  while (table.slots < 2 * table.capacity) table.slots *= 2;
  table.index = arena_.AllocateRoom<uint32_t>(table.slots).data();
  std::memset(table.index, 0, table.slots * sizeof(uint32_t));
}

void Heap::NewIndex(Dict& dict) {
  MakeIndex(dict);
}

void Heap::NewIndex(Set& set) {
  MakeIndex(set);
}

void Heap::Reset() {
  arena_.Rewind();
}

void Heap::RewindTo(const Arena::Position& position) {
  arena_.RewindTo(position);
}

}  // namespace kaspr::value
