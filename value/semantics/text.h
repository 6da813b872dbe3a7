#pragma once

// Characters of text: a str is UTF-8, but Python counts, finds and cuts by code points.

#include <cstdint>
#include <span>
#include <string_view>

#include "value/heap.h"
#include "value/value.h"

namespace kaspr::value::semantics {

bool IsAscii(Value str);

// The code point that begins at `at` of valid UTF-8, and how many bytes it has.
struct Character {
  uint32_t code = 0;
  uint32_t size = 0;
};
Character CharacterAt(std::string_view text, size_t at);
// The one that ends before `end`. REQUIRES: end > 0.
Character CharacterBefore(std::string_view text, size_t end);

int64_t CountCharacters(Value str);
// Where the character of this number begins, or where the text ends.
size_t ByteOf(Value str, int64_t character);
// How many characters are in front of the byte.
int64_t CharacterOf(Value str, size_t byte);

// A part of a str, in its memory.
Value Cut(Value str, size_t begin, size_t end);

// A str for each character.
std::span<const Value> Characters(Heap& heap, Value str);

// What str.isspace says of it.
bool IsSpace(uint32_t code);
// Does a line end with it? ("\r\n" is one end.)
bool IsLineEnd(uint32_t code);

}  // namespace kaspr::value::semantics
