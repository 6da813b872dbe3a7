// Methods of str that cut text into pieces, or trim it: split, splitlines, strip, join.

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "value/bytes.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/sequences.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

constexpr Types kBytes = TypesOf(Tag::kBytes);

// Is the character to be trimmed? Of a set of them, or white space.
struct Trimmed {
  Value characters;  // none: white space

  bool operator()(uint32_t code) const {
    if (!characters.Is(Tag::kStr)) return IsSpace(code);
    const std::string_view text = characters.str();
    for (size_t at = 0; at < text.size();) {
      const Character character = CharacterAt(text, at);
      if (character.code == code) return true;
      at += character.size;
    }
    return false;
  }
};

template <class Wanted>
size_t SkipForward(std::string_view text, size_t at, Wanted wanted) {
  while (at < text.size()) {
    const Character character = CharacterAt(text, at);
    if (!wanted(character.code)) break;
    at += character.size;
  }
  return at;
}

template <class Wanted>
size_t SkipBack(std::string_view text, size_t end, Wanted wanted) {
  while (end > 0) {
    const Character character = CharacterBefore(text, end);
    if (!wanted(character.code)) break;
    end -= character.size;
  }
  return end;
}

bool IsBlack(uint32_t code) {
  return !IsSpace(code);
}

Status Strip(Arguments arguments, bool left, bool right, Value& result) {
  const Value str = arguments[0];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  Value characters = At(arguments, 1);
  if (characters.Is(Tag::kUnbound)) characters = Value::None();
  if (!characters.Is(Tag::kNone) && !characters.Is(Tag::kStr)) return TypeError(characters);
  const Trimmed trimmed{characters};
  const size_t begin = left ? SkipForward(str.str(), 0, trimmed) : 0;
  size_t end = str.size;
  if (right) end = begin + SkipBack(str.str().substr(begin), str.size - begin, trimmed);
  return Give(Cut(str, begin, end), result);
}

}  // namespace

Status MethodStrip(Heap&, Arguments arguments, Value& result) noexcept {
  return Strip(arguments, true, true, result);
}
Status MethodLStrip(Heap&, Arguments arguments, Value& result) noexcept {
  return Strip(arguments, true, false, result);
}
Status MethodRStrip(Heap&, Arguments arguments, Value& result) noexcept {
  return Strip(arguments, false, true, result);
}

namespace {

using Pieces = std::vector<Value>;

void SplitAtSpace(Value str, uint64_t most, Pieces& pieces) {
  const std::string_view text = str.str();
  size_t at = SkipForward(text, 0, IsSpace);
  for (; at < text.size() && most > 0; --most) {
    const size_t end = SkipForward(text, at, IsBlack);
    pieces.push_back(Cut(str, at, end));
    at = SkipForward(text, end, IsSpace);
  }
  if (at < text.size()) pieces.push_back(Cut(str, at, text.size()));
}

// From the right; the pieces come in reverse.
void RSplitAtSpace(Value str, uint64_t most, Pieces& pieces) {
  const std::string_view text = str.str();
  size_t end = SkipBack(text, text.size(), IsSpace);
  for (; end > 0 && most > 0; --most) {
    const size_t begin = SkipBack(text, end, IsBlack);
    pieces.push_back(Cut(str, begin, end));
    end = SkipBack(text, begin, IsSpace);
  }
  if (end > 0) pieces.push_back(Cut(str, 0, end));
}

void SplitAtText(Value str, std::string_view separator, uint64_t most, Pieces& pieces) {
  size_t at = 0;
  for (; most > 0; --most) {
    const size_t next = str.str().find(separator, at);
    if (next == std::string_view::npos) break;
    pieces.push_back(Cut(str, at, next));
    at = next + separator.size();
  }
  pieces.push_back(Cut(str, at, str.size));
}

void RSplitAtText(Value str, std::string_view separator, uint64_t most, Pieces& pieces) {
  size_t end = str.size;
  for (; most > 0; --most) {
    const size_t before = str.str().substr(0, end).rfind(separator);
    if (before == std::string_view::npos) break;
    pieces.push_back(Cut(str, before + separator.size(), end));
    end = before;
  }
  pieces.push_back(Cut(str, 0, end));
}

Status Split(Heap& heap, Arguments arguments, bool right, Value& result) {
  const Value str = arguments[0];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  Value separator = At(arguments, 1);
  if (separator.Is(Tag::kUnbound)) separator = Value::None();
  int64_t count = 0;
  const Status status = TakeInt(At(arguments, 2), -1, count);
  if (status != Status::kOk) return status;
  if (!separator.Is(Tag::kNone) && !separator.Is(Tag::kStr)) return TypeError(separator);
  if (separator.Is(Tag::kStr) && separator.size == 0) return Status::kValueError;
  const uint64_t most =
      count < 0 ? std::numeric_limits<uint64_t>::max() : static_cast<uint64_t>(count);
  Pieces pieces;
  if (separator.Is(Tag::kNone)) {
    right ? RSplitAtSpace(str, most, pieces) : SplitAtSpace(str, most, pieces);
  } else {
    right ? RSplitAtText(str, separator.str(), most, pieces)
          : SplitAtText(str, separator.str(), most, pieces);
  }
  if (right) std::reverse(pieces.begin(), pieces.end());
  return Give(NewListOf(heap, pieces), result);
}

}  // namespace

Status MethodSplit(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Split(heap, arguments, false, result);
}
Status MethodRSplit(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Split(heap, arguments, true, result);
}

Status MethodSplitLines(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  int64_t keep = 0;
  const Status status = TakeInt(At(arguments, 1), 0, keep);
  // What else counts as a truth differs by version.
  if (status != Status::kOk || !IsSmall(keep)) return Status::kBail;
  const std::string_view text = str.str();
  Pieces lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = SkipForward(text, at, [](uint32_t code) { return !IsLineEnd(code); });
    size_t next = end;
    if (end < text.size()) {
      next += text.substr(end, 2) == "\r\n" ? 2 : CharacterAt(text, end).size;
    }
    lines.push_back(Cut(str, at, keep != 0 ? next : end));
    at = next;
  }
  return Give(NewListOf(heap, lines), result);
}

namespace {

char* CopyTo(char* to, Value str) {
  CopyBytes(to, str.text, str.size);
  return to + str.size;
}

[[gnu::always_inline]] inline Status Join(Heap& heap, Value separator, std::span<const Value> items,
                                          Value& result) {
  size_t size = items.empty() ? 0 : (items.size() - 1) * separator.size;
  for (const Value item : items) {
    if (!item.Is(Tag::kStr)) return TypeError(item);
    size += item.size;
  }
  if (size > kLongestText) return Status::kBail;
  char* const text = heap.NewText(size + 2).data() + 1;
  char* out = text;
  out[-1] = '"';
  uint8_t flags = Value::kAscii | Value::kQuoted;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) {
      out = CopyTo(out, separator);
      flags &= separator.flags;
    }
    out = CopyTo(out, items[i]);
    flags &= items[i].flags;
  }
  *out = '"';
  return Give(Value::Str({text, size}, flags), result);
}

}  // namespace

Status MethodJoin(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value separator = arguments[0];
  if (!separator.Is(Tag::kStr)) return NoMethod(separator, kBytes);
  std::span<const Value> items;
  const Status status = Iterate(heap, arguments[1], Order::kMatters, items);
  return status == Status::kOk ? Join(heap, separator, items, result) : status;
}

Status Concat(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Join(heap, Value::Str({}, Value::kAscii), arguments, result);
}

}  // namespace kaspr::value::semantics
