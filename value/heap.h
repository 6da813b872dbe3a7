#pragma once

// Lists, dicts, sets and text that a native function makes or changes.
//
// A list or dict of a document is read where it stands. A dict keeps what is set in it beside the
// document; what goes beyond that makes entries of it, and of no level below. What is made lies in
// the heap and goes with Reset. One thread at a time; whatever it shows (documents, constants) must
// outlive it. A change is not undone: who bails leaves what it changed, and CPython begins with the
// document.
//
//   Value value = heap.Read(document);
//   if (heap.Change(*value.list)) heap.Append(*value.list, Value::Int(1));
//
// Nothing here throws; memory that is not there ends the process.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "value/arena.h"
#include "value/document.h"
#include "value/value.h"

namespace kaspr::value {

// What lists, dicts and sets have in common.
struct Container {
  uint32_t changes = 0;  // how often it was changed: who iterates over it looks whether it was
  bool frozen = false;   // a constant, which others see too: a change bails
  uint8_t looks = 0;     // how often a key of it was looked for in the document
  // The node of a document that it is, until it is opened; null: it was, or it never was one.
  const Document* document = nullptr;
  uint32_t node = 0;
};

struct List : Container {
  Value* first = nullptr;
  uint32_t size = 0;  // valid if it is not open, too
  uint32_t capacity = 0;
};

struct DictEntry {
  Value key;  // unbound: it was deleted
  Value value;
  uint32_t hash = 0;
  uint32_t node = 0;  // of a dict that is not open: where a value of this key stands, or 0
};

struct SetEntry {
  Value key;
  uint32_t hash = 0;
};

// Entries in the order of insertion, deleted ones among them. Where there are many, an index, as
// soon as one of them is looked for.
template <class E>
struct Table : Container {
  using Entry = E;
  static constexpr uint32_t kScanned = 16;  // entries that are looked at one after the other

  std::span<Entry> entries() const { return {first, used}; }

  Entry* first = nullptr;
  uint32_t used = 0, capacity = 0;
  uint32_t size = 0;          // without those that were deleted; valid if it is not open, too
  uint32_t* index = nullptr;  // of `slots`, a power of two: an entry's number + 1, or 0
  uint32_t slots = 0;
};

// Until it is opened, its entries are what stands beside the document, a few: values that were set
// in the place of others; keys that the document has not, in their order; and the lists and dicts
// that were looked up, since each is the same one at the next look, and may be changed.
struct Dict : Table<DictEntry> {
  // Of one that is not open: what stands beside the value at a node, or null.
  const DictEntry* Beside(uint32_t at) const {
    for (const DictEntry& entry : entries()) {
      if (entry.node == at) return &entry;
    }
    return nullptr;
  }
};

// Its order is not that of Python's sets, so who would show it bails.
struct Set : Table<SetEntry> {
  bool immutable = false;  // a frozenset
};

struct Range {
  int64_t start = 0, stop = 0, step = 1;
  int64_t size = 0;
};

class Heap {
 public:
  // Deeper values are not compared, hashed, printed or written: that bails.
  static constexpr uint32_t kDeepest = 400;

  // How sum() adds floats: set once, by whoever knows the interpreter. Python 3.12 and later carry
  // what is lost by rounding, earlier ones do not.
  bool compensated_sum = false;

  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // A value of a document, which must outlive what the heap holds.
  Value Read(const Document& document, uint32_t node = 0);
  // Of one whose nodes are copied: only its bytes must outlive what the heap holds.
  Value ReadCopy(const Document& document) { return Read(*Keep(document, arena_)); }

  List* NewList(size_t capacity = 0);
  Dict* NewDict(size_t capacity = 0);
  Set* NewSet(size_t capacity = 0);
  // REQUIRES: step is not 0, and the size fits.
  Value NewRange(int64_t start, int64_t stop, int64_t step, int64_t size);
  Value NewTuple(std::span<const Value> items);  // a copy of them
  std::span<Value> NewItems(size_t count);       // for a tuple, to be filled
  Value NewStr(std::string_view text);           // a copy; looks whether it is ASCII
  std::span<char> NewText(size_t size);          // for a str or big int, to be filled
  // An int of any size. REQUIRES: digits, '-' in front of them or nothing, no zeros in front.
  Value NewInt(std::string_view digits);

  // The items, the entries: of a document's list or dict they are made now.
  std::span<const Value> Items(List& list);
  std::span<const DictEntry> Entries(Dict& dict);

  // The value of a key, looked up where the dict stands in its document; unbound: it has none.
  // False: it is open, or worth it.
  [[nodiscard]] bool Look(Dict& dict, std::string_view key, uint32_t hash, Value& found);
  // dict[key] = value, beside its document. False: it is open, or worth it, or frozen.
  [[nodiscard]] bool PutBeside(Dict& dict, Value key, uint32_t hash, Value value);

  // Before each change; the container is open then. False: it is frozen.
  [[nodiscard]] bool Change(List& list);
  [[nodiscard]] bool Change(Dict& dict);
  [[nodiscard]] bool Change(Set& set);
  // Room for `more` items or entries behind the others. REQUIRES: Change.
  void Reserve(List& list, size_t more = 1);
  void Reserve(Dict& dict);
  void Reserve(Set& set);
  // An index of all slots empty, for the entries that there is room for.
  void NewIndex(Dict& dict);
  void NewIndex(Set& set);
  void Append(List& list, Value item) {  // REQUIRES: Change, or a new list
    Reserve(list);
    list.first[list.size++] = item;
  }

  // Forgets everything, but keeps some of the memory for what comes next.
  void Reset();

  // Forgets what was made since. REQUIRES: no Reset since, and nothing older was changed.
  Arena::Position position() const { return arena_.position(); }
  void RewindTo(const Arena::Position& position);

  size_t allocated() const { return arena_.allocated(); }  // bytes

 private:
  static constexpr uint8_t kMostLooks = 32;    // in a document, for one dict
  static constexpr uint32_t kMostBeside = 16;  // entries of a dict that is not open

  template <class T>
  T* New();
  void KeepBeside(Dict& dict, const DictEntry& entry);
  template <class T>
  void Resize(T& table, size_t capacity);
  template <class T>
  void MakeIndex(T& table);

  Arena arena_;
  std::string unescaped_;
};

}  // namespace kaspr::value
