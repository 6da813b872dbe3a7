#include "ir/expr/dicts.h"

#include <algorithm>

#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {

namespace {

// Does it raise or bail if its first operand is no dict?
bool NeedsDict(const ExprFunction& function, const Inst& inst, std::string_view name) {
  static constexpr std::string_view kAlways[] = {
      ".get", ".keys", ".values", ".items", ".setdefault", ".popitem", "dict-put", "dict-update"};
  if (std::ranges::find(kAlways, name) != std::end(kAlways)) return true;
  static constexpr std::string_view kByText[] = {"getitem", "setitem", "delitem"};
  return std::ranges::find(kByText, name) != std::end(kByText) &&
         KeyOf(function, inst.operands[1]) != nullptr;
}

class Walk {
 public:
  Walk(const ExprFunction& function, const DictVisit& visit)
      : function_(function), visit_(visit), dicts_(function.values, false) {}

  void Run(bool argument) {
    if (argument && !function_.parameters.empty()) dicts_[0] = true;
    Region(function_.body);
  }

 private:
  void Region(const ir::Region& region) {
    const size_t before = learned_.size();
    for (const Inst& inst : region.body) {
      const bool stays = visit_(inst, dicts_);
      for (const ir::Region& inside : inst.regions) Region(inside);
      if (stays) Learn(inst);
    }
    for (; learned_.size() > before; learned_.pop_back()) dicts_[learned_.back()] = false;
  }

  void Learn(const Inst& inst) {
    const auto* apply = std::get_if<Apply>(&inst.op);
    if (apply == nullptr) return;
    const value::Primitive& primitive = *apply->primitive;
    if (primitive.result == value::TypesOf(value::Tag::kDict)) {
      Know(static_cast<uint32_t>(inst.results[0]));
    }
    if (inst.operands.empty() || inst.operands[0].constant) return;
    if (NeedsDict(function_, inst, primitive.name)) Know(inst.operands[0].index);
  }

  void Know(uint32_t id) {
    if (dicts_[id]) return;
    dicts_[id] = true;
    learned_.push_back(id);
  }

  const ExprFunction& function_;
  const DictVisit& visit_;
  std::vector<bool> dicts_;
  std::vector<uint32_t> learned_;  // in the regions around, outermost first
};

}  // namespace

void VisitWithDicts(const ExprFunction& function, bool argument, const DictVisit& visit) {
  Walk(function, visit).Run(argument);
}

}  // namespace kaspr::ir
