#include "ir/expr/expr.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

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

const char* AskName(AskPython::Kind kind) {
  switch (kind) {
    case AskPython::Kind::kGlobal:
      return "py-global";
    case AskPython::Kind::kCall:
      return "py-call";
    case AskPython::Kind::kAttribute:
      return "py-attr";
    case AskPython::Kind::kMethod:
      return "py-method";
  }
  KASPR_UNREACHABLE("kind of what Python is asked for");
}

std::vector<std::string> AskedOfPython(const Expr& expr) {
  std::vector<std::string> names;
  for (const ExprFunction& function : expr.functions) {
    ForEachInst(function.body, [&](const Inst& inst) {
      const auto* ask = std::get_if<AskPython>(&inst.op);
      if (ask == nullptr || ask->kind == AskPython::Kind::kGlobal) return;
      if (std::ranges::find(names, ask->name) == names.end()) names.push_back(ask->name);
    });
  }
  return names;
}

}  // namespace kaspr::ir
