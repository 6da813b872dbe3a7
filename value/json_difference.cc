#include "value/json_difference.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/render.h"
#include "value/json_write.h"

namespace kaspr::value {

namespace {

// Two values at the same place, and how they are reached.
struct Pair {
  std::optional<uint32_t> first, second;
  size_t parent = 0;  // in the list of pairs
  std::string step;   // ".qty", "[2]"
};

std::string KeyText(const Document& document, uint32_t key) {
  std::string unescaped;
  return std::string(StringText(document, document.nodes[key], unescaped));
}

std::string KeyStep(const std::string& key) {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return plain ? "." + key : "[" + JsonQuoted(key) + "]";
}

std::string Written(const Document& document, uint32_t index) {
  JsonWriter out;
  WriteNode(out, document, index);
  return std::string(out.bytes());
}

class Comparison {
 public:
  Comparison(const Document& first, const Document& second) : first_(first), second_(second) {}

  std::optional<JsonDifference> Run() {
    pairs_.push_back({.first = 0, .second = 0});
    std::vector<size_t> open = {0};
    while (!open.empty()) {
      const size_t pair = open.back();
      open.pop_back();
      const size_t children = pairs_.size();
      if (!AddChildren(pair)) return Differs(pair);
      for (size_t i = pairs_.size(); i > children; --i) open.push_back(i - 1);
    }
    return std::nullopt;
  }

 private:
  // False: the two are different, whatever is in them.
  bool AddChildren(size_t pair) {
    const auto [first, second] = std::pair(pairs_[pair].first, pairs_[pair].second);
    if (!first || !second) return false;
    const NodeKind kind = first_.nodes[*first].kind;
    if (second_.nodes[*second].kind != kind) return false;
    if (kind == NodeKind::kList) {
      AddItems(pair, *first, *second);
    } else if (kind == NodeKind::kDict) {
      AddValues(pair, *first, *second);
    } else {
      return Written(first_, *first) == Written(second_, *second);
    }
    return true;
  }

  void AddItems(size_t pair, uint32_t first, uint32_t second) {
    uint32_t a = first + 1, b = second + 1;
    for (size_t i = 0; a < first_.nodes[first].next || b < second_.nodes[second].next; ++i) {
      Pair item{.parent = pair, .step = "[" + std::to_string(i) + "]"};
      if (a < first_.nodes[first].next) item.first = std::exchange(a, first_.Next(a));
      if (b < second_.nodes[second].next) item.second = std::exchange(b, second_.Next(b));
      pairs_.push_back(std::move(item));
    }
  }

  void AddValues(size_t pair, uint32_t first, uint32_t second) {
    std::unordered_map<std::string, size_t> keys;
    for (uint32_t key = first + 1; key < first_.nodes[first].next; key = first_.nodes[key].next) {
      const std::string text = KeyText(first_, key);
      keys[text] = pairs_.size();
      pairs_.push_back({.first = key + 1, .parent = pair, .step = KeyStep(text)});
    }
    for (uint32_t key = second + 1; key < second_.nodes[second].next;
         key = second_.nodes[key].next) {
      const std::string text = KeyText(second_, key);
      if (const auto found = keys.find(text); found != keys.end()) {
        pairs_[found->second].second = key + 1;
      } else {
        pairs_.push_back({.second = key + 1, .parent = pair, .step = KeyStep(text)});
      }
    }
  }

  JsonDifference Differs(size_t pair) const {
    JsonDifference difference{.first = pairs_[pair].first, .second = pairs_[pair].second};
    for (; pair != 0; pair = pairs_[pair].parent) {
      difference.path = pairs_[pair].step + difference.path;
    }
    return difference;
  }

  const Document& first_;
  const Document& second_;
  std::vector<Pair> pairs_;  // the first one is the whole; parents before children
};

}  // namespace

std::optional<JsonDifference> FindDifference(const Document& first, const Document& second) {
  return Comparison(first, second).Run();
}

}  // namespace kaspr::value
