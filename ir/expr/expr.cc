#include "ir/expr/expr.h"

#include <algorithm>
#include <cstring>

namespace kaspr::ir {

bool Literal::operator==(const Literal& other) const {
  return tag == other.tag && integer == other.integer &&
         std::memcmp(&number, &other.number, sizeof(number)) == 0 && text == other.text &&
         items == other.items;
}

bool Region::operator==(const Region&) const = default;

bool Inst::operator==(const Inst& other) const {
  return op == other.op && operands == other.operands && results == other.results &&
         regions == other.regions;
}

bool IsLeaving(const ExprOp& op) {
  return std::holds_alternative<Give>(op) || std::holds_alternative<Break>(op) ||
         std::holds_alternative<Continue>(op) || std::holds_alternative<Return>(op) ||
         std::holds_alternative<Raise>(op);
}

namespace {

bool Breaks(const Region& region) {
  return std::any_of(region.body.begin(), region.body.end(), [](const Inst& inst) {
    if (std::holds_alternative<Break>(inst.op)) return true;
    if (std::holds_alternative<Loop>(inst.op)) return false;
    const bool turns = std::holds_alternative<For>(inst.op);
    return std::any_of(inst.regions.begin() + (turns ? 1 : 0), inst.regions.end(), Breaks);
  });
}

bool Gives(const Region& region) {
  return region.body.empty() || std::holds_alternative<Give>(region.body.back().op);
}

}  // namespace

bool Ends(const Inst& inst) {
  if (IsLeaving(inst.op)) return true;
  if (std::holds_alternative<Loop>(inst.op)) {
    return std::none_of(inst.regions.begin(), inst.regions.end(), Breaks);
  }
  const bool branches = std::holds_alternative<If>(inst.op) || std::holds_alternative<Try>(inst.op);
  return branches && std::none_of(inst.regions.begin(), inst.regions.end(), Gives);
}

}  // namespace kaspr::ir
