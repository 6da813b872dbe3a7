// Methods of str that look for text in text: find, count, startswith, replace, partition.

#include "value/semantics/text_search.h"

#include <limits>
#include <string>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

constexpr Types kBytes = TypesOf(Tag::kBytes);

// The part of a text that a search looks at; not open where it begins behind the text's end, which
// even nothing is not in.
struct View {
  bool open = false;
  size_t begin = 0;
  std::string_view text;
};

Status TakeView(Value str, Value start, Value stop, View& view) {
  const int64_t size = CountCharacters(str);
  Window window;
  const Status status = TakeWindow(start, stop, size, window);
  if (status != Status::kOk) return status;
  view.open = window.start <= window.stop;
  if (!view.open) return Status::kOk;
  view.begin = ByteOf(str, window.start);
  view.text = str.str().substr(view.begin, ByteOf(str, window.stop) - view.begin);
  return Status::kOk;
}

// The number of the character where it is found, or -1.
Status Locate(Arguments arguments, Search which, int64_t& found) {
  const Value str = arguments[0], wanted = arguments[1];
  if (!wanted.Is(Tag::kStr)) return TypeError(wanted);
  View view;
  const Status status = TakeView(str, At(arguments, 2), At(arguments, 3), view);
  if (status != Status::kOk) return status;
  size_t at = std::string_view::npos;
  if (view.open) {
    at = which == Search::kFirst ? view.text.find(wanted.str()) : view.text.rfind(wanted.str());
  }
  found = at == std::string_view::npos ? -1 : CharacterOf(str, view.begin + at);
  return Status::kOk;
}

Status Find(Arguments arguments, Search which, Value& result) {
  if (!arguments[0].Is(Tag::kStr)) return NoMethod(arguments[0], kBytes);
  int64_t found = 0;
  const Status status = Locate(arguments, which, found);
  result = Value::Int(found);
  return status;
}

}  // namespace

Status IndexInText(Arguments arguments, Search which, Value& result) {
  int64_t found = 0;
  const Status status = Locate(arguments, which, found);
  result = Value::Int(found);
  return status == Status::kOk && found < 0 ? Status::kValueError : status;
}

Status CountInText(Arguments arguments, Value& result) {
  const Value str = arguments[0], wanted = arguments[1];
  if (!wanted.Is(Tag::kStr)) return TypeError(wanted);
  View view;
  const Status status = TakeView(str, At(arguments, 2), At(arguments, 3), view);
  if (status != Status::kOk) return status;
  int64_t count = 0;
  if (view.open && wanted.size == 0) {
    count = CountCharacters(Value::Str(view.text)) + 1;
  } else if (view.open) {
    size_t at = view.text.find(wanted.str());
    for (; at != std::string_view::npos; at = view.text.find(wanted.str(), at + wanted.size)) {
      ++count;
    }
  }
  return Give(Value::Int(count), result);
}

Status MethodFind(Heap&, Arguments arguments, Value& result) noexcept {
  return Find(arguments, Search::kFirst, result);
}
Status MethodRFind(Heap&, Arguments arguments, Value& result) noexcept {
  return Find(arguments, Search::kLast, result);
}
Status MethodRIndex(Heap&, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kStr)) return NoMethod(arguments[0], kBytes);
  return IndexInText(arguments, Search::kLast, result);
}

namespace {

enum class Side : uint8_t { kStart, kEnd };

bool Touches(std::string_view text, Side side, Value part) {
  return side == Side::kStart ? text.starts_with(part.str()) : text.ends_with(part.str());
}

// One text, or any of a tuple of them: what stands behind the one that fits is not looked at.
Status TouchesAny(Arguments arguments, Side side, Value& result) {
  const Value str = arguments[0], wanted = arguments[1];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  const bool tuple = wanted.Is(Tag::kTuple);
  View view;
  const Status status = TakeView(str, At(arguments, 2), At(arguments, 3), view);
  if (status != Status::kOk) return status;
  const std::span<const Value> parts(tuple ? wanted.items : &wanted, tuple ? wanted.size : 1);
  for (const Value part : parts) {
    if (!part.Is(Tag::kStr)) return TypeError(part);
    if (view.open && Touches(view.text, side, part)) return Give(Value::Bool(true), result);
  }
  return Give(Value::Bool(false), result);
}

}  // namespace

Status MethodStartsWith(Heap&, Arguments arguments, Value& result) noexcept {
  return TouchesAny(arguments, Side::kStart, result);
}
Status MethodEndsWith(Heap&, Arguments arguments, Value& result) noexcept {
  return TouchesAny(arguments, Side::kEnd, result);
}

Status MethodRemovePrefix(Heap&, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0], prefix = arguments[1];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  if (!prefix.Is(Tag::kStr)) return TypeError(prefix);
  const bool there = Touches(str.str(), Side::kStart, prefix);
  return Give(there ? Cut(str, prefix.size, str.size) : str, result);
}

Status MethodRemoveSuffix(Heap&, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0], suffix = arguments[1];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  if (!suffix.Is(Tag::kStr)) return TypeError(suffix);
  const bool there = Touches(str.str(), Side::kEnd, suffix);
  return Give(there ? Cut(str, 0, str.size - suffix.size) : str, result);
}

namespace {

// Nothing is found in front of each character and at the end.
void ReplaceNothing(std::string_view text, std::string_view with, uint64_t most, std::string& out) {
  size_t at = 0;
  for (; most > 0 && at < text.size(); --most) {
    const size_t size = CharacterAt(text, at).size;
    out.append(with).append(text.substr(at, size));
    at += size;
  }
  if (most > 0) out.append(with);
  out.append(text.substr(at));
}

void ReplaceText(std::string_view text, std::string_view old, std::string_view with, uint64_t most,
                 std::string& out) {
  size_t at = 0;
  for (; most > 0; --most) {
    const size_t next = text.find(old, at);
    if (next == std::string_view::npos || out.size() > kLongestText) break;
    out.append(text.substr(at, next - at)).append(with);
    at = next + old.size();
  }
  out.append(text.substr(at));
}

}  // namespace

Status MethodReplace(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0], old = arguments[1], with = arguments[2];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  if (!old.Is(Tag::kStr) || !with.Is(Tag::kStr)) return TypeError(old, with);
  int64_t count = 0;
  const Status status = TakeInt(At(arguments, 3), -1, count);
  if (status != Status::kOk) return status;
  const uint64_t most =
      count < 0 ? std::numeric_limits<uint64_t>::max() : static_cast<uint64_t>(count);
  if (size_t{with.size} > kLongestText / (size_t{str.size} + 1)) return Status::kBail;
  if (most == 0 || (old.size > 0 && str.str().find(old.str()) == std::string_view::npos)) {
    return Give(str, result);
  }
  std::string out;
  if (old.size == 0) {
    ReplaceNothing(str.str(), with.str(), most, out);
  } else {
    ReplaceText(str.str(), old.str(), with.str(), most, out);
  }
  return Give(heap.NewStr(out), result);
}

namespace {

Status Partition(Heap& heap, Arguments arguments, Search which, Value& result) {
  const Value str = arguments[0], separator = arguments[1];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  if (!separator.Is(Tag::kStr)) return TypeError(separator);
  if (separator.size == 0) return Status::kValueError;
  const bool first = which == Search::kFirst;
  const size_t at = first ? str.str().find(separator.str()) : str.str().rfind(separator.str());
  const Value nothing = Value::Str({}, Value::kAscii);
  Value parts[] = {first ? str : nothing, nothing, first ? nothing : str};
  if (at != std::string_view::npos) {
    parts[0] = Cut(str, 0, at);
    parts[1] = separator;
    parts[2] = Cut(str, at + separator.size, str.size);
  }
  return Give(heap.NewTuple(parts), result);
}

}  // namespace

Status MethodPartition(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Partition(heap, arguments, Search::kFirst, result);
}
Status MethodRPartition(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Partition(heap, arguments, Search::kLast, result);
}

}  // namespace kaspr::value::semantics
