// Values and Python objects, there and back; and values as JSON: what json.dumps writes.
//
// KASPR_VALUES says how many random ones are tried, KASPR_SEED with which seed.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <string>

#include "python/values.h"
#include "value/containers.h"
#include "value/json_read.h"
#include "value/json_write.h"
#include "value/status.h"
#include "value/write_value.h"
#include "value_oracle.h"

namespace kaspr::python {
namespace {

using value::Heap, value::Status, value::Value;

Ref Evaluate(Oracle& oracle, const char* text) {
  Ref source = Ref::Own(PyUnicode_FromString(text));
  return oracle.Call("evaluate", source.get());
}

TEST(Values, GoToObjectsAndBack) {
  constexpr const char* kTexts[] = {
      "[None, True, 1, 2**63, -2**63, -2**64, 1.5, -0.0, '', 'é日😀', b'\\xff\\0']",
      "{'a': {'b': [1, (2, [3])]}, 1: 'x', None: (), (1, 'a'): 2, '': {}}",
      "(range(1, 10, 3), set(), {1}, frozenset({'a', (1, 2)}), {'x', 'y', 3})",
      "(lambda x: [x, x, {'k': x}, (x,)])([1])",
      "(lambda s: (s, [s]))({1, 2})",
      "'\\x00'",
  };
  Lane().Call([&] {
    Oracle oracle;
    for (const char* text : kTexts) {
      Heap heap;
      Value value;
      Ref object = Evaluate(oracle, text);
      ASSERT_TRUE(FromObject(heap, object.get(), value)) << text;
      Ref again = Ref::Own(ToObject(heap, value));
      ASSERT_TRUE(again) << text;
      EXPECT_EQ(oracle.Show(again.get()), oracle.Show(object.get()));
    }
  });
}

TEST(Values, AreNotWhatTheyCannotBe) {
  constexpr const char* kTexts[] = {
      "[1, object()]",
      "'\\ud800'",
      "{'a': ['\\udfff']}",
      "1j",
      "type('Own', (list,), {})()",
      "type('Own', (int,), {})(1)",
      "type('Own', (dict,), {})()",
      "__import__('collections').OrderedDict()",
      "bytearray()",
      "10**700",
      "[range(2**70)]",
      "{nan: 1}",
      "{nan}",
      "(lambda l: l.append(l) or l)([])",
      "(lambda d: d.update(k=[d]) or d)({})",
      "__import__('functools').reduce(lambda l, _: [l], range(500), [])",
      "__import__('functools').reduce(lambda l, _: (l,), range(500), ())",
  };
  Lane().Call([&] {
    Oracle oracle;
    for (const char* text : kTexts) {
      Heap heap;
      Value value;
      Ref object = Evaluate(oracle, text);
      EXPECT_FALSE(FromObject(heap, object.get(), value)) << text;
      EXPECT_EQ(PyErr_Occurred(), nullptr) << text;
    }
  });
}

TEST(Values, GoRoundInCirclesAndDeepDown) {
  Lane().Call([] {
    Heap heap;
    value::List* circle = heap.NewList();
    heap.Append(*circle, Value::Of(circle));
    Ref object = Ref::Own(ToObject(heap, Value::Of(circle)));
    ASSERT_TRUE(object);
    EXPECT_EQ(PyList_GET_ITEM(object.get(), 0), object.get());
    PyList_SetItem(object.get(), 0, Py_NewRef(Py_None));  // so that it can go

    const std::string text = std::string(800, '[') + std::string(800, ']');
    value::JsonReader reader;
    const value::Document* document = reader.Read(text);
    ASSERT_NE(document, nullptr);
    Ref deep = Ref::Own(ToObject(heap, heap.Read(*document)));
    size_t levels = 1;
    for (PyObject* list = deep.get(); PyList_GET_SIZE(list) > 0; ++levels) {
      list = PyList_GET_ITEM(list, 0);
    }
    EXPECT_EQ(levels, 800u);
  });
}

// A number of JSON with up to 20 digits, and an exponent where it gets hard.
std::string RandomNumber(std::mt19937_64& random, bool& whole) {
  const auto digits = [&](size_t count) {
    std::string text;
    while (text.size() < count) text += static_cast<char>('0' + (random() % 4 ? random() % 10 : 0));
    return text;
  };
  std::string first = digits(random() % 20 + 1);
  first.erase(0, std::min(first.find_first_not_of('0'), first.size() - 1));
  std::string text = (random() % 4 == 0 ? "-" : "") + first;
  if (random() % 4 != 0)
    text += "." + digits(random() % (21 - std::min<size_t>(first.size(), 20)) + 1);
  constexpr int kExponents[] = {0, 0, 22, -22, 37, -37, 300, -300, 308, -308, -324};
  if (random() % 2 == 0) {
    const int exponent = kExponents[random() % std::size(kExponents)] + int(random() % 9) - 4;
    text += fmt::format("{}{}", random() % 2 ? "e" : "E", exponent);
  }
  whole = text.find_first_of(".eE") == std::string::npos;
  return text;
}

// A node of a number says what Python reads, and whether that is written like this.
void ExpectNumber(const value::Document& document, const value::Node& node, PyObject* number) {
  const std::string_view text = document.Text(node);
  Ref repr = Ref::Own(PyObject_Repr(number));
  EXPECT_EQ(node.kind == value::NodeKind::kInt, PyLong_Check(number)) << text;
  if (node.Is(value::Node::kCanonical)) {
    EXPECT_EQ(text, PyUnicode_AsUTF8(repr.get()));
  }
  if (node.kind == value::NodeKind::kFloat) {
    const double theirs = PyFloat_AsDouble(number);
    EXPECT_EQ(std::bit_cast<uint64_t>(node.Float()), std::bit_cast<uint64_t>(theirs)) << text;
    char written[32];
    EXPECT_EQ(std::string_view(written, value::FormatFloat(theirs, written)),
              PyUnicode_AsUTF8(repr.get()));
    return;
  }
  EXPECT_EQ(node.Is(value::Node::kShort), text.size() - (text[0] == '-') <= 18) << text;
  if (node.Is(value::Node::kShort)) {
    EXPECT_EQ(node.Int(), PyLong_AsLongLong(number)) << text;
  }
}

TEST(Values, ReadsAndWritesNumbersAsPythonDoes) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t count = FromEnvironment("KASPR_VALUES", 100'000);
  fmt::print("seed {}\n", seed);
  std::mt19937_64 random(seed);
  value::JsonReader reader;
  uint64_t floats = 0;
  Lane().Call([&] {
    for (uint64_t i = 0; i < count && !testing::Test::HasFailure(); ++i) {
      bool whole = false;
      const std::string text = RandomNumber(random, whole);
      const std::string list = "[1234567, " + text + "]";
      const value::Document* document = reader.Read(random() % 2 == 0 ? text : list);
      if (document == nullptr) continue;  // so large or so small that CPython is asked
      const double number = PyOS_string_to_double(text.c_str(), nullptr, nullptr);
      Ref object = Ref::Own(whole ? PyLong_FromString(text.c_str(), nullptr, 10)
                                  : PyFloat_FromDouble(number));
      ExpectNumber(*document, document->nodes.back(), object.get());
      floats += !whole;
    }
  });
  EXPECT_GT(floats, count / 2);
}

// Of a few characters of numbers anything that is read is what Python reads.
TEST(Values, ReadsNoNumberThatPythonDoesNot) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  fmt::print("seed {}\n", seed);
  std::mt19937_64 random(seed);
  value::JsonReader reader;
  uint64_t numbers = 0, others = 0;
  Lane().Call([&] {
    Ref json = Ref::Own(PyImport_ImportModule("json"));
    for (int i = 0; i < 50'000 && !testing::Test::HasFailure(); ++i) {
      std::string text = "[1234567, ";
      const size_t size = 1 + random() % 9;
      for (size_t k = 0; k < size; ++k) {
        text +=
            random() % 5 != 0 ? static_cast<char>('0' + random() % 10) : "..-0/:e+ "[random() % 9];
      }
      text += "]";
      Ref theirs = Ref::Own(PyObject_CallMethod(json.get(), "loads", "s", text.c_str()));
      PyErr_Clear();
      const value::Document* document = reader.Read(text);
      ++(document != nullptr ? numbers : others);
      if (document == nullptr) continue;
      ASSERT_TRUE(theirs) << text;
      ExpectNumber(*document, document->nodes.back(), PyList_GET_ITEM(theirs.get(), 1));
    }
  });
  EXPECT_GT(numbers, 10'000u);
  EXPECT_GT(others, 10'000u);
}

constexpr uint64_t kPool = 400;  // at least what the oracle has of edges; behind them it is random

// json.dumps, or the name of its exception.
std::string Dumps(Oracle& oracle, PyObject* object) {
  return Oracle::Text(oracle.Call("write", object).get());
}

TEST(WriteValue, WritesWhatJsonDumpsDoes) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t count = FromEnvironment("KASPR_VALUES", 20'000);
  fmt::print("seed {}\n", seed);
  uint64_t written = 0, errors = 0;
  Lane().Call([&] {
    Oracle oracle;
    std::mt19937_64 random(seed);
    value::JsonReader reader;
    for (uint64_t i = 0; i < count; ++i) {
      Heap heap;
      Value value;
      const uint64_t number = i < kPool ? i : random() >> 20;
      Ref index = Ref::Own(PyLong_FromUnsignedLongLong(number));
      Ref made = oracle.Call("make", index.get());
      PyObject* object = PyTuple_GET_ITEM(made.get(), 0);
      ASSERT_TRUE(FromObject(heap, object, value)) << oracle.Show(object);
      value::JsonWriter out;
      const Status status = WriteValue(value, out);
      if (status == Status::kBail) continue;
      const std::string expected = Dumps(oracle, object);
      ASSERT_EQ(status == Status::kOk ? std::string(out.bytes()) : value::StatusName(status),
                expected)
          << oracle.Show(object) << ", number " << number;
      ++(status == Status::kOk ? written : errors);
    }
  });
  EXPECT_GT(written, count / 2);
  EXPECT_GT(errors, 0u);
}

// Parts of documents, as they came and after changes.
TEST(WriteValue, CopiesWhatStandsInDocuments) {
  constexpr const char* kText =
      R"({"a":1, "b": [1, {"c": "\u00e9\n"}, 1e2], "d": {"e": "é", "f": "plain"}, "g": -0})";
  Lane().Call([&] {
    Oracle oracle;
    Heap heap;
    value::JsonReader reader;
    const value::Document* document = reader.Read(kText);
    ASSERT_NE(document, nullptr);
    const Value value = heap.Read(*document);
    const auto check = [&] {
      value::JsonWriter out;
      ASSERT_EQ(WriteValue(value, out), Status::kOk);
      Ref object = Ref::Own(ToObject(heap, value));
      EXPECT_EQ(out.bytes(), Dumps(oracle, object.get()));
    };
    value::JsonWriter out;
    ASSERT_EQ(WriteValue(value, out), Status::kOk);
    EXPECT_NE(value.dict->document, nullptr) << "was opened to be written";
    EXPECT_EQ(out.bytes(), R"({"a": 1, "b": [1, {"c": "\u00e9\n"}, 100.0], "d": {"e": "\u00e9", )"
                           R"("f": "plain"}, "g": 0})");
    Value inner;
    ASSERT_EQ(Find(heap, *value.dict, Value::Str("b"), inner), Status::kOk);
    ASSERT_TRUE(heap.Change(*inner.list));
    heap.Append(*inner.list, Value::Float(0.1));
    check();
    ASSERT_EQ(Put(heap, *value.dict, Value::Int(1), Value::Bool(true)), Status::kOk);
    ASSERT_EQ(Find(heap, *value.dict, Value::Str("d"), inner), Status::kOk);
    ASSERT_EQ(Put(heap, *inner.dict, Value::Str("e"), Value::None()), Status::kOk);
    check();
  });
}

TEST(WriteValue, EndsOnCirclesAndDepth) {
  Heap heap;
  value::List* circle = heap.NewList();
  heap.Append(*circle, Value::Of(circle));
  value::JsonWriter out;
  EXPECT_EQ(WriteValue(Value::Of(circle), out), Status::kBail);
}

}  // namespace
}  // namespace kaspr::python
