// A forced stop ends whatever user code runs. It is final, so each case is a process of its own.

#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "lane.h"

namespace kaspr::python {
namespace {

// Interrupts once the first event runs, which says so through a file descriptor.
std::string OutcomesOf(const std::string& block) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  Agent agent;
  agent.Init(fmt::format("import os\ndef started():\n  os.write({}, b'x')\n", ends[1]))
      .Map("f", block, "f")
      .Output("out");
  if (!agent.Start()) return agent.said;
  value::Batch batch = agent.MakeBatch();
  for (const char* value : {"1", "2", "3"}) batch.Add({.value = value});
  const auto work = agent.Submit(batch);
  char byte;
  if (read(ends[0], &byte, 1) != 1) return "no start";
  Lane().Interrupt();
  Lane().Interrupt();
  work->Wait();
  std::string outcomes;
  for (const value::Event& event : batch.events) {
    outcomes += "pdfgi"[static_cast<int>(event.outcome)];
  }
  return outcomes + fmt::format(" {} sends", batch.sends.size());
}

// A new process runs `block` and says what became of the three events.
void ExpectCutShort(const std::string& block) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        fmt::print(stderr, "{}\n", OutcomesOf(block));
        std::exit(0);
      },
      testing::ExitedWithCode(0), "^iii 0 sends\n$");
}

TEST(InterruptDeathTest, EndsAGeneratorThatNeverEnds) {
  ExpectCutShort(R"(
def f(v):
  n = 0
  while True:
    yield n
    n += 1
    if n == 5: started()
)");
}

TEST(InterruptDeathTest, EndsATaskThatTheEventWaitsFor) {
  ExpectCutShort(R"(
import asyncio
async def busy():
  started()
  while True: pass
async def f(v):
  await asyncio.gather(busy(), asyncio.sleep(60))
)");
}

TEST(InterruptDeathTest, EndsALoopThatSwallowsEverything) {
  ExpectCutShort(R"(
def f(v):
  while True:
    try:
      started()
      while True: pass
    except BaseException:
      pass
)");
}

TEST(InterruptDeathTest, WakesAnAwait) {
  ExpectCutShort(R"(
import asyncio
async def f(v):
  started()
  await asyncio.sleep(1000)
)");
}

TEST(InterruptDeathTest, CountsAnEventThatSwallowedItAsCutShort) {
  ExpectCutShort(R"(
def f(v):
  started()
  try:
    while True: pass
  except KeyboardInterrupt:
    return 1
)");
}

TEST(InterruptDeathTest, EndsAnInitThatNeverEnds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        int ends[2];
        if (pipe(ends) != 0) std::exit(1);
        Agent agent;
        agent.Init(fmt::format("import os\nos.write({}, b'x')\nwhile True:\n  pass\n", ends[1]))
            .Output("out");
        std::thread stop([&] {
          char byte;
          if (read(ends[0], &byte, 1) == 1) Lane().Interrupt();
        });
        const bool started = agent.Start();
        stop.join();
        fmt::print(stderr, "{}\n{}", started, agent.said);
        std::exit(0);
      },
      testing::ExitedWithCode(0), "^false\nerror.K0606.: init failed: interrupted\n");
}

}  // namespace
}  // namespace kaspr::python
