// Random agents of which everything is translated, before and after each pass and all of them, run
// natively on random records: what is sent, in order, and what is filtered.
//
//   an event ran            it runs, and does the same
//   a function raised       the event goes to CPython, as before
//   a function bailed       whatever
//
// KASPR_CASES says how many agents, KASPR_SEED with which seed.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "base/check.h"
#include "ir/expr/evaluate.h"
#include "ir/passes.h"
#include "ir/print.h"
#include "jit/native_body.h"
#include "tests/equivalence/environment.h"
#include "tests/ir/random_graph.h"
#include "tests/ir/random_json.h"
#include "value/json_read.h"
#include "value/semantics/operands.h"
#include "value/status.h"

namespace kaspr::jit {
namespace {

using value::Status, value::Value;

#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kAgents = 1'000;
#else
constexpr uint64_t kAgents = 10'000;
#endif
constexpr size_t kRecords = 12;     // for each agent
constexpr uint64_t kCompiled = 25;  // one of so many is compiled, too

const ir::AppContext& App() {
  static const ir::AppContext app{.name = "app",
                                  .partition_count = [](std::string_view) { return 0; },
                                  .max_record_bytes = [](std::string_view) { return 1'000'000; },
                                  .channel_is_read = {},
                                  .stop = {}};
  return app;
}

std::string Show(std::optional<std::string_view> bytes) {
  return bytes ? fmt::format("'{}'", *bytes) : "none";
}

// Records, read as JSON.
class Records {
 public:
  Records(std::vector<std::string> given, std::vector<value::JsonReader>& readers)
      : texts(std::move(given)) {
    for (size_t i = 0; i < texts.size(); ++i) documents.push_back(readers[i].Read(texts[i]));
  }

  const std::vector<std::string> texts;
  std::vector<const value::Document*> documents;
};

// What became of each record, run by the evaluator or as machine code; "": it is CPython's.
std::vector<std::string> Run(const ir::Agent& agent, const Records& records,
                             bool machine_code = false) {
  const auto bodies = MakeNativeBodies(agent, App(), {.machine_code = machine_code});
  KASPR_CHECK(bodies.size() == 1 && bodies[0] != nullptr, "an agent that is not translated");
  value::Batch batch;
  batch.topic = "in";
  for (const std::string& text : records.texts) batch.Add({.value = text});
  value::JsonReader reader;
  bodies[0]->Run(batch, reader);
  std::vector<std::string> outcomes;
  for (const value::Event& event : batch.events) {
    std::string& text = outcomes.emplace_back();
    if (!event.native) continue;
    text = fmt::format("filtered {}", event.filtered);
    for (const value::Send& send : event.prepared) {
      text += fmt::format("; {}: {} {}", send.output, Show(send.key), Show(send.value));
    }
  }
  return outcomes;
}

// The functions of an agent that yields nothing, called in order: how the first one ended that did
// not return; kOk: none.
class Calls {
 public:
  explicit Calls(const ir::Agent& agent) : agent_(agent) {
    for (const ir::Function& function : agent.functions) {
      evaluators_.push_back(std::make_unique<ir::Evaluator>(*function.expr));
      yields_ = yields_ || function.expr->main().generator;
    }
  }

  bool yields() const { return yields_; }

  Status Run(const value::Document& record) {
    heap_.Reset();
    value_ = heap_.Read(record);
    status_ = Status::kOk;
    goes_on_ = true;
    for (const ir::Node& node : agent_.nodes) {
      if (goes_on_ && status_ == Status::kOk) Visit(node.op);
    }
    return status_;
  }

 private:
  void Visit(const ir::Op& op) {
    if (const auto* map = std::get_if<ir::Map>(&op)) value_ = Call(map->function);
    if (const auto* filter = std::get_if<ir::Filter>(&op)) goes_on_ = Holds(filter->function);
    if (const auto* output = std::get_if<ir::Output>(&op)) Send(output->destination);
    if (const auto* send = std::get_if<ir::TopicSend>(&op)) {
      Send(send->destination);
      goes_on_ = send->pass_through;
    }
  }

  void Send(const ir::Destination& destination) {
    const auto& selectors = destination.selectors;
    if (selectors.predicate && !Holds(*selectors.predicate)) return;
    if (selectors.key) Call(*selectors.key);
    if (selectors.value) Call(*selectors.value);
  }

  bool Holds(ir::FnId id) {
    const Value answer = Call(id);
    bool truth = false;
    if (status_ == Status::kOk) status_ = value::semantics::Truth(answer, truth);
    return truth;
  }

  Value Call(ir::FnId id) {
    Value result;
    if (status_ != Status::kOk) return result;
    status_ = evaluators_[static_cast<size_t>(id)]->Run(heap_, {&value_, 1}, {}, result);
    return result;
  }

  const ir::Agent& agent_;
  std::vector<std::unique_ptr<ir::Evaluator>> evaluators_;
  bool yields_ = false;
  value::Heap heap_;
  Value value_;
  Status status_ = Status::kOk;
  bool goes_on_ = true;
};

struct Tally {
  std::map<std::string, size_t> changes;
  size_t records = 0, native = 0;
};

// After `pass`, against what was before.
void Compare(const ir::Graph& before, const std::string& pass, const ir::Graph& after,
             const Records& records, const std::vector<std::string>& expected) {
  Calls calls_before(before.agents[0]), calls_after(after.agents[0]);
  const std::vector<std::string> outcomes = Run(after.agents[0], records);
  for (size_t i = 0; i < records.texts.size(); ++i) {
    if (outcomes[i] == expected[i]) continue;
    // One of them is CPython's, because of something that the other need not do.
    const auto bails = [&](Calls& calls, const std::string& outcome) {
      return outcome.empty() &&
             (calls.yields() || calls.Run(*records.documents[i]) == Status::kBail);
    };
    const bool bailed = bails(calls_before, expected[i]) || bails(calls_after, outcomes[i]);
    ASSERT_TRUE(bailed) << pass << " of " << records.texts[i] << "\n"
                        << Print(before) << expected[i] << "\n\n"
                        << Print(after) << outcomes[i];
  }
}

void Check(uint64_t seed, std::vector<value::JsonReader>& readers, Tally& tally) {
  ir::RandomGraph random(seed);
  const ir::Graph before{.app = "app", .topics = {}, .agents = {random.MakeNativeAgent(0)}};
  std::mt19937_64 chance(seed);
  ir::RandomJson json(chance);
  std::vector<std::string> texts;
  for (size_t i = 0; i < kRecords; ++i) texts.push_back(i % 4 == 0 ? json.Any() : json.Object());
  const Records records(std::move(texts), readers);
  const std::vector<std::string> expected = Run(before.agents[0], records);
  tally.records += kRecords;
  for (const std::string& outcome : expected) tally.native += !outcome.empty();
  ir::Graph together = before;
  for (const ir::Pass& pass : ir::Passes()) {
    ir::PassContext context;
    ir::Graph alone = before;
    pass.run(together, context);
    if (!pass.run(alone, context)) continue;
    ++tally.changes[std::string(pass.name)];
    Compare(before, std::string(pass.name), alone, records, expected);
  }
  Compare(before, "all", together, records, expected);
  if (seed % kCompiled != 0) return;
  const ir::Agent& agent = together.agents[0];
  ASSERT_EQ(Run(agent, records, true), Run(agent, records)) << Print(together);
}

TEST(Agents, SendTheSameAfterEachPass) {
  const uint64_t seed = FromEnvironment("KASPR_SEED", std::random_device()());
  const uint64_t cases = FromEnvironment("KASPR_CASES", kAgents);
  fmt::print("seed {}\n", seed);
  Tally tally;
  std::vector<value::JsonReader> readers(kRecords);
  for (uint64_t i = 0; i < cases && !HasFailure(); ++i) {
    SCOPED_TRACE(fmt::format("seed {}", seed + i));
    Check(seed + i, readers, tally);
  }
  fmt::print("{} records, {} run natively\n", tally.records, tally.native);
  for (const auto& [name, count] : tally.changes) fmt::print("{} changed {}\n", name, count);
  EXPECT_GT(tally.native, tally.records / 5);
  for (const char* name : {"fold-constants", "hoist-filters", "order-filters", "route-outputs",
                           "common-reads", "dead-fields", "drop-dead-code"}) {
    EXPECT_GT(tally.changes[name], cases / 100) << name;
  }
}

}  // namespace
}  // namespace kaspr::jit
