#include "value/semantics/text.h"

#include <algorithm>

namespace kaspr::value::semantics {

namespace {

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

int64_t CountStarts(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); });
}

}  // namespace

bool IsAscii(Value str) {
  return str.Is(Value::kAscii) || std::all_of(str.text, str.text + str.size, [](char c) {
           return static_cast<unsigned char>(c) < 0x80;
         });
}

Character CharacterAt(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(text[at + i]) & 0xFF; };
  const auto tail = [&](size_t i) { return byte(i) & 0x3F; };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1F) << 6 | tail(1), 2};
  if (first < 0xF0) return {(first & 0x0F) << 12 | tail(1) << 6 | tail(2), 3};
  return {(first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4};
}

Character CharacterBefore(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && IsContinuation(text[begin])) --begin;
  return CharacterAt(text, begin);
}

int64_t CountCharacters(Value str) {
  return str.Is(Value::kAscii) ? int64_t{str.size} : CountStarts(str.str());
}

size_t ByteOf(Value str, int64_t character) {
  if (str.Is(Value::kAscii)) return static_cast<size_t>(std::min<int64_t>(character, str.size));
  size_t at = 0;
  for (; character > 0 && at < str.size; --character) at += CharacterAt(str.str(), at).size;
  return at;
}

int64_t CharacterOf(Value str, size_t byte) {
  if (str.Is(Value::kAscii)) return static_cast<int64_t>(byte);
  return CountStarts(str.str().substr(0, byte));
}

Value Cut(Value str, size_t begin, size_t end) {
  return Value::Str(str.str().substr(begin, end - begin), str.flags & Value::kAscii);
}

std::span<const Value> Characters(Heap& heap, Value str) {
  const std::span<Value> characters = heap.NewItems(static_cast<size_t>(CountCharacters(str)));
  size_t at = 0;
  for (Value& character : characters) {
    const size_t size = CharacterAt(str.str(), at).size;
    character = Value::Str(str.str().substr(at, size), size == 1 ? Value::kAscii : 0);
    at += size;
  }
  return characters;
}

bool IsSpace(uint32_t code) {
  if (code <= 0x20) return code == 0x20 || (code >= 9 && code <= 0xD) || code >= 0x1C;
  if (code < 0x80) return false;
  return code == 0x85 || code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
         code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F || code == 0x3000;
}

bool IsLineEnd(uint32_t code) {
  return (code >= 0xA && code <= 0xD) || (code >= 0x1C && code <= 0x1E) || code == 0x85 ||
         code == 0x2028 || code == 0x2029;
}

}  // namespace kaspr::value::semantics
