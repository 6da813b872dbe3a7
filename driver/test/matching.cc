#include "driver/test/matching.h"

#include <deque>

namespace kaspr::driver {

namespace {

constexpr size_t kNobody = static_cast<size_t>(-1);

struct Matching {
  const std::function<bool(size_t, size_t)>& fits;
  std::vector<std::optional<size_t>> given;  // to each on the left
  std::vector<size_t> owner;                 // of each on the right

  // Most are where they are expected: the first that is free.
  bool TakeFree(size_t left) {
    for (size_t right = 0; right < owner.size(); ++right) {
      if (owner[right] != kNobody || !fits(left, right)) continue;
      given[left] = right;
      owner[right] = left;
      return true;
    }
    return false;
  }

  // Finds others for those who have what `start` could take: a shortest augmenting path.
  void TakeOver(size_t start) {
    std::vector<size_t> wanted_by(owner.size(), kNobody);
    std::deque<size_t> asking = {start};
    while (!asking.empty()) {
      const size_t left = asking.front();
      asking.pop_front();
      for (size_t right = 0; right < owner.size(); ++right) {
        if (wanted_by[right] != kNobody || !fits(left, right)) continue;
        wanted_by[right] = left;
        if (owner[right] == kNobody) return HandOver(right, start, wanted_by);
        asking.push_back(owner[right]);
      }
    }
  }

  void HandOver(size_t right, size_t start, const std::vector<size_t>& wanted_by) {
    while (true) {
      const size_t left = wanted_by[right];
      const std::optional<size_t> before = given[left];
      given[left] = right;
      owner[right] = left;
      if (left == start) return;
      right = *before;
    }
  }
};

}  // namespace

std::vector<std::optional<size_t>> MatchUp(
    size_t left, size_t right, const std::function<bool(size_t left, size_t right)>& fits) {
  Matching matching{.fits = fits,
                    .given = std::vector<std::optional<size_t>>(left),
                    .owner = std::vector<size_t>(right, kNobody)};
  std::vector<size_t> empty_handed;
  for (size_t i = 0; i < left; ++i) {
    if (!matching.TakeFree(i)) empty_handed.push_back(i);
  }
  for (const size_t i : empty_handed) matching.TakeOver(i);
  return matching.given;
}

}  // namespace kaspr::driver
