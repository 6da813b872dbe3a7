// int(), float(), bool(), ord(), chr(), hex(), round(); json.loads(); text to bytes and back.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "base/utf8.h"
#include "value/json_read.h"
#include "value/semantics/functions.h"
#include "value/semantics/numbers.h"
#include "value/semantics/operands.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

constexpr double kTwo63 = 9223372036854775808.0;
constexpr size_t kLongestNumber = 600;  // characters; Python's limit on digits is not far above

// Not the whole of str.isspace: int() and float() trim ASCII as C does.
std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  const size_t end = text.find_last_not_of(kSpace) + 1;
  return text.substr(begin, end > begin ? end - begin : 0);
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
}

bool IsPrefixOf(char letter, int64_t base) {
  const char low = static_cast<char>(letter | 0x20);
  return (low == 'x' && base == 16) || (low == 'o' && base == 8) || (low == 'b' && base == 2);
}

int64_t BaseOf(char letter) {
  const char low = static_cast<char>(letter | 0x20);
  return low == 'x' ? 16 : low == 'o' ? 8 : low == 'b' ? 2 : 10;
}

// The digits without single underscores between them. False: it is no number.
bool TakeDigits(std::string_view text, int64_t base, std::string& digits) {
  bool digit_before = false;
  for (const char c : text) {
    if (c == '_' ? !digit_before : DigitOf(c) >= base) return false;
    digit_before = c != '_';
    if (digit_before) digits += c;
  }
  return digit_before;
}

Status ReadInt(Heap& heap, Value str, int64_t base, Value& result) {
  if (!IsAscii(str)) return Status::kBail;
  std::string_view text = Trim(str.str());
  if (text.size() > kLongestNumber) return Status::kBail;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const bool zero = text.size() > 1 && text[0] == '0';
  const bool guess = base == 0;
  if (guess) base = zero ? BaseOf(text[1]) : 10;
  if (zero && IsPrefixOf(text[1], base)) {
    text.remove_prefix(2);
    if (text.starts_with('_')) text.remove_prefix(1);
  }
  std::string digits;
  if (!TakeDigits(text, base, digits)) return Status::kValueError;
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  // As in source code, 010 is no number.
  if (guess && base == 10 && zero && digits != "0") return Status::kValueError;
  if (negative && digits != "0") digits.insert(0, "-");
  if (base == 10) return Give(heap.NewInt(digits), result);
  int64_t number = 0;
  const auto done =
      std::from_chars(digits.data(), digits.data() + digits.size(), number, static_cast<int>(base));
  return done.ec == std::errc() ? Give(Value::Int(number), result) : Status::kBail;
}

// hex(), oct(), bin()
Status InBase(Heap& heap, Value value, std::string_view prefix, int base, Value& result) {
  if (value.Is(Tag::kBigInt)) return Status::kBail;
  if (!IsInt(value)) return TypeError(value);
  char digits[64];
  const auto negative = value.integer < 0;
  const auto magnitude = static_cast<uint64_t>(value.integer);
  const auto end =
      std::to_chars(digits, std::end(digits), negative ? 0 - magnitude : magnitude, base).ptr;
  std::string text(negative ? "-" : "");
  text.append(prefix).append(digits, end);
  return Give(heap.NewStr(text), result);
}

}  // namespace

Status IntOfFloat(double number, Value& result) {
  if (std::isnan(number)) return Status::kValueError;
  if (std::isinf(number)) return Status::kOverflowError;
  if (number < -kTwo63 || number >= kTwo63) return Status::kBail;
  return Give(Value::Int(static_cast<int64_t>(number)), result);
}

Status Hex(Heap& heap, Arguments arguments, Value& result) noexcept {
  return InBase(heap, arguments[0], "0x", 16, result);
}
Status Oct(Heap& heap, Arguments arguments, Value& result) noexcept {
  return InBase(heap, arguments[0], "0o", 8, result);
}
Status Bin(Heap& heap, Arguments arguments, Value& result) noexcept {
  return InBase(heap, arguments[0], "0b", 2, result);
}

// Of a str of which no doubt is possible.
Status JsonLoads(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value text = arguments[0];
  if (text.Is(Tag::kBytes)) return Status::kBail;
  if (!text.Is(Tag::kStr)) return TypeError(text);
  thread_local JsonReader reader;
  const std::span<char> bytes = heap.NewText(text.size);
  std::ranges::copy(text.str(), bytes.begin());
  const Document* document = reader.Read({bytes.data(), bytes.size()});
  if (document == nullptr || document->depth > Heap::kDeepest) return Status::kBail;
  return Give(heap.ReadCopy(*document), result);
}

Status ToInt(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (arguments.empty()) return Give(Value::Int(0), result);
  const Value from = arguments[0];
  if (IsInt(from)) return Give(Value::Int(from.integer), result);
  if (from.Is(Tag::kBigInt)) return Give(from, result);
  if (from.Is(Tag::kFloat)) return IntOfFloat(from.number, result);
  if (from.Is(Tag::kStr)) return ReadInt(heap, from, 10, result);
  return from.Is(Tag::kBytes) ? Status::kBail : TypeError(from);
}

Status ToIntOfBase(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value from = arguments[0], base = arguments[1];
  if (!IsInt(base) || from.Is(Tag::kBytes)) return Status::kBail;
  const bool known = base.integer == 0 || (base.integer >= 2 && base.integer <= 36);
  if (!known) return IsForeign(from) ? Status::kBail : Status::kValueError;
  return from.Is(Tag::kStr) ? ReadInt(heap, from, base.integer, result) : TypeError(from);
}

namespace {

// Digits, a point, an exponent, as float() has them; underscores only between digits.
struct FloatText {
  std::string_view text;
  std::string plain;

  bool TakeDigits() {
    bool some = false;
    while (!text.empty()) {
      const bool underscore = text[0] == '_';
      if (underscore ? !some || text.size() < 2 || DigitOf(text[1]) > 9 : DigitOf(text[0]) > 9)
        break;
      if (!underscore) plain += text[0];
      some = true;
      text.remove_prefix(1);
    }
    return some;
  }

  bool Take(std::string_view any) {
    if (text.empty() || any.find(text[0]) == std::string_view::npos) return false;
    plain += text[0];
    text.remove_prefix(1);
    return true;
  }

  bool Read() {
    bool some = TakeDigits();
    if (Take(".")) some = TakeDigits() || some;
    if (!some) return false;
    if (Take("eE")) {
      if (!Take("-") && text.starts_with('+')) text.remove_prefix(1);
      if (!TakeDigits()) return false;
    }
    return text.empty();
  }
};

bool SameWord(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

Status ReadFloatText(Value str, Value& result) {
  if (!IsAscii(str)) return Status::kBail;
  std::string_view text = Trim(str.str());
  if (text.size() > kLongestNumber) return Status::kBail;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const double sign = negative ? -1 : 1;
  if (SameWord(text, "inf") || SameWord(text, "infinity")) {
    return Give(Value::Float(sign * HUGE_VAL), result);
  }
  if (SameWord(text, "nan")) return Give(Value::Float(std::nan("")), result);
  FloatText parts{text, {}};
  if (!parts.Read()) return Status::kValueError;
  double number = 0;
  const char* end = parts.plain.data() + parts.plain.size();
  const auto done = std::from_chars(parts.plain.data(), end, number);
  if (done.ec != std::errc() || done.ptr != end) return Status::kBail;  // too large, too small
  return Give(Value::Float(sign * number), result);
}

}  // namespace

Status ToFloat(Heap&, Arguments arguments, Value& result) noexcept {
  if (arguments.empty()) return Give(Value::Float(0), result);
  const Value from = arguments[0];
  if (IsInt(from) || from.Is(Tag::kFloat)) return Give(Value::Float(ToDouble(from)), result);
  if (from.Is(Tag::kStr)) return ReadFloatText(from, result);
  return from.Is(Tag::kBytes) || from.Is(Tag::kBigInt) ? Status::kBail : TypeError(from);
}

Status ToBool(Heap&, Arguments arguments, Value& result) noexcept {
  bool truth = false;
  const Status status = arguments.empty() ? Status::kOk : Truth(arguments[0], truth);
  result = Value::Bool(truth);
  return status;
}

Status Not(Heap&, Arguments arguments, Value& result) noexcept {
  bool truth = false;
  const Status status = Truth(arguments[0], truth);
  result = Value::Bool(!truth);
  return status;
}

Status Ordinal(Heap&, Arguments arguments, Value& result) noexcept {
  const Value str = arguments[0];
  if (str.Is(Tag::kBytes)) return Status::kBail;
  if (!str.Is(Tag::kStr) || CountCharacters(str) != 1) return TypeError(str);
  return Give(Value::Int(CharacterAt(str.str(), 0).code), result);
}

Status Chr(Heap& heap, Arguments arguments, Value& result) noexcept {
  int64_t code = 0;
  const Status status = TakeInt(arguments[0], 0, code);
  if (status != Status::kOk) return status;
  if (code < 0 || code > 0x10FFFF) return Status::kBail;  // a ValueError or an OverflowError
  if (code >= 0xD800 && code < 0xE000) return Status::kBail;
  std::string text;
  AppendUtf8(static_cast<char32_t>(code), text);
  return Give(heap.NewStr(text), result);
}

Status Round(Heap&, Arguments arguments, Value& result) noexcept {
  const Value number = arguments[0];
  if (IsInt(number)) return Give(Value::Int(number.integer), result);
  if (number.Is(Tag::kBigInt)) return Give(number, result);
  if (!number.Is(Tag::kFloat)) return TypeError(number);
  if (!std::isfinite(number.number)) return IntOfFloat(number.number, result);
  const double down = std::floor(number.number);
  const double rest = number.number - down;
  // Half goes to the even one.
  const bool up = rest > 0.5 || (rest == 0.5 && std::fmod(down, 2) != 0);
  return IntOfFloat(up ? down + 1 : down, result);
}

namespace {

// round(float, digits): the nearest decimal of so many digits, of the number as it exactly is.
Status RoundFloat(double number, int64_t digits, Value& result) {
  constexpr int64_t kMost = 323;
  if (!std::isfinite(number) || digits > kMost) return Give(Value::Float(number), result);
  if (digits < 0) return Status::kBail;
  char text[700];
  const char* end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed,
                                  static_cast<int>(digits))
                        .ptr;
  double rounded = 0;
  const auto done = std::from_chars(text, end, rounded);
  return done.ec == std::errc() ? Give(Value::Float(rounded), result) : Status::kBail;
}

}  // namespace

Status RoundToDigits(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value number = arguments[0], digits = arguments[1];
  if (digits.Is(Tag::kNone)) return Round(heap, arguments.first(1), result);
  if (!IsNumber(number)) return TypeError(number);
  if (digits.Is(Tag::kBigInt)) return Status::kBail;
  if (!IsInt(digits)) return TypeError(digits);
  if (number.Is(Tag::kFloat)) return RoundFloat(number.number, digits.integer, result);
  if (digits.integer < 0) return Status::kBail;
  return Give(IsInt(number) ? Value::Int(number.integer) : number, result);
}

namespace {

// Is the encoding that of text here? None was said: it is.
bool IsUtf8(Value encoding) {
  if (encoding.Is(Tag::kUnbound)) return true;
  return encoding.Is(Tag::kStr) &&
         (encoding.str() == "utf-8" || encoding.str() == "utf8" || encoding.str() == "UTF-8");
}

bool IsValidUtf8(std::string_view bytes) {
  const auto tail = [&](size_t i) {
    return i < bytes.size() && (static_cast<unsigned char>(bytes[i]) & 0xC0) == 0x80;
  };
  for (size_t at = 0; at < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const size_t size = first < 0x80   ? 1
                        : first < 0xC2 ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
    if (size == 0) return false;
    for (size_t i = 1; i < size; ++i) {
      if (!tail(at + i)) return false;
    }
    const uint32_t code = CharacterAt(bytes, at).code;
    const bool short_form = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (short_form || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    at += size;
  }
  return true;
}

}  // namespace

Status MethodEncode(Heap&, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kStr)) return NoMethod(arguments[0], 0);
  if (!IsUtf8(At(arguments, 1))) return Status::kBail;
  return Give(Value::Bytes(arguments[0].str()), result);
}

Status MethodDecode(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kBytes)) return NoMethod(arguments[0], 0);
  if (!IsUtf8(At(arguments, 1)) || !IsValidUtf8(arguments[0].bytes())) return Status::kBail;
  return Give(heap.NewStr(arguments[0].bytes()), result);
}

}  // namespace kaspr::value::semantics
