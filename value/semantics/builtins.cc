// Built-in functions that look at a whole iterable: len, min, max, sum, any, all, isinstance.

#include <algorithm>
#include <cmath>
#include <functional>

#include "value/containers.h"
#include "value/semantics/comparison.h"
#include "value/semantics/functions.h"
#include "value/semantics/numbers.h"
#include "value/semantics/operands.h"
#include "value/semantics/text.h"

namespace kaspr::value::semantics {

Status Length(Heap&, Arguments arguments, Value& result) noexcept {
  const Value of = arguments[0];
  switch (of.tag) {
    case Tag::kStr:
      return Give(Value::Int(CountCharacters(of)), result);
    case Tag::kBytes:
    case Tag::kTuple:
      return Give(Value::Int(of.size), result);
    case Tag::kList:
      return Give(Value::Int(of.list->size), result);
    case Tag::kDict:
      return Give(Value::Int(of.dict->size), result);
    case Tag::kSet:
      return Give(Value::Int(of.set->size), result);
    case Tag::kRange:
      return Give(Value::Int(of.range->size), result);
    default:
      return TypeError(of);
  }
}

namespace {

// The same of those in front that are floats; how many.
template <class Better>
size_t FindExtremeFloat(std::span<const Value> keys, size_t& best, Better better) {
  size_t i = 0;
  double extreme = 0;
  for (; i < keys.size() && keys[i].Is(Tag::kFloat); ++i) {
    const double number = keys[i].number;
    if (i > 0 && !better(number, extreme)) continue;
    best = i;
    extreme = number;
  }
  return i;
}

// The first of the extreme ones: who is not less than (or greater than) the best so far does not
// take its place.
Status FindExtreme(Heap& heap, std::span<const Value> keys, Rank better, size_t& best) {
  best = 0;
  const size_t floats = better == Rank::kLess ? FindExtremeFloat(keys, best, std::less<>())
                                              : FindExtremeFloat(keys, best, std::greater<>());
  for (size_t i = std::max<size_t>(floats, 1); i < keys.size(); ++i) {
    Rank rank{};
    const Status status = Compare(heap, keys[i], keys[best], rank);
    if (status != Status::kOk) return status;
    if (rank == better) best = i;
  }
  return Status::kOk;
}

// Whatever the order of a set's items: is the extreme one the same?
bool IsOrderIrrelevant(Value iterable, std::span<const Value> items) {
  if (!iterable.Is(Tag::kSet) || items.size() < 2) return true;
  const auto number = [](Value item) { return IsNumber(item) && !IsNan(item); };
  const auto text = [](Value item) { return item.Is(Tag::kStr); };
  return std::all_of(items.begin(), items.end(), number) ||
         std::all_of(items.begin(), items.end(), text);
}

Status ExtremeOf(Heap& heap, Value iterable, Value otherwise, Rank better, Value& result) {
  std::span<const Value> items;
  Status status = Iterate(heap, iterable, Order::kIrrelevant, items);
  if (status != Status::kOk) return status;
  if (!IsOrderIrrelevant(iterable, items)) return Status::kBail;
  if (items.empty()) {
    return otherwise.Is(Tag::kUnbound) ? Status::kValueError : Give(otherwise, result);
  }
  size_t best = 0;
  status = FindExtreme(heap, items, better, best);
  result = items[best];
  return status;
}

Status Extreme(Heap& heap, Arguments arguments, Rank better, Value& result) {
  if (arguments.size() == 1) {
    return ExtremeOf(heap, arguments[0], Value::Unbound(), better, result);
  }
  size_t best = 0;
  const Status status = FindExtreme(heap, arguments, better, best);
  result = arguments[best];
  return status;
}

// By keys that somebody has made: (items, keys, default).
Status ExtremeBy(Heap& heap, Arguments arguments, Rank better, Value& result) {
  std::span<const Value> items, keys;
  Status status = Iterate(heap, arguments[0], Order::kMatters, items);
  if (status == Status::kOk) status = Iterate(heap, arguments[1], Order::kMatters, keys);
  if (status != Status::kOk || items.size() != keys.size()) return Status::kBail;
  if (items.empty()) {
    const Value otherwise = At(arguments, 2);
    return otherwise.Is(Tag::kUnbound) ? Status::kValueError : Give(otherwise, result);
  }
  size_t best = 0;
  status = FindExtreme(heap, keys, better, best);
  result = items[best];
  return status;
}

}  // namespace

Status Min(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Extreme(heap, arguments, Rank::kLess, result);
}
Status Max(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Extreme(heap, arguments, Rank::kGreater, result);
}
Status MinOf(Heap& heap, Arguments arguments, Value& result) noexcept {
  return ExtremeOf(heap, arguments[0], At(arguments, 1), Rank::kLess, result);
}
Status MaxOf(Heap& heap, Arguments arguments, Value& result) noexcept {
  return ExtremeOf(heap, arguments[0], At(arguments, 1), Rank::kGreater, result);
}
Status MinBy(Heap& heap, Arguments arguments, Value& result) noexcept {
  return ExtremeBy(heap, arguments, Rank::kLess, result);
}
Status MaxBy(Heap& heap, Arguments arguments, Value& result) noexcept {
  return ExtremeBy(heap, arguments, Rank::kGreater, result);
}

namespace {

// What sum() does once it has met a float, up to something that is no number. From Python 3.12 on
// it carries what each addition loses (Neumaier).
struct FloatSum {
  double total = 0;
  double lost = 0;
  bool compensated = false;

  void Add(double number) {
    if (!compensated) {
      total += number;
      return;
    }
    const double sum = total + number;
    lost += std::fabs(total) >= std::fabs(number) ? (total - sum) + number : (number - sum) + total;
    total = sum;
  }

  double Result() const {
    return compensated && lost != 0 && std::isfinite(lost) ? total + lost : total;
  }
};

// The floats from `i` on, and the ints among them. Leaves `i` where something else stands.
Status SumFloats(Heap& heap, std::span<const Value> items, size_t& i, Value& total) {
  FloatSum sum{total.number, 0, heap.compensated_sum};
  for (; i < items.size(); ++i) {
    if (items[i].Is(Tag::kBigInt)) return Status::kBail;
    if (!IsInt(items[i]) && !items[i].Is(Tag::kFloat)) break;
    // An int is not compensated for.
    if (items[i].Is(Tag::kFloat)) {
      sum.Add(items[i].number);
    } else {
      sum.total += static_cast<double>(items[i].integer);
    }
  }
  total = Value::Float(sum.Result());
  return Status::kOk;
}

}  // namespace

Status SumFrom(Heap& heap, Arguments arguments, Value& result) noexcept {
  const Value iterable = arguments[0], start = At(arguments, 1);
  std::span<const Value> items;
  Status status = Iterate(heap, iterable, Order::kIrrelevant, items);
  if (status != Status::kOk) return status;
  Value total = start.Is(Tag::kUnbound) ? Value::Int(0) : start;
  if (total.Is(Tag::kStr) || total.Is(Tag::kBytes)) return Status::kTypeError;
  const auto is_int = [](Value item) { return IsInt(item); };
  const bool ints = std::all_of(items.begin(), items.end(), is_int);
  if (iterable.Is(Tag::kSet) && items.size() > 1 && !ints) return Status::kBail;
  for (size_t i = 0; i < items.size();) {
    if (total.Is(Tag::kFloat)) {
      status = SumFloats(heap, items, i, total);
      if (status != Status::kOk || i == items.size()) break;
    }
    const Value both[] = {total, items[i++]};
    status = Add(heap, both, total);
    if (status != Status::kOk) break;
  }
  result = total;
  return status;
}

namespace {

Status Quantify(Heap& heap, Value iterable, bool wanted, Value& result) {
  std::span<const Value> items;
  Status status = Iterate(heap, iterable, Order::kIrrelevant, items);
  for (size_t i = 0; status == Status::kOk && i < items.size(); ++i) {
    bool truth = false;
    status = Truth(items[i], truth);
    if (status == Status::kOk && truth == wanted) return Give(Value::Bool(wanted), result);
  }
  result = Value::Bool(!wanted);
  return status;
}

bool IsNamed(Value value, std::string_view name, bool& known) {
  const Types types = TypesNamed(name);
  known = known && types != 0;
  const bool set = value.Is(Tag::kSet) && name.ends_with("set");
  return (types & TypesOf(value.tag)) != 0 &&
         (!set || value.set->immutable == (name == "frozenset"));
}

}  // namespace

Types TypesNamed(std::string_view name) {
  struct Named {
    std::string_view name;
    Types types;
  };
  constexpr Named kNames[] = {
      {"int", TypesOf(Tag::kInt, Tag::kBigInt, Tag::kBool)},
      {"bool", TypesOf(Tag::kBool)},
      {"float", TypesOf(Tag::kFloat)},
      {"str", TypesOf(Tag::kStr)},
      {"bytes", TypesOf(Tag::kBytes)},
      {"list", TypesOf(Tag::kList)},
      {"tuple", TypesOf(Tag::kTuple)},
      {"dict", TypesOf(Tag::kDict)},
      {"set", TypesOf(Tag::kSet)},
      {"frozenset", TypesOf(Tag::kSet)},
      {"range", TypesOf(Tag::kRange)},
      {"NoneType", TypesOf(Tag::kNone)},
      {"object", static_cast<Types>(~0)},
  };
  for (const Named& named : kNames) {
    if (named.name == name) return named.types;
  }
  return 0;
}

Status Any(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Quantify(heap, arguments[0], true, result);
}
Status All(Heap& heap, Arguments arguments, Value& result) noexcept {
  return Quantify(heap, arguments[0], false, result);
}

Status IsInstance(Heap&, Arguments arguments, Value& result) noexcept {
  if (IsForeign(arguments[0])) return Status::kBail;
  bool known = true, is = false;
  for (const Value name : arguments.subspan(1)) {
    if (!name.Is(Tag::kStr)) return Status::kBail;
    is = is || IsNamed(arguments[0], name.str(), known);
  }
  return known ? Give(Value::Bool(is), result) : Status::kBail;
}

}  // namespace kaspr::value::semantics
