#include "ir/kernel.h"

#include <gtest/gtest.h>

#include <thread>

namespace kaspr::ir {
namespace {

auto Describe(const std::string& summary) {
  return [summary] {
    Diagnostic diagnostic;
    diagnostic.message = "operation failed: " + summary;
    return std::pair(summary, diagnostic);
  };
}

TEST(FailureLogTest, TheFirstOfAKindIsShownTheRestCounted) {
  std::vector<std::string> shown;
  FailureLog log([&](const Diagnostic& d) { shown.push_back(d.message); });
  log.Report("orders", "KeyError:price:3", Describe("KeyError 'qty' in 'price'"));
  log.Report("orders", "TypeError:price:3", Describe("TypeError in 'price'"));
  log.Report("orders", "KeyError:price:3", Describe("KeyError 'amount' in 'price'"));
  log.Report("refunds", "KeyError:price:3", Describe("KeyError 'qty' in 'price'"));

  EXPECT_EQ(shown, (std::vector<std::string>{"operation failed: KeyError 'qty' in 'price'",
                                             "operation failed: TypeError in 'price'",
                                             "operation failed: KeyError 'qty' in 'price'"}));
  const auto kinds = log.Kinds();
  ASSERT_EQ(kinds.size(), 3u);
  EXPECT_EQ(kinds[0].agent, "orders");
  EXPECT_EQ(kinds[0].summary, "KeyError 'qty' in 'price'");
  EXPECT_EQ(kinds[0].count, 2u);
  EXPECT_EQ(kinds[1].count, 1u);
  EXPECT_EQ(kinds[2].agent, "refunds");
}

TEST(FailureLogTest, KindsAreBounded) {
  size_t shown = 0;
  FailureLog log([&](const Diagnostic&) { ++shown; });
  const size_t many = FailureLog::kMaxKinds + 500;
  for (size_t i = 0; i < many; ++i) log.Report("a", std::to_string(i), Describe("x"));
  log.Report("a", "7", Describe("x"));
  log.Report("b", "7", Describe("x"));
  EXPECT_EQ(shown, FailureLog::kMaxKinds);
  const auto kinds = log.Kinds();
  ASSERT_EQ(kinds.size(), FailureLog::kMaxKinds + 2);
  EXPECT_EQ(kinds[7].count, 2u);
  EXPECT_EQ(kinds[FailureLog::kMaxKinds].count, 500u);
  EXPECT_EQ(kinds.back().agent, "b");
}

TEST(FailureLogTest, ThreadsMayReportAtOnce) {
  size_t shown = 0;  // by one thread at a time, or this is a race
  FailureLog log([&](const Diagnostic&) { ++shown; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1'000; ++i) log.Report("a", std::to_string(i % 10), Describe("x"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shown, 10u);
  for (const auto& kind : log.Kinds()) EXPECT_EQ(kind.count, 400u);
}

}  // namespace
}  // namespace kaspr::ir
