#include "value/semantics/format.h"

#include <charconv>
#include <cmath>

#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/repr.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

namespace {

constexpr int64_t kWidest = 10'000;
constexpr int64_t kMostDigits = 200;

bool IsAlign(char c) {
  return c == '<' || c == '>' || c == '^' || c == '=';
}

// Decimal digits in front of the rest; -1 if there are none, too many to care at kWidest.
int64_t TakeDigits(std::string_view& text) {
  int64_t number = -1;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    if (number < kWidest) number = std::max<int64_t>(number, 0) * 10 + (text[0] - '0');
    text.remove_prefix(1);
  }
  return number;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

void TakeAlign(std::string_view& text, FormatSpec& spec) {
  if (text.empty()) return;
  const size_t size = CharacterAt(text, 0).size;
  if (text.size() > size && IsAlign(text[size])) {
    spec.fill = text.substr(0, size);
    spec.align = text[size];
    text.remove_prefix(size + 1);
  } else if (IsAlign(text[0])) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
}

}  // namespace

std::optional<FormatSpec> ReadFormatSpec(std::string_view text) {
  FormatSpec spec;
  spec.plain = text.empty();
  TakeAlign(text, spec);
  if (!text.empty() && (text[0] == '+' || text[0] == '-' || text[0] == ' ')) {
    spec.sign = text[0];
    text.remove_prefix(1);
  }
  spec.zeros = Take(text, '0');
  spec.width = std::max<int64_t>(TakeDigits(text), 0);
  spec.commas = Take(text, ',');
  if (Take(text, '.')) {
    spec.precision = TakeDigits(text);
    if (spec.precision < 0) return std::nullopt;
  }
  bool known = true;
  if (!text.empty()) {
    spec.type = text[0];
    known = std::string_view("dfFeEgGsxX%").find(spec.type) != std::string_view::npos;
    text.remove_prefix(1);
  }
  if (!text.empty() || !known || spec.width >= kWidest || spec.precision > kMostDigits) {
    return std::nullopt;
  }
  return spec;
}

namespace {

void AppendFill(std::string_view fill, int64_t count, std::string& out) {
  for (; count > 0; --count) out += fill;
}

// To the width, the one way or the other; `sign` stands in front of '=' fills.
void AppendAligned(const FormatSpec& spec, char align, std::string_view fill, std::string_view sign,
                   std::string_view body, int64_t characters, std::string& out) {
  const int64_t missing =
      std::max<int64_t>(spec.width - characters - static_cast<int64_t>(sign.size()), 0);
  const int64_t before = align == '>' ? missing : align == '^' ? missing / 2 : 0;
  AppendFill(fill, before, out);
  out += sign;
  if (align == '=') AppendFill(fill, missing, out);
  out += body;
  if (align != '=') AppendFill(fill, missing - before, out);
}

Status FormatStr(Value str, const FormatSpec& spec, std::string& out) {
  if (spec.type != 0 && spec.type != 's') return Status::kValueError;
  if (spec.sign != 0 || spec.commas || spec.align == '=') return Status::kBail;
  int64_t characters = CountCharacters(str);
  if (spec.precision >= 0 && spec.precision < characters) {
    characters = spec.precision;
    str = Cut(str, 0, ByteOf(str, characters));
  }
  // From Python 3.10 on a 0 fills, but does not align.
  const std::string_view fill = spec.zeros && spec.align == 0 ? "0" : spec.fill;
  if (spec.zeros && spec.align != 0) return Status::kBail;
  AppendAligned(spec, spec.align == 0 ? '<' : spec.align, fill, {}, str.str(), characters, out);
  return Status::kOk;
}

// Commas between the thousands, of digits with what comes behind them; zeros in front up to a width
// that has them, too.
std::string Group(std::string_view digits, size_t whole, int64_t width) {
  std::string zeros;
  const auto size = [&] {
    const size_t count = zeros.size() + whole;
    return static_cast<int64_t>(count + (count - 1) / 3 + digits.size() - whole);
  };
  while (size() < width) zeros += '0';
  std::string grouped;
  const std::string all = zeros + std::string(digits.substr(0, whole));
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0 && (all.size() - i) % 3 == 0) grouped += ',';
    grouped += all[i];
  }
  return grouped.append(digits.substr(whole));
}

// Digits, with a point, an exponent or a % behind them, and whether there is a minus.
Status AppendNumber(const FormatSpec& spec, bool negative, std::string digits, std::string& out) {
  const char align = spec.align != 0 ? spec.align : spec.zeros ? '=' : '>';
  const std::string_view fill = spec.zeros && spec.align == 0 ? "0" : spec.fill;
  if (spec.zeros && spec.align != 0) return Status::kBail;  // then it is the fill, in some versions
  const std::string_view sign = negative           ? "-"
                                : spec.sign == '+' ? "+"
                                : spec.sign == ' ' ? " "
                                                   : "";
  if (spec.commas) {
    const size_t whole = digits.find_first_not_of("0123456789");
    const bool filled = align == '=' && fill == "0";
    if (whole != 0) {
      digits = Group(digits, std::min(whole, digits.size()),
                     filled ? spec.width - static_cast<int64_t>(sign.size()) : 0);
    }
  }
  AppendAligned(spec, align, fill, sign, digits, static_cast<int64_t>(digits.size()), out);
  return Status::kOk;
}

Status FormatFloatAs(double number, const FormatSpec& spec, std::string& out) {
  const bool negative = std::signbit(number) && !std::isnan(number);
  const double size = std::fabs(number);
  char type = spec.type;
  const bool upper = type == 'F' || type == 'E' || type == 'G';
  std::string digits;
  if (!std::isfinite(number)) {
    digits = std::isnan(number) ? (upper ? "NAN" : "nan") : (upper ? "INF" : "inf");
  } else if (type == 0) {
    if (spec.precision >= 0) return Status::kBail;
    AppendFloat(size, digits);
  } else {
    const int precision = spec.precision < 0 ? 6 : static_cast<int>(spec.precision);
    const bool percent = type == '%';
    if (percent && size > 1e300) return Status::kBail;
    const auto format = type == 'e' || type == 'E'   ? std::chars_format::scientific
                        : type == 'g' || type == 'G' ? std::chars_format::general
                                                     : std::chars_format::fixed;
    char text[640];
    const auto done =
        std::to_chars(text, text + sizeof text, percent ? size * 100 : size, format,
                      format == std::chars_format::general ? std::max(precision, 1) : precision);
    digits.assign(text, done.ptr);
    if (upper) {
      for (char& c : digits) c = c == 'e' ? 'E' : c;
    }
  }
  if (type == '%') digits += '%';
  return AppendNumber(spec, negative, std::move(digits), out);
}

Status FormatInt(int64_t number, const FormatSpec& spec, std::string& out) {
  const bool hex = spec.type == 'x' || spec.type == 'X';
  if (spec.type != 0 && spec.type != 'd' && !hex) {
    if (spec.type == 's') return Status::kValueError;
    return FormatFloatAs(static_cast<double>(number), spec, out);
  }
  if (spec.precision >= 0 || (spec.commas && hex)) return Status::kValueError;
  char text[32];
  const uint64_t size =
      number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  std::string digits(text, std::to_chars(text, text + sizeof text, size, hex ? 16 : 10).ptr);
  if (spec.type == 'X') {
    for (char& c : digits) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return AppendNumber(spec, number < 0, std::move(digits), out);
}

}  // namespace

Status AppendFormatted(Heap& heap, Value value, const FormatSpec& spec, std::string& out) {
  if (spec.plain) return AppendStr(heap, value, out);
  switch (value.tag) {
    case Tag::kStr:
      return FormatStr(value, spec, out);
    case Tag::kBool:
    case Tag::kInt:
      return FormatInt(value.integer, spec, out);
    case Tag::kFloat:
      if (spec.type == 'd' || spec.type == 's' || spec.type == 'x' || spec.type == 'X') {
        return Status::kValueError;
      }
      return FormatFloatAs(value.number, spec, out);
    case Tag::kBigInt:
      return Status::kBail;
    default:
      return TypeError(value);
  }
}

Status Format(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value spec = At(arguments, 1);
  std::string text;
  Status status = Status::kOk;
  if (spec.Is(Tag::kUnbound)) {
    status = AppendStr(heap, arguments[0], text);
  } else if (!spec.Is(Tag::kStr)) {
    status = TypeError(spec);
  } else if (arguments[0].Is(Tag::kStr) && spec.size == 0) {
    return Give(arguments[0], result);
  } else if (const auto read = ReadFormatSpec(spec.str())) {
    status = AppendFormatted(heap, arguments[0], *read, text);
  } else {
    status = Status::kBail;
  }
  if (status == Status::kOk) result = heap.NewStr(text);
  return status;
}

}  // namespace kaspr::value::semantics
