// Every primitive against CPython: the same value, the same class of exception, the same changes of
// its arguments. primitives_oracle.py says what each means in Python.
//
// One and two arguments are tried exhaustively from a pool of edges, more at random. KASPR_CASES
// says how many at random for each primitive, KASPR_SEED with which seed.

#include <Python.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

#include "python/values.h"
#include "value/json_read.h"
#include "value/primitives.h"
#include "value_oracle.h"

namespace kaspr::python {
namespace {

using value::Heap, value::Primitive, value::Status, value::Tag, value::Value;

std::string NameOf(Status status) {
  return status == Status::kOk ? "" : value::StatusName(status);
}

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
    Value result = Value::Unbound();
    const Status status = primitive.function(heap_, arguments, result);
    ++tally.tried;
    tally.bailed += status == Status::kBail ? 1 : 0;
    tally.raised += status > Status::kBail ? 1 : 0;
    std::string wrong =
        status == Status::kBail ? "" : Differs(primitive, arguments, objects, status, result);
    if (wrong.empty()) wrong = Undeclared(primitive, status, result);
    if (status == Status::kOk && !AreTrue(result)) wrong += "flags that are not true";
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

  // What a str says of itself is not in its text, and others rely on it.
  static bool IsTrue(const Value& str) {
    value::JsonWriter out;
    out.Utf8(str.str());
    const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    return (!str.Is(Value::kAscii) || std::all_of(str.text, str.text + str.size, ascii)) &&
           (!str.Is(Value::kQuoted) ||
            out.bytes() == std::string_view(str.text - 1, size_t{str.size} + 2));
  }

  bool AreTrue(const Value& value) {
    if (value.Is(Tag::kStr)) return IsTrue(value);
    const auto all = [](std::span<const Value> items) {
      return std::all_of(items.begin(), items.end(),
                         [](const Value& item) { return !item.Is(Tag::kStr) || IsTrue(item); });
    };
    if (value.Is(Tag::kTuple)) return all({value.items, value.size});
    return !value.Is(Tag::kList) || all(heap_.Items(*value.list));
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

// So many pairs for one that is tried: sanitizers are slow.
#ifdef __SANITIZE_ADDRESS__
constexpr size_t kOneIn = 40;
constexpr uint64_t kRandom = 200;  // for each primitive
#else
constexpr size_t kOneIn = 1;
constexpr uint64_t kRandom = 1'000;
#endif

// Each pair. Where the first argument fails whatever stands beside it, a few of its pairs.
void TryPairs(Comparison& comparison, const Primitive& primitive, Tally& tally) {
  const size_t pool = comparison.pool();
  for (size_t a = 0; a < pool && tally.failed < kEnough; ++a) {
    const Status first = comparison.Check(primitive, std::array{a, a}, true, tally);
    bool hopeless = first != Status::kOk;
    for (int i = 0; i < 16; ++i) {
      const std::array pair{a, comparison.Pick(pool)};
      hopeless = comparison.Check(primitive, pair, false, tally) == first && hopeless;
    }
    for (size_t b = 0; !hopeless && b < pool && tally.failed < kEnough; ++b) {
      if (kOneIn > 1 && comparison.Pick(kOneIn) != 0) continue;
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

// Not those that Python has no words for, nor those that nobody can call twice.
bool IsPython(const Primitive& primitive) {
  return primitive.name != "changes" && primitive.name != "unchanged" &&
         primitive.effect != value::Effect::kClock;
}

TEST(Primitives, AreWhatCPythonDoes) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t random = FromEnvironment("KASPR_CASES", kRandom);
  fmt::print("seed {}\n", seed);
  const char* only = std::getenv("KASPR_PRIMITIVE");
  Lane().Call([&] {
    Comparison comparison(seed);
    for (const Primitive& primitive : value::Primitives()) {
      if (only != nullptr ? primitive.name != only : !IsPython(primitive)) continue;
      Tally tally;
      TryAll(comparison, primitive, random, tally);
      const auto percent = [&](uint64_t part) {
        return 100.0 * static_cast<double>(part) / static_cast<double>(tally.tried);
      };
      fmt::print("{:22} {:6} tried, {:5.1f} % raised, {:5.1f} % left to CPython\n", primitive.name,
                 tally.tried, percent(tally.raised), percent(tally.bailed));
      // Three arguments that fit each other do not come by chance.
      if (primitive.fewest < 3) {
        EXPECT_GT(tally.tried, tally.bailed) << primitive.name;
      }
    }
  });
}

// What must not be left to CPython, for it is what programs do: Python's arguments.
constexpr std::pair<std::string_view, const char*> kCommon[] = {
    {"add", "(1, 2)"},
    {"add", "(1.5, 2)"},
    {"add", "('a', 'é')"},
    {"add", "([1], [2])"},
    {"sub", "(5, 2.5)"},
    {"mul", "(3, 4)"},
    {"mul", "('ab', 3)"},
    {"truediv", "(7, 2)"},
    {"floordiv", "(-7, 2)"},
    {"mod", "(-7, 2)"},
    {"mod", "('%s: %.2f', ('a', 1.5))"},
    {"pow", "(2, 10)"},
    {"neg", "(2**63,)"},
    {"eq", "({'a': [1, 2.0]}, {'a': [1.0, 2]})"},
    {"lt", "(1, 1.5)"},
    {"lt", "('a', 'b')"},
    {"lt", "(2**64, 1.5)"},
    {"in", "('a', {'a': 1})"},
    {"in", "('a', {'a', 'b'})"},
    {"in", "(1, [3, 2, 1])"},
    {"in", "('b', 'abc')"},
    {"is", "(None, None)"},
    {"getitem", "({'a': 1}, 'a')"},
    {"getitem", "([1, 2], -1)"},
    {"getitem", "('aé', 1)"},
    {"getslice", "('日本語', 1)"},
    {"getslice", "([1, 2, 3], None, None, -1)"},
    {"setitem", "({'a': 1}, 'b', 2)"},
    {"delitem", "({'a': 1}, 'a')"},
    {"iadd", "([1], (2, 3))"},
    {"concat", "('a', 'b', 'é')"},
    {"format", "(1234.5, ',.2f')"},
    {"format", "('a', '>5')"},
    {"format", "(7, '03d')"},
    {"format", "({'a': 1}, '')"},
    {"str", "(1.5,)"},
    {"str", "([1, 'a', None],)"},
    {"repr", "('é',)"},
    {"int", "(' 12 ',)"},
    {"int", "('x',)"},
    {"int-base", "('ff', 16)"},
    {"float", "('1.5e3',)"},
    {"float", "('',)"},
    {"len", "('日本',)"},
    {"round", "(2.5,)"},
    {"round-digits", "(2.675, 2)"},
    {"min", "(3, 1, 2)"},
    {"max", "({3, 1, 2},)"},
    {"max-of", "([], 0)"},
    {"sum", "([1, 2, 3],)"},
    {"sum", "([0.1, 0.2],)"},
    {"sum", "({1, 2},)"},
    {"any", "([0, 1],)"},
    {"sorted", "({'b', 'a'},)"},
    {"sorted", "([(1, 'b'), (1, 'a')], True)"},
    {"sort-by", "(['x', 'y'], [2, 1], False)"},
    {"enumerate", "(['a'], 1)"},
    {"zip", "([1, 2], 'ab')"},
    {"isinstance", "(1, 'int', 'float')"},
    {"unpack", "((1, 2), 2)"},
    {"set", "(1, 2, 1)"},
    {"dict", "('a', 1, 'b', 2)"},
    {"dict-update", "({'a': 1}, {'b': 2})"},
    {"dict-of", "([('a', 1)],)"},
    {"md5-hex", "('aé'.encode(),)"},
    {"sha256-hex", "(b'x' * 100000,)"},
    {"sha256-hex", "('text',)"},
    {"sha512", "()"},
    {"blake2b-hex", "(b'',)"},
    {"utc-from-timestamp", "(1700000000.5,)"},
    {"utc-from-timestamp", "(True,)"},
    {"utc-from-timestamp", "(-1,)"},
    {"utc-from-timestamp", "(nan,)"},
    {"utc-from-timestamp", "(inf,)"},
    {"utc-from-timestamp", "(253402300800,)"},
    {"utc-from-timestamp", "('1',)"},
    {"utc-isoformat", "(-62135596800000000,)"},
    {"utc-date", "(253402300799999999,)"},
    {"utc-time", "(1, 'milliseconds')"},
    {"utc-strftime", "(1700000000123456, '%Y-%m-%d %H:%M:%S.%f %j %%')"},
    {"utc-shift", "(253402300799999999, 1)"},
    {".get", "({'a': 1}, 'b', 0)"},
    {".get", "(None, 'a')"},
    {".items", "({'a': 1},)"},
    {".pop", "({'a': 1}, 'b', None)"},
    {".pop", "([1, 2],)"},
    {".setdefault", "({}, 'a', [])"},
    {".update", "({'a': 1}, {'a': 2})"},
    {".append", "([], 1)"},
    {".sort", "([2, 1],)"},
    {".add", "(set(), 'a')"},
    {".union", "({1}, [2])"},
    {".strip", "(' aé ',)"},
    {".lower", "('ABC',)"},
    {".split", "('a,b', ',')"},
    {".split", "(' a b ',)"},
    {".join", "(', ', ['a', 'b'])"},
    {".replace", "('aé', 'é', 'e')"},
    {".startswith", "('abc', ('a', 'b'))"},
    {".find", "('日本', '本')"},
    {".isdigit", "('12',)"},
    {".format", "('{} {:>3}', 'a', 1)"},
    {".is_integer", "(1.0,)"},
};

TEST(Primitives, LeaveWhatIsCommonToNobody) {
  Lane().Call([] {
    Oracle oracle;
    for (const auto& [name, text] : kCommon) {
      Heap heap;
      Value tuple, result;
      Ref source = Ref::Own(PyUnicode_FromString(text));
      Ref objects = oracle.Call("evaluate", source.get());
      ASSERT_TRUE(FromObject(heap, objects.get(), tuple)) << text;
      const Primitive* primitive = value::FindPrimitive(name);
      ASSERT_NE(primitive, nullptr) << name;
      const Status status = primitive->function(heap, {tuple.items, tuple.size}, result);
      EXPECT_NE(status, Status::kBail) << name << " of " << text;
    }
  });
}

// A few values, and what primitives make of them and of one another, here and in Python.
class Program {
 public:
  Program(Oracle& oracle, std::mt19937_64& random) : oracle_(oracle), random_(random) {
    std::vector<PyObject*> numbers;
    std::vector<Ref> owned;
    for (int i = 0; i < 4; ++i) {
      owned.push_back(Ref::Own(PyLong_FromUnsignedLongLong(random_() >> 20)));
      numbers.push_back(owned.back().get());
    }
    Ref made = oracle_.CallWith("make", numbers);
    objects_ = Ref::Own(PySequence_List(made.get()));
    Value list;
    EXPECT_TRUE(FromObject(heap_, objects_.get(), list));
    values_ = {list.list->first, list.list->first + list.list->size};
  }

  // One that does not raise, if it is found. False: it bails, or gets too large.
  bool Step(Tally& tally) {
    constexpr int kTries = 20;
    Status status = Status::kTypeError;
    for (int i = 0; i < kTries && status != Status::kOk; ++i) {
      status = Try();
      ++tally.tried;
      bailed_ = status == Status::kBail;
      if (bailed_) return false;
    }
    const Value last = values_.back();
    return last.size < 1000 && (!last.Is(Tag::kList) || last.list->size < 1000);
  }

  void Check() {
    if (bailed_) return;  // who bails may have begun
    EXPECT_EQ(Show(), oracle_.Show(objects_.get())) << text_;
  }

 private:
  Status Try() {
    const auto all = value::Primitives();
    const Primitive& primitive = all[random_() % all.size()];
    // An int that stands for a datetime comes from nowhere else, and other values would end it.
    const bool of_datetimes = primitive.name.starts_with("utc-");
    if (!IsPython(primitive) || of_datetimes) return Status::kTypeError;
    const size_t most = std::min<size_t>(primitive.most, 4);
    const size_t count = primitive.fewest + random_() % (most - primitive.fewest + 1);
    std::vector<Value> arguments;
    std::vector<Ref> owned;
    owned.push_back(Ref::Own(PyUnicode_FromStringAndSize(
        primitive.name.data(), static_cast<Py_ssize_t>(primitive.name.size()))));
    std::vector<PyObject*> passed = {owned[0].get(), objects_.get()};
    std::string text = fmt::format("{}", primitive.name);
    for (size_t i = 0; i < count; ++i) {
      const size_t number = random_() % values_.size();
      arguments.push_back(values_[number]);
      owned.push_back(Ref::Own(PyLong_FromSize_t(number)));
      passed.push_back(owned.back().get());
      text += fmt::format(" {}", number);
    }
    Value result;
    const Status status = primitive.function(heap_, arguments, result);
    if (status == Status::kBail) return status;
    Ref error = oracle_.CallWith("step", passed);
    EXPECT_EQ(NameOf(status), Oracle::Text(error.get())) << text_ << text;
    if (status == Status::kOk) values_.push_back(result);
    if (status == Status::kOk) text_ += text + "; ";
    return status;
  }

  std::string Show() {
    Ref object = Ref::Own(ToObject(heap_, Value::Tuple(values_.data(), values_.size())));
    EXPECT_TRUE(object);
    Ref list = Ref::Own(PySequence_List(object.get()));
    return oracle_.Show(list.get());
  }

  Oracle& oracle_;
  std::mt19937_64& random_;
  Heap heap_;
  Ref objects_;
  std::vector<Value> values_;
  std::string text_;
  bool bailed_ = false;
};

TEST(Primitives, WorkOnWhatTheyMade) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t programs = FromEnvironment("KASPR_PROGRAMS", 3'000);
  fmt::print("seed {}\n", seed);
  uint64_t steps = 0;
  Lane().Call([&] {
    Oracle oracle;
    std::mt19937_64 random(seed);
    Tally tally;
    for (uint64_t i = 0; i < programs && !testing::Test::HasFailure(); ++i) {
      Program program(oracle, random);
      bool bailed = false;
      for (int step = 0; step < 15 && !bailed; ++step, ++steps) bailed = !program.Step(tally);
      program.Check();
    }
  });
  EXPECT_GT(steps, 3 * programs);
}

// What CPython's own says right before and right after it.
void LiesBetween(Oracle& oracle, std::string_view name, const char* python, Heap& heap) {
  const auto reading = [&] {
    return oracle.Call("evaluate", Ref::Own(PyUnicode_FromString(python)).get());
  };
  for (int i = 0; i < 1000; ++i) {
    Ref before = reading();
    Value result;
    ASSERT_EQ(value::FindPrimitive(name)->function(heap, {}, result), Status::kOk);
    Ref after = reading();
    Ref ours = Ref::Own(ToObject(heap, result));
    ASSERT_EQ(Py_TYPE(ours.get()), Py_TYPE(before.get())) << name;
    EXPECT_EQ(PyObject_RichCompareBool(before.get(), ours.get(), Py_LE), 1) << name;
    EXPECT_EQ(PyObject_RichCompareBool(ours.get(), after.get(), Py_LE), 1) << name;
  }
}

TEST(Primitives, ReadTheClockAsCPythonDoes) {
  Lane().Call([] {
    Oracle oracle;
    Heap heap;
    LiesBetween(oracle, "time", "time.time()", heap);
    LiesBetween(oracle, "time-ns", "time.time_ns()", heap);
    LiesBetween(oracle, "utc-now", "microseconds_of(datetime.now(timezone.utc))", heap);
  });
}

TEST(Primitives, MakeRandomUuids) {
  Lane().Call([] {
    Oracle oracle;
    Heap heap;
    value::List* list = heap.NewList();
    for (int i = 0; i < 10'000; ++i) {
      Value uuid;
      ASSERT_EQ(value::FindPrimitive("uuid4")->function(heap, {}, uuid), Status::kOk);
      heap.Append(*list, uuid);
    }
    Ref texts = Ref::Own(ToObject(heap, Value::Of(list)));
    EXPECT_EQ(Oracle::Text(oracle.Call("wrong_with_uuids", texts.get()).get()), "");
  });
}

TEST(Primitives, ShareNoUuidWithAFork) {
  Heap heap;
  const auto make = [&] {
    Value uuid;
    EXPECT_EQ(value::FindPrimitive("uuid4")->function(heap, {}, uuid), Status::kOk);
    return std::string(uuid.str());
  };
  make();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string text = make();
    _exit(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  char text[36];
  ASSERT_EQ(read(ends[0], text, sizeof text), static_cast<ssize_t>(sizeof text));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_NE(std::string(text, sizeof text), make());
  close(ends[0]);
  close(ends[1]);
}

TEST(Primitives, SumAsTheInterpreterDoes) {
  Heap heap;
  const Value items[] = {Value::Float(1e100), Value::Float(1), Value::Float(-1e100)};
  const Value tuple = Value::Tuple(items, 3);
  Value sum;
  ASSERT_EQ(value::FindPrimitive("sum")->function(heap, {&tuple, 1}, sum), Status::kOk);
  EXPECT_EQ(sum.number, 0.0);
  heap.compensated_sum = true;  // Python 3.12
  ASSERT_EQ(value::FindPrimitive("sum")->function(heap, {&tuple, 1}, sum), Status::kOk);
  EXPECT_EQ(sum.number, 1.0);
}

TEST(Primitives, SeeChangesAndLeaveConstantsAlone) {
  Heap heap;
  value::List* list = heap.NewList();
  Value arguments[] = {Value::Of(list), Value::None()};
  Value before, result;
  const auto call = [&](std::string_view name, size_t count) {
    return value::FindPrimitive(name)->function(heap, {arguments, count}, result);
  };
  ASSERT_EQ(call("changes", 1), Status::kOk);
  before = result;
  arguments[1] = before;
  EXPECT_EQ(call("unchanged", 2), Status::kOk);
  EXPECT_EQ(call(".append", 2), Status::kOk);
  arguments[1] = before;
  EXPECT_EQ(call("unchanged", 2), Status::kBail);
  list->frozen = true;
  const std::pair<const char*, Value> changes[] = {
      {".append", before},     {".remove", before},          {"iadd", Value::Of(list)},
      {"imul", Value::Int(2)}, {".extend", Value::Of(list)}, {"delitem", Value::Int(0)},
  };
  for (const auto& [name, argument] : changes) {
    arguments[1] = argument;
    EXPECT_EQ(call(name, 2), Status::kBail) << name;
  }
  EXPECT_EQ(list->size, 1u);
  arguments[0] = Value::Unbound();
  EXPECT_EQ(call("bound", 1), Status::kUnboundLocalError);
}

TEST(Primitives, AreFoundByName) {
  for (const Primitive& primitive : value::Primitives()) {
    EXPECT_EQ(value::FindPrimitive(primitive.name), &primitive);
    EXPECT_LE(primitive.fewest, primitive.most) << primitive.name;
  }
  EXPECT_EQ(value::FindPrimitive(".nothing"), nullptr);
}

}  // namespace
}  // namespace kaspr::python
