#include "driver/progress.h"

#include <gtest/gtest.h>

#include <regex>

namespace kaspr::driver {
namespace {

runtime::Plan TwoAgents() {
  runtime::Plan plan{.app = "shop", .segments = {}};
  plan.agents = {"orders", "large"};
  plan.segments.push_back({.agent = "orders"});
  plan.segments.push_back({.agent = "large"});
  return plan;
}

// What `talk` writes to stderr; rates and times differ from run to run.
std::string Said(const std::function<void()>& talk) {
  testing::internal::CaptureStderr();
  talk();
  std::string text = testing::internal::GetCapturedStderr();
  text = std::regex_replace(text, std::regex("[0-9,]+/s"), "N/s");
  return std::regex_replace(text, std::regex("[0-9]+\\.[0-9] s"), "N s");
}

TEST(Progress, RedrawsItsLinesOnATerminal) {
  const runtime::Plan plan = TwoAgents();
  std::vector<runtime::Counters> counters(2);
  counters[0].in = 1204551;
  counters[0].out = 2;
  counters[0].filtered = 3;
  counters[0].failed = 4;
  const std::string lines =
      "orders   in 1,204,551   out 2   dropped 3   failed 4   N/s\n"
      "large   in 0   out 0   dropped 0   failed 0   N/s\n";
  const std::string erased = "\x1b[A\x1b[2K\x1b[A\x1b[2K";
  EXPECT_EQ(Said([&] {
              Progress progress(plan, true);
              progress.Update(counters, std::nullopt);
              progress.Say("error: something\n");
              progress.Update(counters, std::nullopt);
              progress.Finish(counters, {});
            }),
            lines + erased + "error: something\n" + lines + erased + lines + erased +
                "orders: 1,204,551 in, 2 out, 3 dropped by filters, 4 failed, N s\n"
                "large: 0 in, 0 out, 0 dropped by filters, 0 failed, N s\n");
}

TEST(Progress, ShowsHowManyRecordsWaitWhereThatIsKnown) {
  const runtime::Plan plan{.app = "shop", .agents = {"orders"}, .segments = {{.agent = "orders"}}};
  const std::vector<runtime::Counters> counters(1);
  const std::string line = "orders   in 0   out 0   dropped 0   failed 0   N/s\n";
  const std::string erased = "\x1b[A\x1b[2K\x1b[A\x1b[2K";
  EXPECT_EQ(Said([&] {
              Progress progress(plan, true);
              progress.Update(counters, 12345);
              progress.Update(counters, 0);
            }),
            line + "lag 12,345\n" + erased + line + "lag 0\n");
}

TEST(Progress, ShowsNoRatesElsewhere) {
  const runtime::Plan plan = TwoAgents();
  const std::vector<runtime::Counters> counters(2);
  EXPECT_EQ(Said([&] { Progress(plan, false).Update(counters, 7); }), "");
}

TEST(Progress, GivesEachKindOfFailureALineWhereThereAreSeveral) {
  const runtime::Plan plan = TwoAgents();
  const std::vector<runtime::Counters> counters(2);
  EXPECT_EQ(
      Said([&] {
        Progress(plan, false)
            .Finish(counters,
                    {{.agent = "orders", .summary = "KeyError 'qty' in 'price'", .count = 1200},
                     {.agent = "large", .summary = "A", .count = 1},
                     {.agent = "large", .summary = "B", .count = 2}});
      }),
      "orders: 0 in, 0 out, 0 dropped by filters, 0 failed (KeyError 'qty' in 'price': 1,200), "
      "N s\n"
      "large: 0 in, 0 out, 0 dropped by filters, 0 failed, N s\n"
      "        1  A\n"
      "        2  B\n");
}

}  // namespace
}  // namespace kaspr::driver
