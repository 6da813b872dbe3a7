// Every primitive against CPython: the same value, the same class of exception, the same changes of
// its arguments; and what Undo makes of them. primitives_oracle.py says what each means in Python.
//
// One and two arguments are tried exhaustively from a pool of edges, more at random. KASPR_CASES
// says how many at random for each primitive, KASPR_SEED with which seed.

#include <Python.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "python/state.h"
#include "python/values.h"
#include "value/json_read.h"
#include "value/primitives.h"
#include "value/write_value.h"

namespace kaspr::python {
namespace {

using value::Heap, value::Primitive, value::Status, value::Tag, value::Value;

Interpreter& Lane() {
  static Interpreter interpreter;
  return interpreter;
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

std::string NameOf(Status status) {
  return status == Status::kOk ? "" : value::StatusName(status);
}

class Oracle {
 public:
  Oracle() {
    std::ifstream file(KASPR_TESTS "/equivalence/primitives_oracle.py");
    std::stringstream text;
    text << file.rdbuf();
    module_ = LoadModule("primitives_oracle", text.str());
  }

  template <class... Arguments>
  Ref Call(const char* function, Arguments... arguments) {
    Ref callee = Ref::Own(PyObject_GetAttrString(module_.get(), function));
    PyObject* vector[] = {arguments..., nullptr};
    Ref result =
        Ref::Own(PyObject_Vectorcall(callee.get(), vector, sizeof...(arguments), nullptr));
    if (!result) PyErr_Print();
    EXPECT_TRUE(result) << function;
    return result;
  }

  Ref Make(size_t i) {
    Ref number = Ref::Own(PyLong_FromSize_t(i));
    return Call("make", number.get());
  }

  std::string Show(PyObject* object) { return Text(Call("show", object).get()); }

  static std::string Text(PyObject* str) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(str, &size);
    PyErr_Clear();
    return text == nullptr ? "?" : std::string(text, static_cast<size_t>(size));
  }

 private:
  Ref module_;
};

// How often a primitive was tried, and how often it left the answer to CPython.
struct Tally {
  uint64_t tried = 0, bailed = 0, raised = 0;
};

class Comparison {
 public:
  explicit Comparison(uint64_t seed) : random_(seed) {
    Ref size = oracle_.Call("pool_size");
    const size_t count = PyLong_AsSize_t(size.get());
    for (size_t i = 0; i < count; ++i) {
      Ref made = oracle_.Make(i);
      Ref text = oracle_.Call("json_of", made.get());
      json_.emplace_back(text.get() == Py_None ? std::string() : PyBytes_AS_STRING(text.get()));
      shown_.push_back(oracle_.Show(made.get()));
    }
  }

  size_t pool() const { return shown_.size(); }
  size_t Pick(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }

  // The arguments are of these numbers in the pool; some of them come from a document. `same`: the
  // second is the first one itself.
  bool Check(const Primitive& primitive, std::span<const size_t> numbers, bool same, Tally& tally) {
    heap_.Reset();
    std::vector<Value> arguments;
    Ref objects = Ref::Own(PyTuple_New(static_cast<Py_ssize_t>(numbers.size())));
    for (size_t i = 0; i < numbers.size(); ++i) {
      const bool again = same && i == 1;
      PyObject* object = again ? Py_NewRef(PyTuple_GET_ITEM(objects.get(), 0))
                               : oracle_.Make(numbers[i]).Release();
      PyTuple_SET_ITEM(objects.get(), static_cast<Py_ssize_t>(i), object);
      arguments.push_back(again ? arguments[0] : Take(object, numbers[i], i));
    }
    return Compare(primitive, arguments, objects.get(), tally);
  }

  Oracle& oracle() { return oracle_; }

 private:
  Value Take(PyObject* object, size_t number, size_t position) {
    const std::string& text = json_[number];
    if (!text.empty() && (random_() & 1) != 0) {
      return heap_.Read(*readers_[position % readers_.size()].Read(text));
    }
    Value value;
    EXPECT_TRUE(FromObject(heap_, object, value)) << shown_[number];
    return value;
  }

  // As show() has it, of the values and the result in front of them.
  std::string Show(std::span<const Value> arguments, const Value* result) {
    std::vector<Value> all;
    if (result != nullptr) all.push_back(*result);
    all.insert(all.end(), arguments.begin(), arguments.end());
    Ref objects = Ref::Own(ToObject(heap_, Value::Tuple(all.data(), all.size())));
    EXPECT_TRUE(objects);
    return oracle_.Show(objects.get());
  }

  bool Compare(const Primitive& primitive, std::span<const Value> arguments, PyObject* objects,
               Tally& tally) {
    const std::string before = oracle_.Show(objects);
    const Heap::Mark mark = heap_.NewMark();
    Value result = Value::Unbound();
    const Status status = primitive.function(heap_, arguments, result);
    ++tally.tried;
    const bool bailed = status == Status::kBail;
    tally.bailed += bailed ? 1 : 0;
    tally.raised += status > Status::kBail ? 1 : 0;
    bool good = true;
    const auto expect = [&](bool holds, const std::string& what) {
      if (holds) return;
      good = false;
      ADD_FAILURE() << primitive.name << " of " << before << ": " << what;
    };
    if (!bailed) {
      const bool raised = status != Status::kOk;
      const std::string shown = Show(arguments, raised ? nullptr : &result);
      Ref name = Ref::Own(PyUnicode_FromStringAndSize(
          primitive.name.data(), static_cast<Py_ssize_t>(primitive.name.size())));
      Ref theirs = oracle_.Call("run", name.get(), objects);
      const std::string their_error = Oracle::Text(PyTuple_GET_ITEM(theirs.get(), 0));
      const std::string their_state = Oracle::Text(PyTuple_GET_ITEM(theirs.get(), 1));
      expect(NameOf(status) == their_error && shown == their_state,
             fmt::format("\n  {} {}, CPython:\n  {} {}", NameOf(status), shown, their_error,
                         their_state));
      expect(raised ? (primitive.raises & value::Only(status)) != 0
                    : (primitive.result & value::TypesOf(result.tag)) != 0,
             fmt::format("not declared: {} tag {}", NameOf(status), static_cast<int>(result.tag)));
      expect(primitive.mutates() || raised || result.Is(Tag::kUnbound) || Unchanged(before, arguments),
             "changes its arguments, which is not declared");
    }
    heap_.Undo(mark);
    expect(Unchanged(before, arguments), "is not undone: " + Show(arguments, nullptr));
    return good;
  }

  bool Unchanged(const std::string& before, std::span<const Value> arguments) {
    return Show(arguments, nullptr) == before;
  }

  std::mt19937_64 random_;
  Oracle oracle_;
  Heap heap_;
  std::array<value::JsonReader, 8> readers_;
  std::vector<std::string> json_;   // of each in the pool, where it can be read from a document
  std::vector<std::string> shown_;
};

void TryAll(Comparison& comparison, const Primitive& primitive, uint64_t random, Tally& tally) {
  const size_t pool = comparison.pool();
  const auto takes = [&](size_t count) {
    return primitive.fewest <= count && count <= primitive.most;
  };
  size_t failures = 0;
  const auto check = [&](std::initializer_list<size_t> numbers, bool same = false) {
    failures += comparison.Check(primitive, {numbers.begin(), numbers.size()}, same, tally) ? 0 : 1;
  };
  if (takes(0)) check({});
  for (size_t a = 0; takes(1) && a < pool; ++a) check({a});
  for (size_t a = 0; takes(2) && a < pool; ++a) {
    check({a, a}, true);
    for (size_t b = 0; b < pool && failures < 20; ++b) check({a, b});
  }
  std::vector<size_t> numbers;
  for (uint64_t i = 0; primitive.most > 2 && i < random && failures < 20; ++i) {
    const size_t most = std::min<size_t>(primitive.most, 5);
    const size_t fewest = std::max<size_t>(primitive.fewest, 3);
    numbers.resize(fewest + comparison.Pick(most - std::min(most, fewest) + 1));
    for (size_t& number : numbers) number = comparison.Pick(pool);
    failures += comparison.Check(primitive, numbers, false, tally) ? 0 : 1;
  }
}

TEST(Primitives, AreWhatCPythonDoes) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t random = FromEnvironment("KASPR_CASES", 10'000);
  fmt::print("seed {}\n", seed);
  const char* only = std::getenv("KASPR_PRIMITIVE");
  Lane().Call([&] {
    Comparison comparison(seed);
    for (const Primitive& primitive : value::Primitives()) {
      if (only != nullptr && primitive.name != only) continue;
      Tally tally;
      TryAll(comparison, primitive, random, tally);
      fmt::print("{:24} {:6} tried, {:4.1f} % raised, {:4.1f} % left to CPython\n", primitive.name,
                 tally.tried, 100.0 * static_cast<double>(tally.raised) / static_cast<double>(tally.tried),
                 100.0 * static_cast<double>(tally.bailed) / static_cast<double>(tally.tried));
      EXPECT_GT(tally.tried, tally.bailed) << primitive.name;
    }
  });
}

}  // namespace
}  // namespace kaspr::python
