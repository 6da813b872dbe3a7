// Random functions as IR, before and after each pass and all of them, run by the evaluator on
// random values. A function may bail or raise otherwise than before, since CPython then runs what
// was written; but
//
//   it returned            it returns the same, and leaves its argument as it did
//   it raised              it raises or bails
//   it bailed              whatever
//
// KASPR_CASES says how many functions, KASPR_SEED with which seed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "ir/expr/print.h"
#include "ir/expr/verify.h"
#include "ir/passes.h"
#include "tests/equivalence/environment.h"
#include "tests/ir/random_expr.h"
#include "tests/ir/random_json.h"
#include "tests/ir/run_expr.h"

namespace kaspr::ir {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kFunctions = 400;
#else
constexpr uint64_t kFunctions = 4'000;
#endif
constexpr size_t kValues = 50;  // for each function

// A graph of the function alone.
Graph GraphOf(Expr expr) {
  Graph graph{.app = "a", .topics = {}, .agents = {}};
  Agent& agent = graph.agents.emplace_back();
  agent.functions.push_back({.name = "f", .text = "", .entrypoint = "f", .map = {}});
  agent.functions[0].expr = std::move(expr);
  return graph;
}

struct Variant {
  std::string name;
  Expr expr;
};

// What each pass makes of it, and all together; without what none has changed.
std::vector<Variant> VariantsOf(const Expr& expr, std::map<std::string, size_t>& changes) {
  std::vector<Variant> variants;
  const auto add = [&](std::string name, Graph graph) {
    Expr& made = *graph.agents[0].functions[0].expr;
    if (made == expr) return;
    ++changes[name];
    variants.push_back({std::move(name), std::move(made)});
  };
  Graph together = GraphOf(expr);
  for (const Pass& pass : Passes()) {
    if (pass.name == "drop-unused") continue;  // nothing of this graph calls the function
    PassContext context;
    Graph alone = GraphOf(expr);
    pass.run(alone, context);
    pass.run(together, context);
    add(std::string(pass.name), std::move(alone));
  }
  add("all", std::move(together));
  return variants;
}

TEST(Passes, KeepWhatFunctionsDo) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t cases = FromEnvironment("KASPR_CASES", kFunctions);
  fmt::print("seed {}\n", seed);
  std::map<std::string, size_t> changes;
  size_t runs = 0, fine = 0, bails = 0;
  ExprRunner runner;
  for (uint64_t n = 0; n < cases; ++n) {
    std::mt19937_64 random(seed + n);
    const Expr expr = RandomExpr(random, n % 2 == 0).Make(n % 10 == 0);
    ASSERT_EQ(VerifyExpr(expr), "") << seed + n << "\n" << Print(expr);
    const std::vector<Variant> variants = VariantsOf(expr, changes);
    const Evaluator before(expr);
    for (const Variant& variant : variants) {
      ASSERT_EQ(VerifyExpr(variant.expr), "") << variant.name << "\n" << Print(variant.expr);
    }
    std::vector<std::unique_ptr<Evaluator>> evaluators;
    for (const Variant& variant : variants) {
      evaluators.push_back(std::make_unique<Evaluator>(variant.expr));
    }
    RandomJson json(random);
    for (size_t v = 0; v < kValues && !variants.empty(); ++v) {
      const std::string value = v == 0 ? json.Any() : json.Object();
      const ExprRunner::Outcome expected = runner.Run(before, value);
      ++runs;
      fine += expected.status == value::Status::kOk;
      bails += expected.status == value::Status::kBail;
      if (expected.status == value::Status::kBail) continue;
      for (size_t i = 0; i < variants.size(); ++i) {
        const ExprRunner::Outcome outcome = runner.Run(*evaluators[i], value);
        const bool both =
            (outcome.status == value::Status::kOk) == (expected.status == value::Status::kOk);
        ASSERT_TRUE(both && outcome.text == expected.text)
            << "seed " << seed + n << ", " << variants[i].name << "\n"
            << value << "\n"
            << Print(expr) << value::StatusName(expected.status) << " " << expected.text << "\n\n"
            << Print(variants[i].expr) << value::StatusName(outcome.status) << " " << outcome.text;
      }
    }
  }
  fmt::print("{} runs, {} returned, {} bailed\n", runs, fine, bails);
  for (const auto& [name, count] : changes) fmt::print("{} changed {}\n", name, count);
  EXPECT_GT(fine, runs / 5);
  EXPECT_LT(bails, runs / 2);
  for (const char* name : {"fold-constants", "common-reads", "drop-dead-code"}) {
    EXPECT_GT(changes[name], cases / 20) << name << " hardly ever does anything";
  }
}

}  // namespace
}  // namespace kaspr::ir
