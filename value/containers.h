#pragma once

// Dicts and sets by key: what hashing and equality mean in Python, and what stands on them.
//
// Keys are equal across types: 1, 1.0 and True are one key. A NaN is equal to itself only by
// identity, which values here do not have: whatever depends on that bails.

#include <cstdint>
#include <string_view>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value {

uint32_t HashStr(std::string_view text);

// kTypeError: it cannot be hashed. Not CPython's number, but equal where that is.
Status Hash(Heap& heap, Value value, uint32_t& hash);

// a == b
Status Equal(Heap& heap, Value a, Value b, bool& equal);
// a is b or a == b: how containers compare what is in them.
Status EqualItems(Heap& heap, Value a, Value b, bool& equal);

// Adds an entry whose key is not there. REQUIRES: room.
void AddEntry(Dict& dict, const DictEntry& entry);
void AddEntry(Set& set, const SetEntry& entry);

// The value of a key, unbound if it is not there. kTypeError: it cannot be hashed.
Status Find(Heap& heap, Dict& dict, Value key, Value& found);
// dict[key] = value. kBail: the dict is frozen.
Status Put(Heap& heap, Dict& dict, Value key, Value value);
// The same with a hash that is known; of a str there is always an answer.
Value FindStr(Heap& heap, Dict& dict, Value key, uint32_t hash);
Status PutHashed(Heap& heap, Dict& dict, Value key, uint32_t hash, Value value);
// The value that it had, unbound if it had none.
Status Remove(Heap& heap, Dict& dict, Value key, Value& removed);

Status Contains(Heap& heap, Set& set, Value key, bool& contains);
Status Add(Heap& heap, Set& set, Value key);
Status Remove(Heap& heap, Set& set, Value key, bool& removed);

}  // namespace kaspr::value
