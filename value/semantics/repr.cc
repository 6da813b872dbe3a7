#include "value/semantics/repr.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "value/json_write.h"
#include "value/semantics/functions.h"
#include "value/semantics/operands.h"
#include "value/semantics/text.h"
#include "value/write_value.h"

namespace kaspr::value::semantics {

namespace {

constexpr char kHex[] = "0123456789abcdef";

// Stretches without gaps that every Python prints as they are. There are more.
bool IsSurelyPrintable(uint32_t code) {
  struct Stretch {
    uint32_t first, last;
  };
  constexpr Stretch kStretches[] = {
      {0x20, 0x7E},     {0xA1, 0xAC},     {0xAE, 0x2AF},    {0x400, 0x52F},     {0x3041, 0x3096},
      {0x30A0, 0x30FF}, {0x4E00, 0x9FEF}, {0xAC00, 0xD7A3}, {0x1F600, 0x1F64F},
  };
  return std::any_of(std::begin(kStretches), std::end(kStretches), [code](const Stretch& stretch) {
    return code >= stretch.first && code <= stretch.last;
  });
}

// Single quotes, unless that would need more escapes.
char QuoteOf(std::string_view text) {
  const bool single = text.find('\'') != std::string_view::npos;
  return single && text.find('"') == std::string_view::npos ? '"' : '\'';
}

// False: it stands for itself.
bool AppendEscape(uint32_t code, char quote, std::string& out) {
  if (code == static_cast<unsigned char>(quote) || code == '\\') {
    out += '\\';
    out += static_cast<char>(code);
  } else if (code == '\n') {
    out += "\\n";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code == '\t') {
    out += "\\t";
  } else if (code < 0x20 || code == 0x7F) {
    out += "\\x";
    out += kHex[code >> 4];
    out += kHex[code & 15];
  } else {
    return false;
  }
  return true;
}

Status AppendQuoted(std::string_view text, std::string& out) {
  const char quote = QuoteOf(text);
  out += quote;
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    if (!AppendEscape(character.code, quote, out)) {
      if (!IsSurelyPrintable(character.code)) return Status::kBail;
      out.append(text.substr(at, character.size));
    }
    at += character.size;
  }
  out += quote;
  return Status::kOk;
}

void AppendBytes(std::string_view bytes, std::string& out) {
  const char quote = QuoteOf(bytes);
  out += 'b';
  out += quote;
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    if (AppendEscape(code, quote, out)) continue;
    if (code < 0x80) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[code >> 4];
      out += kHex[code & 15];
    }
  }
  out += quote;
}

void AppendRange(const Range& range, std::string& out) {
  out += "range(" + std::to_string(range.start) + ", " + std::to_string(range.stop);
  if (range.step != 1) out += ", " + std::to_string(range.step);
  out += ')';
}

struct Printer {
  Heap& heap;
  std::string& out;

  Status Items(std::span<const Value> items, uint32_t depth) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ", ";
      const Status status = Print(items[i], depth + 1);
      if (status != Status::kOk) return status;
    }
    return Status::kOk;
  }

  Status Enclosed(std::string_view open, std::span<const Value> items, std::string_view close,
                  uint32_t depth) {
    out += open;
    const Status status = Items(items, depth);
    out += close;
    return status;
  }

  Status PrintDict(Dict& dict, uint32_t depth) {
    out += '{';
    bool first = true;
    for (const DictEntry& entry : heap.Entries(dict)) {
      if (entry.key.Is(Tag::kUnbound)) continue;
      if (!std::exchange(first, false)) out += ", ";
      Status status = Print(entry.key, depth + 1);
      out += ": ";
      if (status == Status::kOk) status = Print(entry.value, depth + 1);
      if (status != Status::kOk) return status;
    }
    out += '}';
    return Status::kOk;
  }

  Status PrintSet(Value set, uint32_t depth) {
    const bool immutable = set.set->immutable;
    std::span<const Value> items;
    const Status status = Iterate(heap, set, Order::kMatters, items);
    if (status != Status::kOk) return status;
    if (items.empty()) {
      out += immutable ? "frozenset()" : "set()";
      return Status::kOk;
    }
    return immutable ? Enclosed("frozenset({", items, "})", depth)
                     : Enclosed("{", items, "}", depth);
  }

  Status Print(Value value, uint32_t depth) {
    if (depth == Heap::kDeepest || out.size() > kLongestText) return Status::kBail;
    switch (value.tag) {
      case Tag::kNone:
        out += "None";
        return Status::kOk;
      case Tag::kBool:
        out += value.integer != 0 ? "True" : "False";
        return Status::kOk;
      case Tag::kInt:
        out += std::to_string(value.integer);
        return Status::kOk;
      case Tag::kBigInt:
        out += value.bytes();
        return Status::kOk;
      case Tag::kFloat:
        AppendFloat(value.number, out);
        return Status::kOk;
      case Tag::kStr:
        return AppendQuoted(value.str(), out);
      case Tag::kBytes:
        AppendBytes(value.bytes(), out);
        return Status::kOk;
      case Tag::kTuple:
        return Enclosed("(", {value.items, value.size}, value.size == 1 ? ",)" : ")", depth);
      case Tag::kList:
        return Enclosed("[", heap.Items(*value.list), "]", depth);
      case Tag::kDict:
        return PrintDict(*value.dict, depth);
      case Tag::kSet:
        return PrintSet(value, depth);
      case Tag::kRange:
        AppendRange(*value.range, out);
        return Status::kOk;
      case Tag::kObject:
      case Tag::kUnbound:
        return Status::kBail;
    }
    KASPR_UNREACHABLE("tag");
  }
};

}  // namespace

void AppendFloat(double number, std::string& out) {
  if (std::isnan(number)) {
    out += "nan";
  } else if (std::isinf(number)) {
    out += number > 0 ? "inf" : "-inf";
  } else {
    char text[32];
    out.append(text, FormatFloat(number, text));
  }
}

Status AppendRepr(Heap& heap, Value value, std::string& out) {
  return Printer{heap, out}.Print(value, 0);
}

Status AppendStr(Heap& heap, Value value, std::string& out) {
  if (!value.Is(Tag::kStr)) return AppendRepr(heap, value, out);
  out += value.str();
  return Status::kOk;
}

Status ToStr(Heap& heap, Arguments arguments, Value& result) noexcept {
  if (arguments.empty()) return Give(Value::Str({}, Value::kAscii), result);
  if (arguments[0].Is(Tag::kStr)) return Give(arguments[0], result);
  std::string text;
  const Status status = AppendRepr(heap, arguments[0], text);
  if (status == Status::kOk) result = heap.NewStr(text);
  return status;
}

Status ToRepr(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::string text;
  const Status status = AppendRepr(heap, arguments[0], text);
  if (status == Status::kOk) result = heap.NewStr(text);
  return status;
}

// ascii(value): its repr, with \xe9, \u65e5 and \U0001f600 for what is not ASCII.
Status ToAscii(Heap& heap, Arguments arguments, Value& result) noexcept {
  std::string text, plain;
  const Status status = AppendRepr(heap, arguments[0], text);
  if (status != Status::kOk) return status;
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    if (character.code < 0x80) {
      plain += text[at];
    } else if (character.code < 0x100) {
      fmt::format_to(std::back_inserter(plain), "\\x{:02x}", character.code);
    } else if (character.code < 0x10000) {
      fmt::format_to(std::back_inserter(plain), "\\u{:04x}", character.code);
    } else {
      fmt::format_to(std::back_inserter(plain), "\\U{:08x}", character.code);
    }
    at += character.size;
  }
  return Give(heap.NewStr(plain), result);
}

// With its defaults.
Status JsonDumps(Heap& heap, Arguments arguments, Value& result) noexcept {
  JsonWriter out;
  const Status status = WriteValue(arguments[0], out);
  return status == Status::kOk ? Give(heap.NewStr(out.bytes()), result) : status;
}

}  // namespace kaspr::value::semantics
