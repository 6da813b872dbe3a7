#include "value/heap.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/check.h"
#include "value/containers.h"
#include "value/key_hash.h"

namespace kaspr::value {

namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

template <class T>
void Restore(std::vector<std::pair<T*, T>>& saved, size_t first) {
  for (; saved.size() > first; saved.pop_back()) *saved.back().first = saved.back().second;
}

template <class T>
void Forget(std::vector<T>& saved, size_t kept) {
  if (saved.capacity() > kept) {
    std::vector<T>().swap(saved);
  } else {
    saved.clear();
  }
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
    case NodeKind::kInt: {
      const std::string_view text = document.Text(node);
      const std::optional<int64_t> integer = ReadInt(text);
      return integer ? Value::Int(*integer) : NewInt(text);
    }
    case NodeKind::kFloat:
      return Value::Float(ReadFloat(document.Text(node)));
    case NodeKind::kString: {
      const uint8_t ascii = node.Is(Node::kAscii) ? Value::kAscii : 0;
      if (node.Is(Node::kEscape)) {
        unescaped_.clear();
        AppendUnescaped(document.Text(node), unescaped_);
        return Value::Str(arena_.Copy(unescaped_), ascii);
      }
      const uint8_t quoted = node.Is(Node::kCanonical) ? Value::kQuoted : 0;
      return Value::Str(document.Text(node), ascii | quoted);
    }
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
  T* made = arena_.AllocateArray<T>(1).data();
  made->epoch = epoch_;
  return made;
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
  const std::span<Value> copy = NewItems(items.size());
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
  return arena_.AllocateArray<char>(size);
}

Value Heap::NewInt(std::string_view digits) {
  int64_t integer = 0;
  const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
  return done.ec == std::errc() ? Value::Int(integer) : Value::BigInt(arena_.Copy(digits));
}

// What is in a container is as old as that: a change of it is one of something that was there.
Value Heap::ReadInside(const Container& container, uint32_t node) {
  const Value value = Read(*container.document, node);
  if (value.Is(Tag::kList)) value.list->epoch = container.epoch;
  if (value.Is(Tag::kDict)) value.dict->epoch = container.epoch;
  return value;
}

std::span<const Value> Heap::Items(List& list) {
  if (list.document != nullptr) {
    const Document& document = *list.document;
    list.first = NewItems(list.size).data();
    list.capacity = list.size;
    uint32_t node = list.node + 1;
    for (uint32_t i = 0; i < list.size; ++i, node = document.nodes[node].next) {
      list.first[i] = ReadInside(list, node);
    }
    list.document = nullptr;
  }
  return {list.first, list.size};
}

std::span<const DictEntry> Heap::Entries(Dict& dict) {
  if (dict.document != nullptr) {
    const Document& document = *dict.document;
    const uint32_t size = dict.size;
    Dict open = dict;
    open.document = nullptr;
    open.used = open.size = 0;
    Resize(open, size);
    uint32_t key = dict.node + 1;
    for (uint32_t i = 0; i < size; ++i, key = document.nodes[key].next) {
      const Value name = Read(document, key);
      AddEntry(open, {.key = name, .value = At(dict, key + 1), .hash = HashStr(name.str())});
    }
    dict = open;
  }
  return dict.entries();
}

bool Heap::Look(Dict& dict, std::string_view key, uint64_t hash, Value& found) {
  if (dict.document == nullptr || dict.looks == kMostLooks) return false;
  ++dict.looks;
  found = Value::Unbound();
  const std::span<const Node> nodes = dict.document->nodes;
  const auto key_hash = static_cast<uint16_t>(hash);
  for (uint32_t i = dict.node + 1, end = nodes[dict.node].next; i < end; i = nodes[i].next) {
    if (nodes[i].count != key_hash || StringText(*dict.document, nodes[i], unescaped_) != key)
      continue;
    found = At(dict, i + 1);
    if (found.Is(Tag::kList) || found.Is(Tag::kDict)) {
      if (dict.first == nullptr) dict.first = arena_.AllocateArray<DictEntry>(kMostLooks).data();
      dict.first[dict.used++] = {.key = Read(*dict.document, i), .value = found, .hash = i + 1};
    }
    break;
  }
  return true;
}

// What stands at a node of a dict that is not open.
Value Heap::At(const Dict& dict, uint32_t node) {
  for (const DictEntry& seen : dict.entries()) {
    if (seen.hash == node) return seen.value;
  }
  return ReadInside(dict, node);
}

// What is saved keeps its arrays, and the container goes on with copies of them.
template <class T>
bool Heap::Save(T& container, Saved<T>& saved) {
  if (container.frozen) return false;
  ++container.changes;
  if (container.epoch == epoch_) return true;
  saved.emplace_back(&container, container);
  container.epoch = epoch_;
  return true;
}

bool Heap::Change(List& list) {
  Items(list);
  const bool shared = list.epoch != epoch_;
  if (!Save(list, lists_)) return false;
  if (!shared) return true;
  const std::span<const Value> items(list.first, list.size);
  list.first = nullptr;
  list.size = list.capacity = 0;
  Reserve(list, items.size() + 1);
  std::copy(items.begin(), items.end(), list.first);
  list.size = static_cast<uint32_t>(items.size());
  return true;
}

bool Heap::Change(Dict& dict) {
  Entries(dict);
  const bool shared = dict.epoch != epoch_;
  if (!Save(dict, dicts_)) return false;
  if (shared) Resize(dict, dict.size + 1);
  return true;
}

bool Heap::Change(Set& set) {
  const bool shared = set.epoch != epoch_;
  if (!Save(set, sets_)) return false;
  if (shared) Resize(set, set.size + 1);
  return true;
}

void Heap::Reserve(List& list, size_t more) {
  const size_t wanted = list.size + more;
  if (wanted <= list.capacity) return;
  const size_t capacity = std::max<size_t>({wanted, 2 * size_t{list.capacity}, 4});
  const std::span<Value> items = NewItems(capacity);
  std::copy(list.first, list.first + list.size, items.begin());
  list.first = items.data();
  list.capacity = static_cast<uint32_t>(capacity);
}

void Heap::Reserve(Dict& dict) {
  if (dict.used == dict.capacity) Resize(dict, std::max<size_t>(2 * size_t{dict.size}, 4));
}

void Heap::Reserve(Set& set) {
  if (set.used == set.capacity) Resize(set, std::max<size_t>(2 * size_t{set.size}, 4));
}

// New arrays, without the entries that were deleted.
template <class T>
void Heap::Resize(T& table, size_t capacity) {
  const auto entries = table.entries();
  capacity = std::max<size_t>(capacity, table.size);
  table.first = arena_.AllocateArray<typename T::Entry>(capacity).data();
  table.capacity = static_cast<uint32_t>(capacity);
  table.used = table.size = table.slots = 0;
  table.index = nullptr;
  if (capacity > T::kScanned) {
    table.slots = 32;
    while (table.slots < 2 * capacity) table.slots *= 2;
    table.index = arena_.AllocateArray<uint32_t>(table.slots).data();
    std::memset(table.index, 0, table.slots * sizeof(uint32_t));
  }
  for (const auto& entry : entries) {
    if (!entry.key.Is(Tag::kUnbound)) AddEntry(table, entry);
  }
}

Heap::Mark Heap::NewMark() {
  ++epoch_;
  return {lists_.size(), dicts_.size(), sets_.size()};
}

void Heap::Undo(Mark mark) {
  Restore(lists_, mark.lists);
  Restore(dicts_, mark.dicts);
  Restore(sets_, mark.sets);
}

void Heap::Reset() {
  arena_.Rewind();
  ForgetChanges();
}

void Heap::RewindTo(const Arena::Position& position) {
  arena_.RewindTo(position);
  ForgetChanges();
}

void Heap::ForgetChanges() {
  Forget(lists_, kKeptChanges);
  Forget(dicts_, kKeptChanges);
  Forget(sets_, kKeptChanges);
}

}  // namespace kaspr::value
