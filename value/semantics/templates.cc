// Texts with places for values: "%s is %d" % (a, b), "{} is {}".format(a, b).

#include <string>

#include "value/semantics/format.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/repr.h"

namespace kaspr::value::semantics {

namespace {

// The values of a template, from the first to the last.
struct Feed {
  std::span<const Value> values;
  size_t next = 0;

  bool empty() const { return next == values.size(); }
};

// %[-][0][width][.precision]type
struct Directive {
  FormatSpec spec;
  bool minus = false;
  bool zeros = false;
};

// The directive behind a %, up to its type. Nothing: CPython knows more than these.
std::optional<Directive> ReadDirective(std::string_view text, size_t& at) {
  const size_t begin = at;
  at = text.find_first_not_of("-+ 0123456789.", at);
  if (at == std::string_view::npos || text[at] == '%') return std::nullopt;
  std::string_view flags = text.substr(begin, at - begin);
  Directive directive;
  const size_t digits = flags.find_first_not_of("-+ 0");
  for (const char flag : flags.substr(0, digits)) {
    if (flag == '-') directive.minus = true;
    if (flag == '0') directive.zeros = true;
    if (flag == '+') directive.spec.sign = '+';
    if (flag == ' ' && directive.spec.sign != '+') directive.spec.sign = ' ';
  }
  flags.remove_prefix(std::min(digits, flags.size()));
  // What is left is a width and a precision.
  const auto rest = ReadFormatSpec(flags);
  if (!rest || rest->align != 0 || rest->zeros || rest->sign != 0) return std::nullopt;
  directive.spec.width = rest->width;
  directive.spec.precision = rest->precision;
  directive.spec.type = text[at++];
  return directive;
}

Status AppendPercentText(Heap& heap, Value value, Directive directive, std::string& out) {
  std::string text;
  const Status status =
      directive.spec.type == 'r' ? AppendRepr(heap, value, text) : AppendStr(heap, value, text);
  if (status != Status::kOk) return status;
  directive.spec.type = 's';
  directive.spec.sign = 0;
  directive.spec.align = directive.minus ? '<' : '>';
  return AppendFormatted(heap, Value::Str(text), directive.spec, out);
}

Status AppendPercentNumber(Heap& heap, Value value, Directive directive, std::string& out) {
  const bool ints = directive.spec.type == 'd' || directive.spec.type == 'i';
  const bool hex = directive.spec.type == 'x' || directive.spec.type == 'X';
  if (value.Is(Tag::kBigInt) || (ints && value.Is(Tag::kFloat))) return Status::kBail;
  if (!IsInt(value) && (hex || !value.Is(Tag::kFloat))) return TypeError(value);
  if ((ints || hex) && directive.spec.precision >= 0) return Status::kBail;
  if (value.Is(Tag::kFloat) && value.number - value.number != 0) return Status::kBail;
  if (ints) directive.spec.type = 'd';
  directive.spec.align = directive.minus ? '<' : directive.zeros ? '=' : '>';
  if (directive.zeros && !directive.minus) directive.spec.fill = "0";
  return AppendFormatted(heap, value, directive.spec, out);
}

Status AppendDirective(Heap& heap, const Directive& directive, Feed& feed, std::string& out) {
  constexpr std::string_view kTypes = "srdixXfFeEgG";
  if (kTypes.find(directive.spec.type) == std::string_view::npos) return Status::kBail;
  if (feed.empty()) return Status::kTypeError;
  const Value value = feed.values[feed.next++];
  const bool text = directive.spec.type == 's' || directive.spec.type == 'r';
  return text ? AppendPercentText(heap, value, directive, out)
              : AppendPercentNumber(heap, value, directive, out);
}

}  // namespace

Status Percent(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kStr)) return TypeError(arguments[0]);
  const std::string_view text = arguments[0].str();
  const Value given = arguments[1];
  if (IsForeign(given)) return Status::kBail;
  const bool tuple = given.Is(Tag::kTuple);
  Feed feed{std::span<const Value>(tuple ? given.items : &given, tuple ? given.size : 1)};
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t percent = std::min(text.find('%', at), text.size());
    out += text.substr(at, percent - at);
    at = percent + 1;
    if (percent == text.size()) break;
    if (text.substr(at, 1) == "%") {
      out += '%';
      ++at;
      continue;
    }
    const auto directive = ReadDirective(text, at);
    const Status status = directive ? AppendDirective(heap, *directive, feed, out) : Status::kBail;
    if (status != Status::kOk) return status;
    if (out.size() > kLongestText) return Status::kBail;
  }
  // What can be subscripted by a name may be left over.
  const bool mapping = given.Is(Tag::kDict) || given.Is(Tag::kList) || given.Is(Tag::kBytes) ||
                       given.Is(Tag::kRange);
  if (!feed.empty() && !mapping) return Status::kTypeError;
  return Give(heap.NewStr(out), result);
}

namespace {

// {}, {0}, {:>5}, {!r}: what stands between the braces. Nothing: CPython knows more than these.
struct Field {
  size_t number = 0;
  bool numbered = false;
  bool repr = false;
  FormatSpec spec;
};

std::optional<Field> ReadField(std::string_view text) {
  Field field;
  const size_t colon = std::min(text.find(':'), text.size());
  std::string_view name = text.substr(0, colon);
  const auto spec = ReadFormatSpec(text.substr(std::min(colon + 1, text.size())));
  if (!spec) return std::nullopt;
  field.spec = *spec;
  if (name.ends_with("!r") || name.ends_with("!s")) {
    field.repr = name.back() == 'r';
    // !s turns into text first: a width then means something else.
    if (!field.spec.plain) return std::nullopt;
    name.remove_suffix(2);
  }
  if (name.empty()) return field;
  if (name.size() > 2 || name.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  field.numbered = true;
  for (const char c : name) field.number = field.number * 10 + static_cast<size_t>(c - '0');
  return field;
}

struct Fields {
  std::span<const Value> values;
  size_t next = 0;
  bool numbered = false;

  Status Append(Heap& heap, std::string_view text, std::string& out) {
    const auto field = ReadField(text);
    if (!field) return Status::kBail;
    // Numbers, or none: mixing them is an error.
    if (field->numbered ? next > 0 : numbered) return Status::kValueError;
    numbered = field->numbered;
    const size_t number = numbered ? field->number : next++;
    if (number >= values.size()) return Status::kIndexError;
    return field->repr ? AppendRepr(heap, values[number], out)
                       : AppendFormatted(heap, values[number], field->spec, out);
  }
};

}  // namespace

Status MethodFormat(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (!arguments[0].Is(Tag::kStr)) return NoMethod(arguments[0], 0);
  const std::string_view text = arguments[0].str();
  Fields fields{arguments.subspan(1)};
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t brace = std::min(text.find_first_of("{}", at), text.size());
    out += text.substr(at, brace - at);
    if (brace == text.size()) break;
    if (text.substr(brace, 2) == "{{" || text.substr(brace, 2) == "}}") {
      out += text[brace];
      at = brace + 2;
      continue;
    }
    const size_t end = text.find_first_of("{}", brace + 1);
    // A brace alone, or a field in a field.
    if (text[brace] == '}' || end == std::string_view::npos || text[end] == '{') {
      return Status::kBail;
    }
    const Status status = fields.Append(heap, text.substr(brace + 1, end - brace - 1), out);
    if (status != Status::kOk) return status;
    if (out.size() > kLongestText) return Status::kBail;
    at = end + 1;
  }
  return Give(heap.NewStr(out), result);
}

}  // namespace kaspr::value::semantics
