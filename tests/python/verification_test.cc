// Events that ran without CPython and are run by it, too: what is the same goes on, what differs
// ends the run. Native code that is wrong is made up here.

#include "python/verification.h"

#include "lane.h"

namespace kaspr::python {
namespace {

constexpr const char* kDouble = "def double(v):\n  return {'n': v['n'] * 2}\n";
constexpr const char* kKey = "def key(v):\n  return str(v['n'])\n";

class VerificationTest : public ::testing::Test {
 protected:
  VerificationTest() {
    agent_.Filter("even", "def even(v):\n  return v['n'] % 2 == 0\n")
        .Map("double", kDouble)
        .Output("out", {.key = kKey});
    agent_.verification = &verification_;
  }

  // One record that native code is said to have sent this of; "": nothing, a filter dropped it.
  std::string Run(const std::string& value, std::string_view key, std::string_view sent) {
    value::Batch batch = agent_.MakeBatch();
    batch.Add({.value = value});
    value::Event& event = batch.events.front();
    event.native = true;
    send_ = {.key = key, .value = sent};
    if (!sent.empty()) event.prepared = {&send_, 1};
    event.filtered = sent.empty();
    return agent_.RunBatch(batch);
  }

  Agent agent_;
  std::string told_;
  Verification verification_{1, [this](const Difference& difference) {
                               told_ +=
                                   fmt::format("{} at {}: {}; {} against {}", difference.agent.name,
                                               difference.record.topic, difference.what,
                                               difference.native.size(), difference.python.size());
                             }};
  value::Send send_;
};

TEST_F(VerificationTest, WhatIsTheSameIsSentOnce) {
  EXPECT_EQ(Run(R"({"n":2})", "4", R"({"n": 4})"), "out 4: {\"n\": 4}\n");
  EXPECT_EQ(Run(R"({"n":3})", "", ""), "");
  EXPECT_EQ(agent_.filtered, 1u);
  EXPECT_EQ(told_, "");
  EXPECT_FALSE(agent_.delivery.stopped);
}

TEST_F(VerificationTest, AnotherValueEndsTheRun) {
  EXPECT_EQ(Run(R"({"n":2})", "4", R"({"n": 4.0})"), "");
  EXPECT_EQ(told_, "orders at orders: the value of record 1 to 'out'; 1 against 1");
  EXPECT_EQ(agent_.outcomes, "f");
  EXPECT_TRUE(agent_.delivery.stopped);
}

TEST_F(VerificationTest, AnotherKeyIsItsSelectors) {
  EXPECT_EQ(Run(R"({"n":2})", "5", R"({"n": 4})"), "");
  EXPECT_EQ(told_, "orders at orders: the key of record 1 to 'out', of 'out.key'; 1 against 1");
}

TEST_F(VerificationTest, WhatOnlyOneOfThemSends) {
  Run(R"({"n":3})", "4", R"({"n": 4})");
  EXPECT_EQ(told_, "orders at orders: machine code sends 1 records, CPython 0; 1 against 0");
}

TEST_F(VerificationTest, WhatRaisesInPythonOnly) {
  Run(R"({})", "4", R"({"n": 4})");
  EXPECT_EQ(told_, "orders at orders: CPython raises, machine code does not; 1 against 0");
}

// The first steps ran without CPython, which goes on with what they left.
TEST_F(VerificationTest, TheValueBehindTheFirstSteps) {
  const auto run = [&](std::string_view left) {
    value::Batch batch = agent_.MakeBatch();
    batch.Add({.value = R"({"n":2})"});
    batch.heap = std::make_unique<value::Heap>();
    value::JsonReader reader;
    const value::Value value = batch.heap->Read(*Keep(*reader.Read(left), batch.arena));
    batch.events.front().steps_done = 2;
    batch.events.front().value = &value;
    return agent_.RunBatch(batch);
  };
  const std::string same = R"({"n":4})", other = R"({"n":true})";
  EXPECT_EQ(run(same), "out 4: {\"n\": 4}\n");
  EXPECT_EQ(told_, "");
  EXPECT_EQ(run(other), "");
  EXPECT_EQ(told_,
            "orders at orders: the value behind the first 2 steps: CPython leaves another; 0 "
            "against 0");
}

TEST(Verification, TakesSoManyOfAll) {
  Verification verification(0.25, [](const Difference&) {});
  int taken = 0;
  for (int i = 0; i < 1000; ++i) taken += verification.Takes();
  EXPECT_EQ(taken, 250);
}

}  // namespace
}  // namespace kaspr::python
