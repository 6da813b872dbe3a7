#include "ir/expr/field_uses.h"

#include <algorithm>

#include "ir/expr/rewrite.h"
#include "value/primitives.h"

namespace kaspr::ir {

namespace {

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Takes down what the operation does with the dict, which is operand `at` of it.
void AddUse(const ExprFunction& function, const Inst& inst, size_t at, FieldUses& uses) {
  if (std::holds_alternative<Return>(inst.op)) {
    uses.returned = true;
    return;
  }
  const auto* apply = std::get_if<Apply>(&inst.op);
  const std::string_view name = apply != nullptr ? apply->primitive->name : "";
  if (IsOneOf(name, {"is", "isinstance", "type-name"})) return;
  const bool asks = name == "in" && at == 1;
  const size_t key_at = asks ? 0 : 1;
  const std::string* key =
      key_at < inst.operands.size() ? KeyOf(function, inst.operands[key_at]) : nullptr;
  const bool reads =
      asks || (at == 0 && IsOneOf(name, {"getitem", ".get", "delitem", ".pop", ".setdefault"}));
  const bool writes = at == 0 && IsOneOf(name, {"setitem", "dict-put"});
  if (key != nullptr && reads) {
    uses.reads.insert(*key);
  } else if (key != nullptr && writes) {
    uses.writes.insert(*key);
  } else if (at != 0 || name != "dict-update") {  // that writes anything, and reads nothing
    uses.escapes = true;
  }
}

bool IsDisplayOf(const Inst& inst, ValueId dict) {
  const auto* apply = std::get_if<Apply>(&inst.op);
  return apply != nullptr && apply->primitive->name == "dict" && inst.results[0] == dict;
}

}  // namespace

FieldUses FieldUsesOf(const ExprFunction& function, ValueId dict) {
  FieldUses uses;
  size_t returns = 0, given = 0;
  ForEachInst(function.body, [&](const Inst& inst) {
    for (size_t i = 0; i < inst.operands.size(); ++i) {
      const Operand& operand = inst.operands[i];
      if (!operand.constant && operand.index == static_cast<uint32_t>(dict)) {
        AddUse(function, inst, i, uses);
        given += std::holds_alternative<Return>(inst.op);
      }
    }
    returns += std::holds_alternative<Return>(inst.op);
    if (!IsDisplayOf(inst, dict)) return;
    for (size_t i = 0; i < inst.operands.size(); i += 2) {
      if (const std::string* key = KeyOf(function, inst.operands[i])) uses.writes.insert(*key);
    }
  });
  uses.always_returned = returns > 0 && given == returns;
  return uses;
}

std::optional<ValueId> DictMadeAndReturned(const ExprFunction& function) {
  std::set<uint32_t> displays, returned;
  bool constant = false;
  ForEachInst(function.body, [&](const Inst& inst) {
    if (!inst.results.empty() && IsDisplayOf(inst, inst.results[0])) {
      displays.insert(static_cast<uint32_t>(inst.results[0]));
    }
    if (!std::holds_alternative<Return>(inst.op)) return;
    constant = constant || inst.operands[0].constant;
    returned.insert(inst.operands[0].index);
  });
  if (constant || returned.size() != 1 || !displays.contains(*returned.begin())) {
    return std::nullopt;
  }
  return static_cast<ValueId>(*returned.begin());
}

bool WritesField(const ExprFunction& function, const Inst& inst, ValueId dict,
                 const std::string& field) {
  const auto* apply = std::get_if<Apply>(&inst.op);
  if (apply == nullptr || !IsOneOf(apply->primitive->name, {"setitem", "dict-put"})) return false;
  const Operand& into = inst.operands[0];
  const std::string* key = KeyOf(function, inst.operands[1]);
  return !into.constant && into.index == static_cast<uint32_t>(dict) && key != nullptr &&
         *key == field;
}

}  // namespace kaspr::ir
