// Objects that only CPython knows, among values: no operation looks into one, says what it is not
// sure of, or writes it. The pointers here lead nowhere.

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

#include "value/containers.h"
#include "value/heap.h"
#include "value/primitives.h"
#include "value/semantics/operands.h"
#include "value/write_value.h"

namespace kaspr::value {
namespace {

Value Foreign(uint8_t flags = 0) {
  return Value::Object(reinterpret_cast<void*>(uintptr_t{16}), flags);
}

// One of each kind, made anew: an operation may change it.
std::vector<Value> Pool(Heap& heap) {
  List* list = heap.NewList();
  heap.Append(*list, heap.NewStr("a"));
  Dict* dict = heap.NewDict();
  EXPECT_EQ(Put(heap, *dict, heap.NewStr("a"), Value::Int(1)), Status::kOk);
  Set* set = heap.NewSet();
  EXPECT_EQ(Add(heap, *set, heap.NewStr("a")), Status::kOk);
  const std::span<Value> items = heap.NewItems(2);
  items[0] = items[1] = Value::Int(1);
  return {Value::None(),    Value::Bool(true),
          Value::Int(1),    Value::Float(0.5),
          heap.NewStr("a"), Value::Bytes("a"),
          Value::Of(list),  Value::Of(dict),
          Value::Of(set),   Value::Tuple(items.data(), items.size())};
}

// What takes any value as it is. Of `isinstance` and `type-name` the names are asked for.
const std::set<std::string_view> kTaking = {
    "bool", "bound",       "changes",   "dict",        "dict-put", "is",      "list",
    "not",  "setitem",     "tuple",     "list-append", ".append",  ".insert", ".get",
    ".pop", ".setdefault", ".format",   "min-of",      "max-of",   "min-by",  "max-by",
    "zip",  "enumerate",   "unchanged", ".fromkeys"};

// What raises of its other operand first.
const std::set<std::string_view> kRaising = {"enumerate", "format", "in"};

TEST(Objects, NoOperationLooksIntoOne) {
  for (const Primitive& primitive : Primitives()) {
    const size_t most = std::min<size_t>(primitive.most, size_t{primitive.fewest} + 2);
    for (size_t count = std::max<size_t>(1, primitive.fewest); count <= most; ++count) {
      for (size_t at = 0; at < count; ++at) {
        Heap heap;
        for (size_t other = 0; other < Pool(heap).size(); ++other) {
          std::vector<Value> operands(count, Pool(heap)[other]);
          operands[at] = Foreign(Value::kTrue);
          Value result;
          const Status status = primitive.function(heap, operands, result);
          if (status == Status::kOk) {
            EXPECT_TRUE(kTaking.contains(primitive.name))
                << primitive.name << " takes an object at " << at << " beside " << other;
          }
          if (at == 0 && status != Status::kOk) {
            const bool may_raise =
                status == Status::kTypeError && kRaising.contains(primitive.name);
            EXPECT_TRUE(status == Status::kBail || may_raise) << primitive.name;
          }
        }
      }
    }
  }
}

TEST(Objects, TruthIsKnownOnlyIfItIsSaid) {
  bool truth = false;
  EXPECT_EQ(semantics::Truth(Foreign(), truth), Status::kBail);
  EXPECT_EQ(semantics::Truth(Foreign(Value::kTrue), truth), Status::kOk);
  EXPECT_TRUE(truth);
}

TEST(Objects, AnObjectIsItselfAndNoValue) {
  Heap heap;
  const Primitive& is = *FindPrimitive("is");
  const auto same = [&](Value a, Value b) {
    Value result;
    EXPECT_EQ(is.function(heap, std::vector{a, b}, result), Status::kOk);
    return result.integer != 0;
  };
  EXPECT_TRUE(same(Foreign(), Foreign()));
  EXPECT_FALSE(same(Foreign(), Value::Object(reinterpret_cast<void*>(uintptr_t{32}))));
  for (const Value value : Pool(heap)) EXPECT_FALSE(same(Foreign(), value));
}

TEST(Objects, NoneIsWritten) {
  Heap heap;
  JsonWriter writer;
  List* list = heap.NewList();
  heap.Append(*list, Foreign());
  Dict* dict = heap.NewDict();
  EXPECT_EQ(Put(heap, *dict, heap.NewStr("a"), Foreign()), Status::kOk);
  EXPECT_EQ(Put(heap, *dict, Foreign(), Value::Int(1)), Status::kBail);
  for (const Value value : {Foreign(), Value::Of(list), Value::Of(dict)}) {
    EXPECT_EQ(WriteValue(value, writer), Status::kBail);
  }
}

}  // namespace
}  // namespace kaspr::value
