#include "driver/test/matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace kaspr::driver {
namespace {

using Fits = std::vector<std::vector<bool>>;

// As many pairs as there can be, by trying all.
size_t MostPairs(const Fits& fits, size_t left, std::vector<bool>& taken) {
  if (left == fits.size()) return 0;
  size_t most = MostPairs(fits, left + 1, taken);
  for (size_t right = 0; right < taken.size(); ++right) {
    if (taken[right] || !fits[left][right]) continue;
    taken[right] = true;
    most = std::max(most, 1 + MostPairs(fits, left + 1, taken));
    taken[right] = false;
  }
  return most;
}

TEST(MatchUp, PairsAsManyAsThereCanBe) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    const size_t left = random() % 6, right = random() % 6, odds = 1 + random() % 4;
    Fits fits(left, std::vector<bool>(right));
    for (auto& row : fits) {
      for (size_t i = 0; i < right; ++i) row[i] = random() % 5 < odds;
    }
    const auto given = MatchUp(left, right, [&](size_t a, size_t b) { return fits[a][b]; });
    std::set<size_t> taken;
    for (size_t i = 0; i < left; ++i) {
      if (!given[i]) continue;
      EXPECT_TRUE(fits[i][*given[i]]);
      EXPECT_TRUE(taken.insert(*given[i]).second) << "given twice";
    }
    std::vector<bool> none(right);
    EXPECT_EQ(taken.size(), MostPairs(fits, 0, none));
  }
}

}  // namespace
}  // namespace kaspr::driver
