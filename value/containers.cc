#include "value/containers.h"

#include <cmath>
#include <cstring>

#include "base/check.h"
#include "value/digits.h"
#include "value/key_hash.h"

namespace kaspr::value {

namespace {

constexpr double kTwo63 = 9223372036854775808.0;

uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15) * (b | 1);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t HashInt(int64_t integer) {
  return Mix(static_cast<uint64_t>(integer), 0xD6E8FEB86659FD93);
}

bool IsNumber(Value value) {
  return value.Is(Tag::kBool) || value.Is(Tag::kInt) || value.Is(Tag::kBigInt) ||
         value.Is(Tag::kFloat);
}

Status HashAt(Heap& heap, Value value, uint32_t depth, uint64_t& hash) {
  switch (value.tag) {
    case Tag::kNone:
      hash = 1;
      return Status::kOk;
    case Tag::kBool:
    case Tag::kInt:
      hash = HashInt(value.integer);
      return Status::kOk;
    case Tag::kBigInt:
      hash = HashBytes(value.bytes());
      return Status::kOk;
    case Tag::kFloat: {
      const double number = value.number;
      if (std::isnan(number)) return Status::kBail;
      if (std::isinf(number)) {
        hash = number > 0 ? 2 : 3;
      } else if (number != std::floor(number)) {
        uint64_t bits = 0;
        std::memcpy(&bits, &number, sizeof(bits));
        hash = Mix(bits, 0xA0761D6478BD642F);
      } else if (number >= -kTwo63 && number < kTwo63) {
        hash = HashInt(static_cast<int64_t>(number));
      } else {
        hash = HashBytes(WholeDigits(number).view());  // as of the big int that it is equal to
      }
      return Status::kOk;
    }
    case Tag::kStr:
      hash = HashBytes(value.str());
      return Status::kOk;
    case Tag::kBytes:
      hash = HashBytes(value.bytes()) + 1;
      return Status::kOk;
    case Tag::kTuple: {
      if (depth == Heap::kDeepest) return Status::kBail;
      hash = value.size + 7;
      for (uint32_t i = 0; i < value.size; ++i) {
        uint64_t item = 0;
        const Status status = HashAt(heap, value.items[i], depth + 1, item);
        if (status != Status::kOk) return status;
        hash = Mix(hash, item);
      }
      return Status::kOk;
    }
    case Tag::kSet:
      return value.set->immutable ? Status::kBail : Status::kTypeError;
    case Tag::kList:
    case Tag::kDict:
      return Status::kTypeError;
    case Tag::kRange:
    case Tag::kObject:
    case Tag::kUnbound:
      return Status::kBail;
  }
  KASPR_UNREACHABLE("tag");
}

// Of an int and a float, exactly.
bool EqualIntFloat(int64_t integer, double number) {
  if (number != std::floor(number) || number < -kTwo63 || number >= kTwo63) return false;
  return static_cast<int64_t>(number) == integer;
}

// As sequences: what of their bounds no item shows does not matter.
bool EqualRanges(const Range& a, const Range& b) {
  if (a.size != b.size || a.size == 0) return a.size == b.size;
  return a.start == b.start && (a.size == 1 || a.step == b.step);
}

bool IsForeign(Value value) {
  return value.Is(Tag::kObject) || value.Is(Tag::kUnbound);
}

// `inside`: of two items of containers, which Python first compares by identity.
struct Comparison {
  Heap& heap;

  Status Numbers(Value a, Value b, bool inside, bool& equal) {
    if (a.Is(Tag::kFloat) && b.Is(Tag::kFloat)) {
      if (inside && std::isnan(a.number) && std::isnan(b.number)) return Status::kBail;
      equal = a.number == b.number;
      return Status::kOk;
    }
    if (b.Is(Tag::kFloat)) std::swap(a, b);
    if (a.Is(Tag::kFloat)) {
      if (b.Is(Tag::kBigInt)) {  // beyond 64 bits
        equal = std::isfinite(a.number) && WholeDigits(a.number).view() == b.bytes();
      } else {
        equal = EqualIntFloat(b.integer, a.number);
      }
      return Status::kOk;
    }
    if (a.Is(Tag::kBigInt) || b.Is(Tag::kBigInt)) {
      equal = a.Is(Tag::kBigInt) && b.Is(Tag::kBigInt) && a.bytes() == b.bytes();
    } else {
      equal = a.integer == b.integer;
    }
    return Status::kOk;
  }

  Status Sequences(std::span<const Value> a, std::span<const Value> b, uint32_t depth,
                   bool& equal) {
    equal = a.size() == b.size();
    for (size_t i = 0; equal && i < a.size(); ++i) {
      const Status status = Values(a[i], b[i], depth + 1, true, equal);
      if (status != Status::kOk) return status;
    }
    return Status::kOk;
  }

  Status Dicts(Dict& a, Dict& b, uint32_t depth, bool& equal) {
    equal = a.size == b.size;
    if (!equal) return Status::kOk;
    for (const DictEntry& entry : heap.Entries(a)) {
      if (entry.key.Is(Tag::kUnbound)) continue;
      Value other;
      Status status = Find(heap, b, entry.key, other);
      if (status != Status::kOk) return status;
      equal = !other.Is(Tag::kUnbound);
      if (equal) status = Values(entry.value, other, depth + 1, true, equal);
      if (status != Status::kOk || !equal) return status;
    }
    return Status::kOk;
  }

  Status Sets(Set& a, Set& b, bool& equal) {
    equal = a.size == b.size;
    for (const SetEntry& entry : a.entries()) {
      if (!equal) break;
      if (entry.key.Is(Tag::kUnbound)) continue;
      const Status status = Contains(heap, b, entry.key, equal);
      if (status != Status::kOk) return status;
    }
    return Status::kOk;
  }

  Status Values(Value a, Value b, uint32_t depth, bool inside, bool& equal) {
    if (depth == Heap::kDeepest) return Status::kBail;
    if (IsNumber(a) && IsNumber(b)) return Numbers(a, b, inside, equal);
    if (IsForeign(a) || IsForeign(b)) return Status::kBail;
    equal = false;
    if (a.tag != b.tag) return Status::kOk;
    switch (a.tag) {
      case Tag::kNone:
        equal = true;
        return Status::kOk;
      case Tag::kStr:
      case Tag::kBytes:
        equal = a.bytes() == b.bytes();
        return Status::kOk;
      case Tag::kTuple:
        return Sequences({a.items, a.size}, {b.items, b.size}, depth, equal);
      case Tag::kList:
        equal = inside && a.list == b.list;
        return equal ? Status::kOk
                     : Sequences(heap.Items(*a.list), heap.Items(*b.list), depth, equal);
      case Tag::kDict:
        equal = inside && a.dict == b.dict;
        return equal ? Status::kOk : Dicts(*a.dict, *b.dict, depth, equal);
      case Tag::kSet:
        return Sets(*a.set, *b.set, equal);
      case Tag::kRange:
        equal = EqualRanges(*a.range, *b.range);
        return Status::kOk;
      default:
        return Status::kBail;
    }
  }
};

template <class T>
void AddToIndex(T& table, uint32_t number) {
  uint32_t slot = table.first[number].hash & (table.slots - 1);
  while (table.index[slot] != 0) slot = (slot + 1) & (table.slots - 1);
  table.index[slot] = number + 1;
}

template <class T>
void AddTo(T& table, const typename T::Entry& entry) {
  const uint32_t number = table.used++;
  table.first[number] = entry;
  ++table.size;
  if (table.index != nullptr) AddToIndex(table, number);
}

// The entry of a key, or null.
template <class T>
Status FindEntry(Heap& heap, T& table, Value key, uint32_t hash, typename T::Entry*& found) {
  found = nullptr;
  const auto matches = [&](typename T::Entry& entry, bool& equal) {
    equal = false;
    if (entry.hash != hash || entry.key.Is(Tag::kUnbound)) return Status::kOk;
    if (key.Is(Tag::kStr) && entry.key.Is(Tag::kStr)) {  // often one constant
      equal = key.size == entry.key.size &&
              (key.text == entry.key.text || key.str() == entry.key.str());
      return Status::kOk;
    }
    return Comparison{heap}.Values(entry.key, key, 0, true, equal);
  };
  bool equal = false;
  if (table.index == nullptr && table.used > T::kScanned) {
    heap.NewIndex(table);
    for (uint32_t i = 0; i < table.used; ++i) AddToIndex(table, i);
  }
  if (table.index == nullptr) {
    for (auto& entry : table.entries()) {
      const Status status = matches(entry, equal);
      if (status != Status::kOk) return status;
      if (equal) found = &entry;
      if (equal) break;
    }
    return Status::kOk;
  }
  uint32_t slot = hash & (table.slots - 1);
  for (; table.index[slot] != 0; slot = (slot + 1) & (table.slots - 1)) {
    auto& entry = table.first[table.index[slot] - 1];
    const Status status = matches(entry, equal);
    if (status != Status::kOk) return status;
    if (equal) found = &entry;
    if (equal) break;
  }
  return Status::kOk;
}

void Open(Heap& heap, Dict& dict) {
  heap.Entries(dict);
}
void Open(Heap&, Set&) {}

template <class T>
Status LookUp(Heap& heap, T& table, Value key, typename T::Entry*& found) {
  found = nullptr;
  uint32_t hash = 0;
  const Status status = Hash(heap, key, hash);
  if (status != Status::kOk) return status;
  Open(heap, table);
  return FindEntry(heap, table, key, hash, found);
}

// Adds an entry, hash and all; or `found` is the one that its key has.
template <class T>
Status Insert(Heap& heap, T& table, const typename T::Entry& entry, typename T::Entry*& found) {
  found = nullptr;
  if (!heap.Change(table)) return Status::kBail;
  const Status status = FindEntry(heap, table, entry.key, entry.hash, found);
  if (status != Status::kOk || found != nullptr) return status;
  heap.Reserve(table);
  AddEntry(table, entry);
  return Status::kOk;
}

// `removed` is what there was, without a key if there was nothing: then the table is not changed.
template <class T>
Status Erase(Heap& heap, T& table, Value key, typename T::Entry& removed) {
  removed = {.key = Value::Unbound()};
  typename T::Entry* entry = nullptr;
  Status status = LookUp(heap, table, key, entry);
  if (status != Status::kOk || entry == nullptr) return status;
  if (!heap.Change(table)) return Status::kBail;
  status = LookUp(heap, table, key, entry);  // it may have moved
  if (status != Status::kOk) return status;
  removed = *entry;
  entry->key = Value::Unbound();
  --table.size;
  return Status::kOk;
}

}  // namespace

uint32_t HashStr(std::string_view text) {
  return static_cast<uint32_t>(HashBytes(text));
}

Status Hash(Heap& heap, Value value, uint32_t& hash) {
  uint64_t whole = 0;
  const Status status = HashAt(heap, value, 0, whole);
  hash = static_cast<uint32_t>(whole);
  return status;
}

Status Equal(Heap& heap, Value a, Value b, bool& equal) {
  return Comparison{heap}.Values(a, b, 0, false, equal);
}

Status EqualItems(Heap& heap, Value a, Value b, bool& equal) {
  return Comparison{heap}.Values(a, b, 0, true, equal);
}

void AddEntry(Dict& dict, const DictEntry& entry) {
  AddTo(dict, entry);
}

void AddEntry(Set& set, const SetEntry& entry) {
  AddTo(set, entry);
}

Value FindStr(Heap& heap, Dict& dict, Value key, uint32_t hash) {
  Value found;
  if (heap.Look(dict, key.str(), hash, found)) return found;
  heap.Entries(dict);
  DictEntry* entry = nullptr;
  FindEntry(heap, dict, key, hash, entry);
  return entry != nullptr ? entry->value : Value::Unbound();
}

Status PutHashed(Heap& heap, Dict& dict, Value key, uint32_t hash, Value value) {
  if (key.Is(Tag::kStr) && heap.PutBeside(dict, key, hash, value)) return Status::kOk;
  DictEntry* entry = nullptr;
  const Status status = Insert(heap, dict, {.key = key, .value = value, .hash = hash}, entry);
  if (entry != nullptr) entry->value = value;
  return status;
}

Status Find(Heap& heap, Dict& dict, Value key, Value& found) {
  if (key.Is(Tag::kStr)) {
    found = FindStr(heap, dict, key, HashStr(key.str()));
    return Status::kOk;
  }
  DictEntry* entry = nullptr;
  const Status status = LookUp(heap, dict, key, entry);
  found = entry != nullptr ? entry->value : Value::Unbound();
  return status;
}

Status Put(Heap& heap, Dict& dict, Value key, Value value) {
  uint32_t hash = 0;
  const Status status = Hash(heap, key, hash);
  return status == Status::kOk ? PutHashed(heap, dict, key, hash, value) : status;
}

Status Remove(Heap& heap, Dict& dict, Value key, Value& removed) {
  DictEntry entry;
  const Status status = Erase(heap, dict, key, entry);
  removed = entry.key.Is(Tag::kUnbound) ? Value::Unbound() : entry.value;
  return status;
}

Status Contains(Heap& heap, Set& set, Value key, bool& contains) {
  SetEntry* entry = nullptr;
  const Status status = LookUp(heap, set, key, entry);
  contains = entry != nullptr;
  return status;
}

Status Add(Heap& heap, Set& set, Value key) {
  SetEntry* entry = nullptr;
  uint32_t hash = 0;
  const Status status = Hash(heap, key, hash);
  return status == Status::kOk ? Insert(heap, set, {.key = key, .hash = hash}, entry) : status;
}

Status Remove(Heap& heap, Set& set, Value key, bool& removed) {
  SetEntry entry;
  const Status status = Erase(heap, set, key, entry);
  removed = !entry.key.Is(Tag::kUnbound);
  return status;
}

}  // namespace kaspr::value
