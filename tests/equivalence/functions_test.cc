// Random functions against CPython: translated and run by the evaluator and as machine code, on
// random values; the same result, the same class of exception, and what bails leaves its input as
// it was. So does what each pass makes of them, and all together. What differs is shrunk, shown,
// and written as a case for kasprc test, in the folder found/.
//
// KASPR_CASES says how many functions, KASPR_SEED with which seed.

#include <Python.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/check.h"
#include "ir/expr/effects.h"
#include "ir/expr/evaluate.h"
#include "ir/expr/exception_slice.h"
#include "ir/expr/parse.h"
#include "ir/expr/print.h"
#include "ir/passes.h"
#include "jit/code.h"
#include "python/check/check.h"
#include "python/state.h"
#include "python/translate/translate.h"
#include "python/values.h"
#include "python/wanted.h"
#include "value/json_read.h"
#include "value/status.h"
#include "value_oracle.h"

namespace kaspr::python {
namespace {

using value::Heap, value::Status, value::Value;

// Of functions: sanitizers are slow.
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kFunctions = 200;
#else
constexpr uint64_t kFunctions = 2'600;
#endif
constexpr size_t kValues = 50;  // for each function

Ref Str(const std::string& text) {
  return Ref::Own(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}

Ref Copy(PyObject* value) {
  Ref copy = Ref::Own(PyImport_ImportModule("copy"));
  return Ref::Own(PyObject_CallMethod(copy.get(), "deepcopy", "O", value));
}

ir::Graph GraphOf(const std::string& source) {
  ir::Graph graph;
  graph.agents.push_back({.name = "a"});
  graph.agents[0].functions.push_back({.name = "f", .text = source, .entrypoint = "f"});
  return graph;
}

// The function as IR, or nothing: it stays in Python.
std::optional<ir::Expr> Translate(const std::string& source) {
  ir::Graph graph = GraphOf(source);
  TranslateFunctions(Lane(), graph);
  return std::move(graph.agents[0].functions[0].expr);
}

// Not a pass, but what passes go by: what of the function decides whether it raises.
constexpr std::string_view kSlice = "exception slice";

// Can the slice be run before the function, as passes want it?
bool HasSlice(const ir::Expr& expr) {
  if (expr.main().parameters.size() != 1 || expr.main().generator) return false;
  const ir::Effects slice = ir::EffectsOf(ir::ExceptionSlice(expr));
  return slice.writes.empty() && !ir::Overlap(slice.reads, ir::EffectsOf(expr).writes);
}

// What a pass makes of the function, by its name; "all": all of them; "": as it was translated.
ir::Expr Optimized(const ir::Expr& expr, std::string_view by) {
  if (by.empty()) return expr;
  if (by == kSlice) return HasSlice(expr) ? ir::ExceptionSlice(expr) : expr;
  ir::Graph graph = GraphOf("");
  graph.agents[0].functions[0].expr = expr;
  ir::PassContext context;
  for (const ir::Pass& pass : ir::Passes()) {
    if (pass.name == "drop-unused") continue;  // nothing of this graph calls the function
    if (by == "all" || by == pass.name) pass.run(graph, context);
  }
  return std::move(*graph.agents[0].functions[0].expr);
}

struct Variant {
  std::string by;
  ir::Expr expr;
  bool compiled = false;  // run as machine code, else by the evaluator
};

// Both as they were translated, and what all passes made of them.
bool IsCompiled(std::string_view by) {
  return by.empty() || by == "all";
}

std::unique_ptr<jit::Code> Compile(const std::vector<Variant>& variants) {
  std::vector<jit::CodeFunction> functions;
  for (const Variant& variant : variants) {
    if (variant.compiled) functions.push_back({&variant.expr, {.name = "f " + variant.by}});
  }
  return jit::Code::Make(functions);
}

// As it was translated, and what all passes and one of them, in turn, made another of.
std::vector<Variant> VariantsOf(const ir::Expr& expr, uint64_t turn) {
  std::vector<Variant> variants = {{"", expr}};
  const auto add = [&](std::string_view by) {
    ir::Expr made = Optimized(expr, by);
    if (!(made == expr)) variants.push_back({std::string(by), std::move(made)});
  };
  add("all");
  add(kSlice);
  add(ir::Passes()[turn % ir::Passes().size()].name);
  const size_t evaluated = variants.size();
  for (size_t i = 0; i < evaluated; ++i) {
    if (IsCompiled(variants[i].by)) variants.push_back({variants[i].by, variants[i].expr, true});
  }
  return variants;
}

struct Tally {
  uint64_t functions = 0, translated = 0, optimized = 0, runs = 0, bailed = 0, raised = 0,
           failed = 0, thin = 0, thin_runs = 0;
};

class Comparison {
 public:
  explicit Comparison(Tally& tally) : tally_(tally) {}

  void CheckRandom(uint64_t seed) {
    Ref made = oracle_.Call("generate", Ref::Own(PyLong_FromUnsignedLongLong(seed)).get(),
                            Ref::Own(PyLong_FromSize_t(kValues)).get());
    Check(seed, made.get());
  }

  void CheckWritten() {
    Ref written = oracle_.Call("written", Str(KASPR_TESTS "/equivalence/written.py").get());
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(written.get()); ++i) {
      Check(static_cast<uint64_t>(i), PyList_GET_ITEM(written.get(), i));
    }
  }

 private:
  // (source, [value])
  void Check(uint64_t seed, PyObject* made) {
    std::string source = Oracle::Text(PyTuple_GET_ITEM(made, 0));
    PyObject* values = PyTuple_GET_ITEM(made, 1);
    ++tally_.functions;
    const std::optional<ir::Expr> expr = Translate(source);
    if (!expr) return;
    ++tally_.translated;
    const std::vector<Variant> variants = VariantsOf(*expr, seed);
    tally_.optimized += std::ranges::any_of(variants, [](const Variant& v) { return v.by != ""; });
    const std::unique_ptr<jit::Code> code = Compile(variants);
    for (const Variant& variant : variants) RoundTrips(variant.expr);
    CheckThin(seed, source, *expr, values);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); ++i) {
      PyObject* value = PyList_GET_ITEM(values, i);
      for (const Variant& variant : variants) {
        // A fifth of them for passes, as documents and not: passes_test.cc tries more, faster.
        if (!variant.by.empty() && variant.by != kSlice && i % 10 > 1) continue;
        std::string wrong = Differs(variant, *code, source, value, i % 2 == 0);
        if (wrong.empty()) continue;
        ++tally_.failed;
        Shrink(source, variant, value, i % 2 == 0, wrong);
        Ref name = Str(fmt::format("f-{}", seed));
        Ref where = oracle_.Call("write_case", name.get(), Str(source).get(), value);
        ADD_FAILURE() << "seed " << seed << " " << variant.by
                      << (variant.compiled ? " compiled" : "") << "\n"
                      << source << "value: " << Oracle::Text(PyObject_Repr(value)) << wrong
                      << "\nas a case: " << Oracle::Text(where.get());
        return;
      }
    }
  }

  static Ref PathsOf(const ThinUse& use) {
    Ref paths = Ref::Own(PyList_New(0));
    for (const ir::FieldPath& path : use.paths) {
      Ref keys = Ref::Own(PyList_New(0));
      for (const std::string& key : path) PyList_Append(keys.get(), Str(key).get());
      PyList_Append(paths.get(), keys.get());
    }
    return paths;
  }

  // A function that says what it looks at gives the same for a dict that holds nothing else and
  // makes the same of it, or raises; and raises wherever it does with all.
  void CheckThin(uint64_t seed, const std::string& source, const ir::Expr& expr, PyObject* values) {
    const auto use = ThinUseOf({.text = source, .expr = expr});
    if (!use) return;
    ++tally_.thin;
    Wanted wanted;
    wanted.Add(use->paths);
    Ref paths = PathsOf(*use);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); ++i) {
      Ref json = oracle_.Call("json_of", PyList_GET_ITEM(values, i));
      if (json.get() == Py_None) continue;
      const value::Document* document = reader_.Read(PyBytes_AS_STRING(json.get()));
      if (document == nullptr || MayNotEnd(expr, *document)) continue;
      Ref thin = Lane().state().codec->Decode(*document, wanted);
      if (!thin) continue;
      ++tally_.thin_runs;
      Ref whole = Lane().state().codec->Decode(*document);
      const std::string shown = oracle_.Show(thin.get());
      Ref ours = oracle_.Call("result", Str(source).get(), thin.get(), paths.get());
      if (!Oracle::Text(PyTuple_GET_ITEM(ours.get(), 0)).empty()) continue;
      Ref theirs = oracle_.Call("result", Str(source).get(), whole.get(), paths.get());
      if (oracle_.Show(ours.get()) == oracle_.Show(theirs.get())) continue;
      ++tally_.failed;
      ADD_FAILURE() << "seed " << seed << "\n"
                    << source << "value: " << Oracle::Text(PyObject_Repr(whole.get()))
                    << "\nthin: " << shown << "\ngives " << oracle_.Show(ours.get())
                    << "\nand all of it " << oracle_.Show(theirs.get());
      return;
    }
  }

  // What bails may be a loop over a list that grows, which CPython must not be asked for.
  bool MayNotEnd(const ir::Expr& expr, const value::Document& document) {
    heap_.Reset();
    Value value = heap_.Read(document), result;
    const ir::Evaluator evaluator(expr);
    return evaluator.Run(heap_, {&value, 1}, Limited([](Value) { return Status::kOk; }), result) ==
           Status::kBail;
  }

  static ir::Surroundings Limited(std::function<Status(Value)> yield) {
    ir::Surroundings surroundings;
    surroundings.most_turns = 100'000;
    surroundings.yield = std::move(yield);
    return surroundings;
  }

  void RoundTrips(const ir::Expr& expr) {
    SourceFiles files;
    Diagnostics diagnostics;
    const std::string text = ir::Print(expr, {.places = true, .indent = ""});
    const std::optional<ir::Expr> parsed = ir::ParseExpr(files.Add("text", text), diagnostics);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(*parsed, expr) << text;
    EXPECT_EQ(ir::Print(*parsed, {.places = true, .indent = ""}), text);
  }

  // From what CPython does; "" if it is the same. Of a slice: whether it raises.
  std::string Differs(const Variant& variant, const jit::Code& code, const std::string& source,
                      PyObject* object, bool document) {
    const auto& [by, expr, compiled] = variant;
    heap_.Reset();
    const bool generator = expr.main().generator;
    Value value;
    if (!Take(object, document, value)) return "";
    std::vector<Value> items;
    const ir::Surroundings surroundings = Limited([&](Value item) {
      items.push_back(item);
      return Status::kOk;
    });
    Value result;
    const ir::Evaluator evaluator(expr);  // has its constants
    jit::Context context{&heap_, surroundings.most_turns, &surroundings};
    const Status status = compiled ? code.Of(expr)(context, value, result)
                                   : evaluator.Run(heap_, {&value, 1}, surroundings, result);
    if (by.empty() && !compiled) Count(status);
    if (status == Status::kBail) return "";
    if (generator && status == Status::kOk) {
      value::List* list = heap_.NewList();
      for (const Value item : items) heap_.Append(*list, item);
      result = Value::Of(list);
    }
    return Compare(source, object, status, status == Status::kOk ? &result : nullptr, value,
                   generator, by == kSlice);
  }

  void Count(Status status) {
    ++tally_.runs;
    tally_.bailed += status == Status::kBail;
    tally_.raised += status > Status::kBail;
  }

  std::string Compare(const std::string& source, PyObject* object, Status status,
                      const Value* result, Value value, bool generator, bool only_raises) {
    std::string ours, error;
    if (result != nullptr) {
      const Value pair[] = {*result, value};
      ours = Show(Value::Tuple(pair, 2));
    } else {
      error = value::StatusName(status);
    }
    PyObject* theirs = Theirs(source, object, generator);
    const std::string their_error = Oracle::Text(PyTuple_GET_ITEM(theirs, 0));
    const std::string text = Oracle::Text(PyTuple_GET_ITEM(theirs, 1));
    // What leaves the function runs again in CPython: its class matters only where it is caught.
    const bool same = error.empty() == their_error.empty();
    if (same && (only_raises || ours == text)) return "";
    return fmt::format("\nours:    {} {}\nCPython: {} {}", error, ours, their_error, text);
  }

  // What CPython does; remembered, as several variants are compared with it.
  PyObject* Theirs(const std::string& source, PyObject* object, bool generator) {
    if (!theirs_ || asked_ != object || asked_source_ != source) {
      theirs_ = oracle_.Call("run", Str(source).get(), Copy(object).get(),
                             generator ? Py_True : Py_False);
      asked_ = object;
      asked_source_ = source;
    }
    return theirs_.get();
  }

  bool Take(PyObject* object, bool document, Value& value) {
    if (document) {
      Ref json = oracle_.Call("json_of", object);
      if (json.get() != Py_None) {
        text_ = PyBytes_AS_STRING(json.get());
        if (const value::Document* read = reader_.Read(text_)) {
          value = heap_.Read(*read);
          return true;
        }
      }
    }
    return FromObject(heap_, object, value);
  }

  std::string Show(Value value) {
    Ref object = Ref::Own(ToObject(heap_, value));
    if (!object) PyErr_Clear();
    if (!object) return "no Python object";
    return oracle_.Show(object.get());
  }

  // Leaves pieces out as long as it differs.
  void Shrink(std::string& source, const Variant& differs, PyObject* value, bool document,
              std::string& wrong) {
    for (bool smaller = true; smaller;) {
      smaller = false;
      Ref candidates = oracle_.Call("smaller", Str(source).get());
      for (Py_ssize_t i = 0; i < PyList_GET_SIZE(candidates.get()) && !smaller; ++i) {
        const std::string candidate = Oracle::Text(PyList_GET_ITEM(candidates.get(), i));
        const std::optional<ir::Expr> expr = Translate(candidate);
        if (!expr) continue;
        std::vector<Variant> variant;
        variant.push_back({differs.by, Optimized(*expr, differs.by), differs.compiled});
        const std::unique_ptr<jit::Code> code = Compile(variant);
        const std::string still = Differs(variant[0], *code, candidate, value, document);
        smaller = !still.empty();
        if (smaller) source = candidate, wrong = still;
      }
    }
  }

  Tally& tally_;
  Oracle oracle_{"functions_oracle"};
  Heap heap_;
  value::JsonReader reader_;
  std::string text_;
  Ref theirs_;
  PyObject* asked_ = nullptr;  // lives as long as the values of one function
  std::string asked_source_;
};

void CheckSomething() {
  ir::Graph graph = GraphOf("def f(value):\n    return value\n");
  Diagnostics diagnostics;
  ASSERT_TRUE(CheckFunctions(Lane(), graph, diagnostics));  // the translator builds on it
}

TEST(Functions, ThatAreWrittenAreWhatCPythonDoes) {
  CheckSomething();
  Lane().Call([&] {
    Tally tally;
    Comparison(tally).CheckWritten();
    EXPECT_GT(tally.translated, tally.functions / 2);
    EXPECT_LT(tally.bailed, tally.runs / 2);
  });
}

TEST(Functions, AreWhatCPythonDoes) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t cases = FromEnvironment("KASPR_CASES", kFunctions);
  fmt::print("seed {}\n", seed);
  CheckSomething();
  Lane().Call([&] {
    Tally tally;
    Comparison comparison(tally);
    for (uint64_t i = 0; i < cases && tally.failed < 5; ++i) comparison.CheckRandom(seed + i);
    const auto percent = [](uint64_t part, uint64_t all) {
      return 100.0 * static_cast<double>(part) / static_cast<double>(std::max<uint64_t>(all, 1));
    };
    fmt::print(
        "{} functions, {:.1f} % translated, {:.1f} % changed by passes; {} runs, {:.1f} % raised, "
        "{:.1f} % bailed\n",
        tally.functions, percent(tally.translated, tally.functions),
        percent(tally.optimized, tally.translated), tally.runs, percent(tally.raised, tally.runs),
        percent(tally.bailed, tally.runs));
    EXPECT_GT(tally.translated, tally.functions / 2);
    EXPECT_GT(tally.optimized, tally.translated / 5);
    EXPECT_LT(tally.bailed, tally.runs / 2);
    fmt::print("{} looked at parts of a dict only, {} runs\n", tally.thin, tally.thin_runs);
    EXPECT_GT(tally.thin, tally.translated / 100);
    EXPECT_GT(tally.thin_runs, tally.thin);
  });
}

}  // namespace
}  // namespace kaspr::python
