#include "value/constant_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "value/json_read.h"
#include "value/json_write.h"
#include "value/primitives.h"
#include "value/status.h"
#include "value/write_value.h"

namespace kaspr::value {
namespace {

Status Primitive(const char* name, Heap& heap, std::vector<Value> arguments, Value& result) {
  return FindPrimitive(name)->function(heap, arguments, result);
}

std::string Json(Value value) {
  JsonWriter out;
  const Status status = WriteValue(value, out);
  return status == Status::kOk ? std::string(out.bytes()) : std::string(StatusName(status));
}

std::string Shown(Status status, Value result) {
  if (status != Status::kOk) return std::string(StatusName(status));
  return result.Is(Tag::kUnbound) ? "unbound" : Json(result);
}

TEST(ConstantKey, DoesAsThePrimitiveAlsoWhereThereIsNoDict) {
  Heap heap;
  const ConstantKey key = MakeConstantKey(Value::Str("k", Value::kAscii));
  List* list = heap.NewList();
  heap.Append(*list, key.key);
  Dict* frozen = heap.NewDict();
  frozen->frozen = true;
  const Value one = Value::Int(1);
  const Value values[] = {Value::None(),
                          Value::Bool(true),
                          one,
                          Value::Float(0.5),
                          Value::Str("kind"),
                          Value::Str("x"),
                          Value::Bytes("k"),
                          heap.NewTuple({&one, 1}),
                          Value::Of(list),
                          Value::Of(frozen),
                          heap.NewRange(0, 3, 1, 3),
                          Value::Of(heap.NewSet()),
                          Value::BigInt("1" + std::string(20, '0')),
                          Value::Unbound()};
  for (const Value& value : values) {
    SCOPED_TRACE(fmt::format("tag {}", static_cast<int>(value.tag)));
    Value ours, theirs;
    Status status = GetConstant(heap, value, key, ours);
    Status expected = Primitive("getitem", heap, {value, key.key}, theirs);
    EXPECT_EQ(Shown(status, ours), Shown(expected, theirs));
    for (const Value& otherwise : {one, Value::Unbound()}) {
      status = GetConstantOr(heap, value, key, otherwise, ours);
      expected = Primitive(".get", heap, {value, key.key, otherwise}, theirs);
      EXPECT_EQ(Shown(status, ours), Shown(expected, theirs));
    }
    status = HasConstant(heap, value, key, ours);
    expected = Primitive("in", heap, {key.key, value}, theirs);
    EXPECT_EQ(Shown(status, ours), Shown(expected, theirs));
    EXPECT_EQ(SetConstant(heap, value, key, one),
              Primitive("setitem", heap, {value, key.key, one}, theirs));
  }
}

TEST(ConstantKey, MakesDictsOfAnySize) {
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back(fmt::format("key {}", i));
  for (const size_t count : {0, 1, 2, 16, 17, 100}) {
    Heap heap;
    std::vector<ConstantKey> keys;
    std::vector<Value> values, pairs;
    for (size_t i = 0; i < count; ++i) {
      keys.push_back(MakeConstantKey(Value::Str(names[i], Value::kAscii)));
      values.push_back(Value::Int(static_cast<int64_t>(i)));
      pairs.insert(pairs.end(), {keys[i].key, values[i]});
    }
    const Value made = MakeDict(heap, keys.data(), values.data(), count);
    Value expected;
    ASSERT_EQ(Primitive("dict", heap, pairs, expected), Status::kOk);
    EXPECT_EQ(Json(made), Json(expected));
    EXPECT_EQ(made.dict->size, count);
    for (size_t i = 0; i < count; ++i) {
      Value found;
      ASSERT_EQ(GetConstant(heap, made, keys[i], found), Status::kOk);
      EXPECT_EQ(found.integer, values[i].integer);
      ASSERT_EQ(SetConstant(heap, made, keys[i], Value::None()), Status::kOk);
    }
    EXPECT_EQ(made.dict->size, count);
  }
}

// One document, read twice: `ours` is asked by constant keys where it stands, `theirs` by
// primitives and entry by entry.
class Twins {
 public:
  Twins(std::mt19937& random, const std::string& text) : random_(random) {
    ours_ = heap_.Read(*reader_.Read(text));
    theirs_ = heap_.Read(*other_reader_.Read(text));
    for (const char* name : {"a", "b", "c\n", "d", "e", "f", "g", "h", "i", "new"}) {
      keys_.push_back(MakeConstantKey(heap_.NewStr(name)));
    }
  }

  void Step() {
    Value ours = ours_, theirs = theirs_;
    const ConstantKey& outer = keys_[random_() % keys_.size()];
    if (random_() % 3 == 0) {  // a dict in it
      Value in_ours, in_theirs;
      const Status status = GetConstant(heap_, ours, outer, in_ours);
      Check(status, in_ours, Primitive("getitem", heap_, {theirs, outer.key}, in_theirs),
            in_theirs);
      if (status == Status::kOk && in_ours.Is(Tag::kDict)) ours = in_ours, theirs = in_theirs;
    }
    heap_.Entries(*theirs.dict);
    Do(ours, theirs, keys_[random_() % keys_.size()]);
    EXPECT_EQ(Json(ours_), Json(theirs_));
    EXPECT_EQ(ours.dict->size, theirs.dict->size);
  }

  // As a whole, and by their parts.
  void Compare() {
    Value equal;
    EXPECT_EQ(Primitive("eq", heap_, {ours_, theirs_}, equal), Status::kOk);
    EXPECT_EQ(equal.integer, 1);
    const auto ours = heap_.Entries(*ours_.dict), theirs = heap_.Entries(*theirs_.dict);
    std::vector<std::string> keys[2];
    for (const DictEntry& entry : ours) {
      if (!entry.key.Is(Tag::kUnbound)) keys[0].emplace_back(entry.key.str());
    }
    for (const DictEntry& entry : theirs) {
      if (!entry.key.Is(Tag::kUnbound)) keys[1].emplace_back(entry.key.str());
    }
    EXPECT_EQ(keys[0], keys[1]);
    EXPECT_EQ(Json(ours_), Json(theirs_));
  }

 private:
  void Check(Status status, Value ours, Status expected, Value theirs) {
    EXPECT_EQ(Shown(status, ours), Shown(expected, theirs));
  }

  void Do(Value ours, Value theirs, const ConstantKey& key) {
    Value result, expected;
    Status status = Status::kOk, wanted = Status::kOk;
    switch (random_() % 8) {
      case 0:
        status = GetConstantOr(heap_, ours, key, Value::Int(7), result);
        wanted = Primitive(".get", heap_, {theirs, key.key, Value::Int(7)}, expected);
        break;
      case 1:
        status = HasConstant(heap_, ours, key, result);
        wanted = Primitive("in", heap_, {key.key, theirs}, expected);
        break;
      case 2:
        if (random_() % 4 != 0) break;
        status = Primitive("delitem", heap_, {ours, key.key}, result);
        wanted = Primitive("delitem", heap_, {theirs, key.key}, expected);
        break;
      case 3:
        status = Primitive("len", heap_, {ours}, result);
        wanted = Primitive("len", heap_, {theirs}, expected);
        break;
      case 4:
      case 5:
        status = GetConstant(heap_, ours, key, result);
        wanted = Primitive("getitem", heap_, {theirs, key.key}, expected);
        break;
      default: {
        const Value number = Value::Int(static_cast<int64_t>(random_() % 100));
        status = SetConstant(heap_, ours, key, Other(number, true));
        wanted = Primitive("setitem", heap_, {theirs, key.key, Other(number, false)}, expected);
        result = expected;
      }
    }
    Check(status, result, wanted, expected);
  }

  // A scalar, or now and then a new dict of it.
  Value Other(Value number, bool ours) {
    if (number.integer % 4 != 0) return number;
    const ConstantKey& key = keys_[static_cast<size_t>(number.integer) % keys_.size()];
    if (ours) return MakeDict(heap_, &key, &number, 1);
    Value made;
    EXPECT_EQ(Primitive("dict", heap_, {key.key, number}, made), Status::kOk);
    return made;
  }

  std::mt19937& random_;
  JsonReader reader_, other_reader_;
  Heap heap_;
  std::vector<ConstantKey> keys_;
  Value ours_, theirs_;
};

TEST(ConstantKey, DoesAsThePrimitiveInDocuments) {
  const std::string texts[] = {
      R"({"a": 1, "b": [1, {"a": 2}], "c\n": {"a": "x", "d": {}}, "d": 2.50, "\u0065": "é"})",
      R"({"a":{"b":{"c\n":{"d":[]}}},"f":{"a":1,"b":2}})",
      "{}",
      R"({"a": 0, "b": 1, "c\n": 2, "d": 3, "e": {"a": null}, "f": 5, "g": {}, "h": 7, "i": 8})",
  };
  std::mt19937 random(20240229);
  for (int i = 0; i < 2'000 && !testing::Test::HasFailure(); ++i) {
    Twins twins(random, texts[i % std::size(texts)]);
    for (size_t steps = random() % 24; steps > 0; --steps) twins.Step();
    twins.Compare();
  }
}

}  // namespace
}  // namespace kaspr::value
