#include "ir/expr/constants.h"

#include <vector>

#include "base/check.h"
#include "value/containers.h"

namespace kaspr::ir {

using value::Heap;
using value::Status;
using value::Tag;
using value::Value;

Value MakeConstant(Heap& heap, const Literal& literal) {
  const auto items = [&] {
    std::vector<Value> values;
    for (const Literal& item : literal.items) values.push_back(MakeConstant(heap, item));
    return values;
  };
  switch (literal.tag) {
    case Tag::kUnbound:
      return Value::Unbound();
    case Tag::kNone:
      return Value::None();
    case Tag::kBool:
      return Value::Bool(literal.integer != 0);
    case Tag::kInt:
      return Value::Int(literal.integer);
    case Tag::kBigInt:
      return heap.NewInt(literal.text);
    case Tag::kFloat:
      return Value::Float(literal.number);
    case Tag::kStr:
      return heap.NewStr(literal.text);
    case Tag::kBytes:
      return Value::Bytes(heap.NewStr(literal.text).str());
    case Tag::kTuple:
      return heap.NewTuple(items());
    case Tag::kSet: {
      value::Set* set = heap.NewSet();
      for (const Value item : items()) {
        const Status status = Add(heap, *set, item);
        KASPR_CHECK(status == Status::kOk, "a constant set with an item that no set has");
      }
      set->frozen = set->immutable = true;
      return Value::Of(set);
    }
    case Tag::kList: {
      value::List* list = heap.NewList(literal.items.size());
      for (const Value item : items()) heap.Append(*list, item);
      list->frozen = true;
      return Value::Of(list);
    }
    case Tag::kDict: {
      value::Dict* dict = heap.NewDict(literal.items.size() / 2);
      const std::vector<Value> pairs = items();
      for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
        const Status status = Put(heap, *dict, pairs[i], pairs[i + 1]);
        KASPR_CHECK(status == Status::kOk, "a constant dict with a key that no dict has");
      }
      dict->frozen = true;
      return Value::Of(dict);
    }
    case Tag::kRange:
    case Tag::kObject:
      break;
  }
  KASPR_UNREACHABLE("a literal that is none");
}

}  // namespace kaspr::ir
