// Methods of str about the case and the classes of characters, and those that fill up to a width.
// What Unicode says of other characters than ASCII's is CPython's business.

#include <algorithm>
#include <string>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

constexpr Types kBytes = TypesOf(Tag::kBytes);

bool IsUpper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool IsLower(char c) {
  return c >= 'a' && c <= 'z';
}
bool IsLetter(char c) {
  return IsUpper(c) || IsLower(c);
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
char ToUpper(char c) {
  return IsLower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}
char ToLower(char c) {
  return IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

// A method that bytes have, too, or that only text has; both want ASCII here.
Status TakeAscii(Value str, Types others) {
  if (!str.Is(Tag::kStr)) return NoMethod(str, others);
  return IsAscii(str) ? Status::kOk : Status::kBail;
}

// Each character by itself; `before` is the one in front of it.
template <class Change>
Status Map(Heap& heap, Arguments arguments, Types others, Change change, Value& result) {
  const Value str = arguments[0];
  const Status status = TakeAscii(str, others);
  if (status != Status::kOk) return status;
  const std::span<char> text = heap.NewText(str.size);
  char before = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    text[i] = change(str.text[i], i, before);
    before = str.text[i];
  }
  return Give(Value::Str({text.data(), text.size()}, Value::kAscii), result);
}

// Are there some, and all of this class?
template <class Class>
Status All(Arguments arguments, Types others, Class is, Value& result) {
  const Value str = arguments[0];
  const Status status = TakeAscii(str, others);
  if (status != Status::kOk) return status;
  const std::string_view text = str.str();
  return Give(Value::Bool(!text.empty() && std::all_of(text.begin(), text.end(), is)), result);
}

// Letters of this case, and none of the other.
Status AllOfCase(Arguments arguments, bool (*wanted)(char), bool (*other)(char), Value& result) {
  const Value str = arguments[0];
  const Status status = TakeAscii(str, kBytes);
  if (status != Status::kOk) return status;
  const std::string_view text = str.str();
  const bool some = std::any_of(text.begin(), text.end(), wanted);
  return Give(Value::Bool(some && std::none_of(text.begin(), text.end(), other)), result);
}

}  // namespace

Status MethodLower(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Map(
      heap, arguments, kBytes, [](char c, size_t, char) { return ToLower(c); }, result);
}
Status MethodCaseFold(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Map(
      heap, arguments, 0, [](char c, size_t, char) { return ToLower(c); }, result);
}
Status MethodUpper(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Map(
      heap, arguments, kBytes, [](char c, size_t, char) { return ToUpper(c); }, result);
}
Status MethodSwapCase(Heap& heap, Arguments arguments, Value& result) noexcept {
  const auto swap = [](char c, size_t, char) { return IsUpper(c) ? ToLower(c) : ToUpper(c); };
  return Map(heap, arguments, kBytes, swap, result);
}
Status MethodCapitalize(Heap& heap, Arguments arguments, Value& result) noexcept {
  const auto capitalize = [](char c, size_t i, char) { return i == 0 ? ToUpper(c) : ToLower(c); };
  return Map(heap, arguments, kBytes, capitalize, result);
}
Status MethodTitle(Heap& heap, Arguments arguments, Value& result) noexcept {
  const auto title = [](char c, size_t, char before) {
    return IsLetter(before) ? ToLower(c) : ToUpper(c);
  };
  return Map(heap, arguments, kBytes, title, result);
}

Status MethodIsDigit(Heap&, Arguments arguments, Value& result) noexcept {
  return All(arguments, kBytes, IsDigit, result);
}
Status MethodIsNumeric(Heap&, Arguments arguments, Value& result) noexcept {
  return All(arguments, 0, IsDigit, result);
}
Status MethodIsAlpha(Heap&, Arguments arguments, Value& result) noexcept {
  return All(arguments, kBytes, IsLetter, result);
}
Status MethodIsAlnum(Heap&, Arguments arguments, Value& result) noexcept {
  const auto is = [](char c) { return IsLetter(c) || IsDigit(c); };
  return All(arguments, kBytes, is, result);
}
Status MethodIsSpace(Heap&, Arguments arguments, Value& result) noexcept {
  const auto is = [](char c) { return IsSpace(static_cast<unsigned char>(c)); };
  return All(arguments, kBytes, is, result);
}
Status MethodIsUpper(Heap&, Arguments arguments, Value& result) noexcept {
  return AllOfCase(arguments, IsUpper, IsLower, result);
}
Status MethodIsLower(Heap&, Arguments arguments, Value& result) noexcept {
  return AllOfCase(arguments, IsLower, IsUpper, result);
}
// Words, each of which begins with a capital and has no other.
Status MethodIsTitle(Heap&, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0];
  const Status status = TakeAscii(str, kBytes);
  if (status != Status::kOk) return status;
  bool some = false, within = false;
  for (const char c : str.str()) {
    if (within ? IsUpper(c) : IsLower(c)) return Give(Value::Bool(false), result);
    within = IsLetter(c);
    some = some || within;
  }
  return Give(Value::Bool(some), result);
}
Status MethodIsIdentifier(Heap&, Arguments arguments, Value& result) noexcept {
  const auto is = [](char c) { return IsLetter(c) || IsDigit(c) || c == '_'; };
  const Status status = All(arguments, 0, is, result);
  if (status == Status::kOk && result.integer != 0 && IsDigit(arguments[0].text[0])) {
    result = Value::Bool(false);
  }
  return status;
}
Status MethodIsAscii(Heap&, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kStr)) return NoMethod(arguments[0], kBytes);
  return Give(Value::Bool(IsAscii(arguments[0])), result);
}

Value Pad(Heap& heap, Value str, size_t left, size_t right, std::string_view fill) {
  const std::span<char> text = heap.NewText(str.size + (left + right) * fill.size());
  char* out = text.data();
  for (; left > 0; --left) out = std::copy(fill.begin(), fill.end(), out);
  out = std::copy_n(str.text, str.size, out);
  for (; right > 0; --right) out = std::copy(fill.begin(), fill.end(), out);
  const bool ascii = str.Is(Value::kAscii) && fill.size() == 1;
  return Value::Str({text.data(), text.size()}, ascii ? Value::kAscii : 0);
}

namespace {

// How many characters are missing; `left_share` says how many of them stand in front.
template <class Share>
Status Justify(Heap& heap, Arguments arguments, Share left_share, Value& result) {
  const Value str = arguments[0];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  int64_t width = 0;
  const Status status = TakeInt(arguments[1], 0, width);
  if (status != Status::kOk) return status;
  Value fill = At(arguments, 2);
  if (fill.Is(Tag::kUnbound)) fill = Value::Str(" ", Value::kAscii);
  if (!fill.Is(Tag::kStr) || CountCharacters(fill) != 1) return TypeError(fill);
  const int64_t missing = std::max<int64_t>(width, 0) - CountCharacters(str);
  if (missing <= 0) return Give(str, result);
  if (missing > static_cast<int64_t>(kMostItems)) return Status::kBail;
  const int64_t left = left_share(missing, width);
  return Give(
      Pad(heap, str, static_cast<size_t>(left), static_cast<size_t>(missing - left), fill.str()),
      result);
}

}  // namespace

Status MethodLJust(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Justify(
      heap, arguments, [](int64_t, int64_t) { return int64_t{0}; }, result);
}
Status MethodRJust(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Justify(
      heap, arguments, [](int64_t missing, int64_t) { return missing; }, result);
}
Status MethodCenter(Heap& heap, Arguments arguments, Value& result) noexcept {
  // Of an odd number the larger half stands in front if the width is odd, too.
  const auto half = [](int64_t missing, int64_t width) {
    return missing / 2 + (missing & width & 1);
  };
  return Justify(heap, arguments, half, result);
}

Status MethodZFill(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0];
  if (!str.Is(Tag::kStr)) return NoMethod(str, kBytes);
  int64_t width = 0;
  const Status status = TakeInt(arguments[1], 0, width);
  if (status != Status::kOk) return status;
  const int64_t missing = std::max<int64_t>(width, 0) - CountCharacters(str);
  if (missing <= 0) return Give(str, result);
  if (missing > static_cast<int64_t>(kMostItems)) return Status::kBail;
  const bool sign = str.size > 0 && (str.text[0] == '+' || str.text[0] == '-');
  std::string text(str.str().substr(0, sign ? 1 : 0));
  text.append(static_cast<size_t>(missing), '0').append(str.str().substr(sign ? 1 : 0));
  return Give(heap.NewStr(text), result);
}

}  // namespace kaspr::value::semantics
