#include "ir/expr/types.h"

#include <algorithm>
#include <string_view>

namespace kaspr::ir {

using value::Tag;
using value::Types;
using value::TypesOf;

namespace {

constexpr Types kStr = TypesOf(Tag::kStr);
constexpr Types kSmallNumber = TypesOf(Tag::kBool, Tag::kInt, Tag::kFloat);
constexpr Types kHashable = static_cast<Types>(
    ~TypesOf(Tag::kUnbound, Tag::kTuple, Tag::kList, Tag::kDict, Tag::kSet, Tag::kObject));
constexpr Types kSized =
    TypesOf(Tag::kStr, Tag::kBytes, Tag::kTuple, Tag::kList, Tag::kDict, Tag::kSet, Tag::kRange);
constexpr Types kValue = static_cast<Types>(~TypesOf(Tag::kUnbound));

// What an operation wants, so that it cannot fail: of the first operand, and of all others. What
// stands here twice may be as one or the other wants it.
struct Safe {
  std::string_view name;
  Types first = kValue, others = kValue;
};

// A str has no lone surrogates, an int no more digits than str() takes: documents that have either
// are CPython's from the start. The rest of what is made here is small.
constexpr Safe kSafe[] = {
    {"not"},
    {"eq"},
    {"ne"},
    {"is"},
    {"isinstance"},
    {"type-name"},
    {"bound"},
    {"list"},
    {"tuple"},
    {"str"},
    {"repr"},
    {"bool"},
    {"set", kHashable, kHashable},
    {"list-append", TypesOf(Tag::kList)},
    {"concat", kStr, kStr},
    {"len", kSized},
    {"in", kStr, kStr},
    {"in", kHashable, TypesOf(Tag::kDict, Tag::kSet)},
    {"in", kValue, TypesOf(Tag::kList, Tag::kTuple)},
    {"lt", kSmallNumber, kSmallNumber},
    {"le", kSmallNumber, kSmallNumber},
    {"gt", kSmallNumber, kSmallNumber},
    {"ge", kSmallNumber, kSmallNumber},
    {"lt", kStr, kStr},
    {"le", kStr, kStr},
    {"gt", kStr, kStr},
    {"ge", kStr, kStr},
    {"add", kSmallNumber, kSmallNumber},
    {"sub", kSmallNumber, kSmallNumber},
    {"mul", kSmallNumber, kSmallNumber},
    {"neg", kSmallNumber},
    {"abs", kSmallNumber},
    {"add", kStr, kStr},
    {"float", kSmallNumber},
    {"int", TypesOf(Tag::kBool, Tag::kInt)},
    {"mapping", TypesOf(Tag::kDict)},
    {"md5", TypesOf(Tag::kBytes)},
    {"md5-hex", TypesOf(Tag::kBytes)},
    {"sha1", TypesOf(Tag::kBytes)},
    {"sha1-hex", TypesOf(Tag::kBytes)},
    {"sha256", TypesOf(Tag::kBytes)},
    {"sha256-hex", TypesOf(Tag::kBytes)},
    {"sha512", TypesOf(Tag::kBytes)},
    {"sha512-hex", TypesOf(Tag::kBytes)},
    {"uuid4"},
    {"utc-now"},
    {"utc-isoformat", TypesOf(Tag::kInt)},
    {"getslice", TypesOf(Tag::kStr, Tag::kList), TypesOf(Tag::kNone, Tag::kBool, Tag::kInt)},
    {".startswith", kStr, kStr},
    {".endswith", kStr, kStr},
    {".removeprefix", kStr, kStr},
    {".removesuffix", kStr, kStr},
    {".strip", kStr, kStr},
    {".lstrip", kStr, kStr},
    {".rstrip", kStr, kStr},
    {".lower", kStr},
    {".upper", kStr},
    {".casefold", kStr},
    {".swapcase", kStr},
    {".capitalize", kStr},
    {".title", kStr},
    {".isdigit", kStr},
    {".isdecimal", kStr},
    {".isnumeric", kStr},
    {".isalpha", kStr},
    {".isalnum", kStr},
    {".isspace", kStr},
    {".isupper", kStr},
    {".islower", kStr},
    {".isascii", kStr},
    {".keys", TypesOf(Tag::kDict)},
    {".values", TypesOf(Tag::kDict)},
    {".items", TypesOf(Tag::kDict)},
    {".copy", TypesOf(Tag::kList, Tag::kDict, Tag::kSet)},
    {".is_integer", TypesOf(Tag::kFloat)},
};

// Of these an argument more may make them fail: `.encode("no such")`, a format.
constexpr Safe kSafeAlone[] = {
    {".encode", kStr},
    {".split", kStr},
    {".rsplit", kStr},
    {".splitlines", kStr},
};

// A format that every float and small int takes: "", ".2f", ",.2f", "08.3f", "%".
bool TakesNumbers(std::string_view spec) {
  const auto digits = [&] {
    const size_t from = spec.size();
    while (!spec.empty() && spec.front() >= '0' && spec.front() <= '9') spec.remove_prefix(1);
    return from - spec.size();
  };
  if (digits() > 2) return false;
  if (spec.starts_with(',')) spec.remove_prefix(1);
  if (spec.starts_with('.')) {
    spec.remove_prefix(1);
    const size_t precision = digits();
    if (precision == 0 || precision > 2) return false;
  }
  return spec.size() == 1 && std::string_view("fFeEgG%").find(spec[0]) != std::string_view::npos;
}

}  // namespace

ValueTypes::ValueTypes(const ExprFunction& function)
    : function_(function), types_(function.values, kAnyType) {
  std::fill_n(types_.begin(), function.parameters.size(), kValue);
  Walk(function.body);
}

Types ValueTypes::Of(const Operand& operand) const {
  if (!operand.constant) return types_[operand.index];
  return TypesOf(function_.constants[operand.index].tag);
}

void ValueTypes::Walk(const Region& region) {
  for (const Inst& inst : region.body) {
    if (std::holds_alternative<For>(inst.op)) {
      types_[static_cast<size_t>(inst.regions[0].parameters[0])] = kValue;  // the item
    }
    for (const Region& inside : inst.regions) Walk(inside);
    for (size_t i = 0; i < inst.results.size(); ++i) {
      const bool branches =
          std::holds_alternative<If>(inst.op) || std::holds_alternative<Try>(inst.op);
      types_[static_cast<size_t>(inst.results[i])] = branches ? Given(inst, i) : ResultOf(inst);
    }
  }
}

// What loops carry may be anything, even unbound.
Types ValueTypes::ResultOf(const Inst& inst) const {
  const auto* apply = std::get_if<Apply>(&inst.op);
  if (apply == nullptr) return inst.regions.empty() ? kValue : kAnyType;
  const std::string_view name = apply->primitive->name;
  if (name == "bound") {
    return Of(inst.operands[0]) & kValue;
  }
  if (name == "add" || name == "sub" || name == "mul") {
    const Types both = Of(inst.operands[0]) | Of(inst.operands[1]);
    if ((both & ~kSmallNumber) == 0) {
      const bool is_float = Of(inst.operands[0]) == TypesOf(Tag::kFloat) ||
                            Of(inst.operands[1]) == TypesOf(Tag::kFloat);
      return is_float ? TypesOf(Tag::kFloat) : TypesOf(Tag::kInt, Tag::kBigInt, Tag::kFloat);
    }
    if (both == kStr) return kStr;
  }
  if (name == "getslice" && Of(inst.operands[0]) == kStr) return kStr;
  return apply->primitive->result;
}

Types ValueTypes::Given(const Inst& inst, size_t index) const {
  Types given = 0;
  for (const Region& region : inst.regions) {
    const Inst& last = region.body.back();
    if (std::holds_alternative<Give>(last.op)) given |= Of(last.operands[index]);
  }
  return given;
}

bool ValueTypes::Is(const Inst& inst, size_t operand, Types types) const {
  return (Of(inst.operands[operand]) & ~types) == 0;
}

bool ValueTypes::FormatNeverRaises(const Inst& inst) const {
  if (inst.operands.size() == 1) return true;
  const Operand& spec = inst.operands[1];
  if (!spec.constant) return false;
  const std::string& text = function_.constants[spec.index].text;
  return text.empty() || (Is(inst, 0, kSmallNumber & ~TypesOf(Tag::kBool)) && TakesNumbers(text));
}

bool ValueTypes::NeverRaises(const Inst& inst) const {
  const std::string_view name = std::get<Apply>(inst.op).primitive->name;
  const size_t count = inst.operands.size();
  if (name == "format") return FormatNeverRaises(inst);
  if (name == "dict" || name == "dict-put") {  // key, value, ...; or dict, key, value
    for (size_t key = name == "dict" ? 0 : 1; key < count; key += 2) {
      if (!Is(inst, key, kHashable)) return false;
    }
    return true;
  }
  if (name == ".get") {
    return Is(inst, 0, TypesOf(Tag::kDict)) && Is(inst, 1, kHashable);
  }
  const auto fits = [&](const Safe& safe) {
    if (safe.name != name) return false;
    for (size_t i = 0; i < count; ++i) {
      if (!Is(inst, i, i == 0 ? safe.first : safe.others)) return false;
    }
    return true;
  };
  return std::any_of(std::begin(kSafe), std::end(kSafe), fits) ||
         (count == 1 && std::any_of(std::begin(kSafeAlone), std::end(kSafeAlone), fits));
}

}  // namespace kaspr::ir
