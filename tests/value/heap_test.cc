#include "value/heap.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "value/containers.h"
#include "value/json_read.h"
#include "value/json_write.h"
#include "value/write_value.h"

namespace kaspr::value {
namespace {

class DictOfDocument : public testing::Test {
 protected:
  DictOfDocument() : document_(reader_.Read(kText)), value_(heap_.Read(*document_)) {}

  Value Get(Value dict, std::string_view key) {
    Value found;
    EXPECT_EQ(Find(heap_, *dict.dict, Value::Str(key), found), Status::kOk);
    return found;
  }
  void Set(Value dict, std::string_view key, Value value) {
    EXPECT_EQ(Put(heap_, *dict.dict, Value::Str(key), value), Status::kOk);
  }
  bool IsOpen(Value dict) { return dict.dict->document == nullptr; }
  std::string Json() {
    JsonWriter out;
    EXPECT_EQ(WriteValue(value_, out), Status::kOk);
    return std::string(out.bytes());
  }

  static constexpr std::string_view kText =
      R"({"a": 1, "b": [1, 2], "c": {"d": "x", "e\u0061": {"f": null}}, "g": 2.50})";
  static constexpr std::string_view kJson =
      R"({"a": 1, "b": [1, 2], "c": {"d": "x", "ea": {"f": null}}, "g": 2.5})";
  JsonReader reader_;
  const Document* document_;
  Heap heap_;
  Value value_;
};

TEST_F(DictOfDocument, AnswersAFewLooksFromTheText) {
  EXPECT_EQ(Get(value_, "a").integer, 1);
  EXPECT_EQ(Get(value_, "g").number, 2.5);
  EXPECT_TRUE(Get(value_, "h").Is(Tag::kUnbound));
  EXPECT_EQ(Get(Get(value_, "c"), "d").str(), "x");
  EXPECT_FALSE(IsOpen(value_));
  EXPECT_EQ(Json(), kJson);
  for (int i = 0; i < 32; ++i) EXPECT_EQ(Get(value_, "a").integer, 1);
  EXPECT_TRUE(IsOpen(value_));
  EXPECT_EQ(Json(), kJson);
}

TEST_F(DictOfDocument, HasOneContainerForAKey) {
  const Value list = Get(value_, "b"), dict = Get(value_, "c");
  EXPECT_EQ(Get(value_, "b").list, list.list);
  EXPECT_EQ(Get(dict, "ea").dict, Get(dict, "ea").dict);
  EXPECT_FALSE(IsOpen(value_));
  EXPECT_EQ(Json(), kJson);
  heap_.Entries(*value_.dict);
  EXPECT_TRUE(IsOpen(value_));
  EXPECT_EQ(Get(value_, "b").list, list.list);
  EXPECT_EQ(Get(value_, "c").dict, dict.dict);
  EXPECT_EQ(Json(), kJson);
}

TEST_F(DictOfDocument, ShowsChangesOfWhatIsInIt) {
  Set(Get(Get(value_, "c"), "ea"), "f", Value::Bool(true));
  ASSERT_TRUE(heap_.Change(*Get(value_, "b").list));
  heap_.Append(*Get(value_, "b").list, Value::None());
  EXPECT_FALSE(IsOpen(value_));
  EXPECT_EQ(Json(), R"({"a": 1, "b": [1, 2, null], "c": {"d": "x", "ea": {"f": true}}, "g": 2.5})");
  Set(value_, "h", Value::Int(3));
  EXPECT_EQ(Json(),
            R"({"a": 1, "b": [1, 2, null], "c": {"d": "x", "ea": {"f": true}}, "g": 2.5, "h": 3})");
  value_ = heap_.Read(*document_);
  EXPECT_EQ(Json(), kJson);
}

TEST_F(DictOfDocument, KeepsBesideTheTextWhatIsSet) {
  const Value list = Get(value_, "b");
  Set(value_, "new", Value::Int(1));
  Set(value_, "a", Get(value_, "c"));
  Set(value_, "c", list);
  Set(value_, "new", Value::Int(2));
  Set(Get(value_, "a"), "ea", Value::None());
  EXPECT_FALSE(IsOpen(value_));
  EXPECT_EQ(value_.dict->size, 5u);
  EXPECT_EQ(Get(value_, "c").list, list.list);
  constexpr std::string_view kAfter =
      R"({"a": {"d": "x", "ea": null}, "b": [1, 2], "c": [1, 2], "g": 2.5, "new": 2})";
  EXPECT_EQ(Json(), kAfter);
  heap_.Entries(*value_.dict);
  EXPECT_EQ(Json(), kAfter);
}

TEST_F(DictOfDocument, IsOpenedForManyKeysThatAreSet) {
  std::string json(kJson.substr(0, kJson.size() - 1));
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back(std::to_string(i));
  for (int i = 0; i < 40; ++i) {
    Set(value_, names[i], Value::Int(i));
    json += ", \"" + names[i] + "\": " + names[i];
  }
  EXPECT_TRUE(IsOpen(value_));
  EXPECT_EQ(value_.dict->size, 44u);
  EXPECT_EQ(Json(), json + "}");
  for (int i = 0; i < 40; ++i) EXPECT_EQ(Get(value_, names[i]).integer, i);
}

TEST_F(DictOfDocument, IsNotChangedIfItIsFrozen) {
  value_.dict->frozen = true;
  EXPECT_EQ(Put(heap_, *value_.dict, Value::Str("a"), Value::None()), Status::kBail);
  EXPECT_EQ(Json(), kJson);
}

TEST_F(DictOfDocument, KnowsNoKeyThatIsNoStr) {
  Value found;
  EXPECT_EQ(Find(heap_, *value_.dict, Value::Int(1), found), Status::kOk);
  EXPECT_TRUE(found.Is(Tag::kUnbound));
  EXPECT_EQ(Find(heap_, *value_.dict, Value::Of(heap_.NewList()), found), Status::kTypeError);
}

TEST(Set, IsNotChangedByRemovingWhatIsNotThere) {
  Heap heap;
  Set* set = heap.NewSet();
  ASSERT_EQ(Add(heap, *set, Value::Int(1)), Status::kOk);
  const uint32_t changes = set->changes;
  bool removed = true;
  EXPECT_EQ(Remove(heap, *set, Value::Int(2), removed), Status::kOk);
  EXPECT_FALSE(removed);
  EXPECT_EQ(set->changes, changes);
  EXPECT_EQ(Remove(heap, *set, Value::Float(1.0), removed), Status::kOk);
  EXPECT_TRUE(removed);
  EXPECT_NE(set->changes, changes);
}

// Sanitizers see each Reset give everything back.
#ifndef __SANITIZE_ADDRESS__
TEST(Heap, KeepsLittleOfItsMemory) {
  Heap heap;
  for (int i = 0; i < 100; ++i) heap.NewStr(std::string(1000, 'x'));
  EXPECT_GT(heap.allocated(), 100'000u);
  heap.Reset();
  EXPECT_GT(heap.allocated(), 0u);
  EXPECT_LT(heap.allocated(), 100'000u);
  Heap large;
  large.NewStr(std::string(1'000'000, 'x'));
  large.Reset();
  EXPECT_EQ(large.allocated(), 0u);
}
#endif

}  // namespace
}  // namespace kaspr::value
