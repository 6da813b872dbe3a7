// Every primitive against CPython: the same value, the same class of exception, the same changes of
// its arguments; and what Undo makes of them. primitives_oracle.py says what each means in Python.
//
// One and two arguments are tried exhaustively from a pool of edges, more at random. KASPR_CASES
// says how many at random for each primitive, KASPR_SEED with which seed.

#include <Python.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "base/check.h"
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
    PyObject* vector[] = {arguments..., nullptr};
    return CallWith(function, {vector, sizeof...(arguments)});
  }

  Ref CallWith(const char* function, std::span<PyObject* const> arguments) {
    Ref callee = Ref::Own(PyObject_GetAttrString(module_.get(), function));
    Ref result =
        Ref::Own(PyObject_Vectorcall(callee.get(), arguments.data(), arguments.size(), nullptr));
    if (!result) PyErr_Print();
    KASPR_CHECK(result, "primitives_oracle.py raised");
    return result;
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
  uint64_t tried = 0, bailed = 0, raised = 0, failed = 0;
};

class Comparison {
 public:
  explicit Comparison(uint64_t seed) : random_(seed) {
    Ref size = oracle_.Call("pool_size");
    const size_t count = PyLong_AsSize_t(size.get());
    for (size_t i = 0; i < count; ++i) {
      Ref made = Make(std::array{i});
      json_.push_back(JsonOf(PyTuple_GET_ITEM(made.get(), 0)));
    }
  }

  size_t pool() const { return json_.size(); }
  size_t Pick(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }
  // A number of the pool, or of a random value.
  size_t PickValue() { return Pick(2) == 0 ? Pick(pool()) : pool() + Pick(size_t{1} << 40); }

  // Tries it on the values of these numbers, some of which come from a document. `same`: the second
  // argument is the first one itself.
  Status Check(const Primitive& primitive, std::span<const size_t> numbers, bool same,
               Tally& tally) {
    heap_.Reset();
    Ref objects = Make(numbers);
    if (same) {
      PyObject* first = PyTuple_GET_ITEM(objects.get(), 0);
      objects = Ref::Own(PyTuple_Pack(2, first, first));
    }
    std::vector<Value> arguments;
    for (size_t i = 0; i < numbers.size(); ++i) {
      arguments.push_back(same && i == 1 ? arguments[0] : Take(objects.get(), numbers[i], i));
    }
    return Compare(primitive, arguments, objects.get(), tally);
  }

 private:
  Ref Make(std::span<const size_t> numbers) {
    std::vector<Ref> objects;
    std::vector<PyObject*> arguments;
    for (const size_t number : numbers) {
      objects.push_back(Ref::Own(PyLong_FromSize_t(number)));
      arguments.push_back(objects.back().get());
    }
    return oracle_.CallWith("make", arguments);
  }

  // Its text, if it can be read from a document.
  std::string JsonOf(PyObject* value) {
    Ref text = oracle_.Call("json_of", value);
    return text.get() == Py_None ? "" : PyBytes_AS_STRING(text.get());
  }

  Value Take(PyObject* objects, size_t number, size_t position) {
    PyObject* object = PyTuple_GET_ITEM(objects, static_cast<Py_ssize_t>(position));
    if (Pick(2) == 0) {
      std::string& text = texts_.at(position);
      text = number < pool() ? json_[number] : JsonOf(object);
      if (!text.empty()) return heap_.Read(*readers_.at(position).Read(text));
    }
    Value value;
    EXPECT_TRUE(FromObject(heap_, object, value));
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

  Status Compare(const Primitive& primitive, std::span<const Value> arguments, PyObject* objects,
                 Tally& tally) {
    const bool watched = primitive.mutates() || Pick(8) == 0;  // of the others some
    const std::string before = watched ? oracle_.Show(objects) : "";
    const Heap::Mark mark = heap_.NewMark();
    Value result = Value::Unbound();
    const Status status = primitive.function(heap_, arguments, result);
    ++tally.tried;
    tally.bailed += status == Status::kBail ? 1 : 0;
    tally.raised += status > Status::kBail ? 1 : 0;
    std::string wrong =
        status == Status::kBail ? "" : Differs(primitive, arguments, objects, status, result);
    if (wrong.empty()) wrong = Undeclared(primitive, status, result);
    heap_.Undo(mark);
    if (const std::string after = watched ? Show(arguments, nullptr) : ""; after != before) {
      wrong += fmt::format("\n  undone: {}\n  before: {}", after, before);
    }
    tally.failed += wrong.empty() ? 0 : 1;
    EXPECT_EQ(wrong, "") << primitive.name;
    return status;
  }

  // From what CPython does with the objects; "" if it is the same.
  std::string Differs(const Primitive& primitive, std::span<const Value> arguments,
                      PyObject* objects, Status status, const Value& result) {
    const bool raised = status != Status::kOk;
    const std::string ours = Show(arguments, raised ? nullptr : &result);
    Ref name = Ref::Own(PyUnicode_FromStringAndSize(
        primitive.name.data(), static_cast<Py_ssize_t>(primitive.name.size())));
    Ref theirs = oracle_.Call("run", name.get(), objects);
    const std::string error = Oracle::Text(PyTuple_GET_ITEM(theirs.get(), 0));
    const std::string text = Oracle::Text(PyTuple_GET_ITEM(theirs.get(), 1));
    if (NameOf(status) == error && ours == text) return "";
    return fmt::format("\n  ours:    {} {}\n  CPython: {} {}", NameOf(status), ours, error, text);
  }

  static std::string Undeclared(const Primitive& primitive, Status status, const Value& result) {
    const bool declared = status == Status::kOk
                              ? (primitive.result & value::TypesOf(result.tag)) != 0
                              : status == Status::kBail || value::Has(primitive.raises, status);
    if (declared) return "";
    return fmt::format("not declared: {} of tag {}", NameOf(status), static_cast<int>(result.tag));
  }

  std::mt19937_64 random_;
  Oracle oracle_;
  Heap heap_;
  std::array<value::JsonReader, 8> readers_;
  std::vector<std::string> json_;  // of the pool, each that can be read from a document
  std::array<std::string, 8> texts_;
};

constexpr uint64_t kEnough = 20;  // failures of one primitive

// Each pair. Where a method is not there, whatever it is given, a few.
void TryPairs(Comparison& comparison, const Primitive& primitive, Tally& tally) {
  const size_t pool = comparison.pool();
  for (size_t a = 0; a < pool && tally.failed < kEnough; ++a) {
    comparison.Check(primitive, std::array{a, a}, true, tally);
    bool there = false;
    for (int i = 0; i < 4; ++i) {
      const std::array pair{a, comparison.Pick(pool)};
      there = comparison.Check(primitive, pair, false, tally) != Status::kAttributeError || there;
    }
    for (size_t b = 0; there && b < pool && tally.failed < kEnough; ++b) {
      comparison.Check(primitive, std::array{a, b}, false, tally);
    }
  }
}

// Random arguments, and those that went well with one of them changed.
void TryMore(Comparison& comparison, const Primitive& primitive, uint64_t times, Tally& tally) {
  constexpr size_t kRemembered = 200;
  const size_t most = std::min<size_t>(primitive.most, 5);
  std::vector<std::vector<size_t>> good;
  for (uint64_t i = 0; most > 0 && i < times && tally.failed < kEnough; ++i) {
    std::vector<size_t> numbers;
    if (!good.empty() && comparison.Pick(4) != 0) {
      numbers = good[comparison.Pick(good.size())];
      if (!numbers.empty()) numbers[comparison.Pick(numbers.size())] = comparison.PickValue();
    } else {
      numbers.resize(primitive.fewest + comparison.Pick(most - primitive.fewest + 1));
      for (size_t& number : numbers) number = comparison.PickValue();
    }
    if (comparison.Check(primitive, numbers, false, tally) != Status::kOk) continue;
    if (good.size() < kRemembered) {
      good.push_back(numbers);
    } else {
      good[comparison.Pick(kRemembered)] = numbers;
    }
  }
}

void TryAll(Comparison& comparison, const Primitive& primitive, uint64_t random, Tally& tally) {
  const auto takes = [&](size_t count) {
    return primitive.fewest <= count && count <= primitive.most;
  };
  if (takes(0)) comparison.Check(primitive, {}, false, tally);
  for (size_t a = 0; takes(1) && a < comparison.pool(); ++a) {
    comparison.Check(primitive, std::array{a}, false, tally);
  }
  if (takes(2)) TryPairs(comparison, primitive, tally);
  TryMore(comparison, primitive, random, tally);
}

// Those that Python has no words for.
bool IsPython(std::string_view name) {
  return name != "changes" && name != "unchanged";
}

TEST(Primitives, AreWhatCPythonDoes) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t random = FromEnvironment("KASPR_CASES", 5'000);
  fmt::print("seed {}\n", seed);
  const char* only = std::getenv("KASPR_PRIMITIVE");
  Lane().Call([&] {
    Comparison comparison(seed);
    for (const Primitive& primitive : value::Primitives()) {
      if (only != nullptr ? primitive.name != only : !IsPython(primitive.name)) continue;
      Tally tally;
      TryAll(comparison, primitive, random, tally);
      const auto percent = [&](uint64_t part) {
        return 100.0 * static_cast<double>(part) / static_cast<double>(tally.tried);
      };
      fmt::print("{:22} {:6} tried, {:5.1f} % raised, {:5.1f} % left to CPython\n", primitive.name,
                 tally.tried, percent(tally.raised), percent(tally.bailed));
      EXPECT_GT(tally.tried, tally.bailed) << primitive.name;
    }
  });
}

}  // namespace
}  // namespace kaspr::python
