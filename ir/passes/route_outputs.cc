#include "ir/passes/route_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/expr/effects.h"
#include "ir/expr/rewrite.h"
#include "ir/passes/add_native.h"
#include "value/primitives.h"

namespace kaspr::ir {

namespace {

using value::Tag;

// `value["channel"] == "email"`, with getitem or .get.
struct Comparison {
  std::string look, field;
  std::vector<std::string> texts;  // any of them
};

bool IsValue(const Operand& operand, uint32_t id) {
  return !operand.constant && operand.index == id;
}

// The texts that make `inst` true, if it compares value 1 with nothing but texts.
std::vector<std::string> TextsOf(const ExprFunction& function, const Inst& inst) {
  const value::Primitive* compare = PrimitiveOf(inst);
  if (compare == nullptr || inst.operands.size() != 2) return {};
  const auto& [left, right] = std::pair(inst.operands[0], inst.operands[1]);
  if (compare->name == "eq") {
    const std::string* text = KeyOf(function, IsValue(left, 1) ? right : left);
    const bool other = IsValue(left, 1) || IsValue(right, 1);
    return text != nullptr && other ? std::vector{*text} : std::vector<std::string>{};
  }
  const Literal* among = LiteralOf(function, right);
  if (compare->name != "in" || !IsValue(left, 1) || among == nullptr) return {};
  if (among->tag != Tag::kTuple && among->tag != Tag::kList && among->tag != Tag::kSet) return {};
  std::vector<std::string> texts;
  for (const Literal& item : among->items) {
    if (item.tag != Tag::kStr) return {};
    texts.push_back(item.text);
  }
  return texts;
}

std::optional<Comparison> ComparisonOf(const Expr& expr) {
  const ExprFunction& function = expr.main();
  const std::vector<Inst>& body = function.body.body;
  if (function.parameters.size() != 1 || body.size() != 3) return std::nullopt;
  const value::Primitive* look = PrimitiveOf(body[0]);
  const bool looks = look != nullptr && (look->name == "getitem" || look->name == ".get") &&
                     body[0].operands.size() == 2 && IsValue(body[0].operands[0], 0);
  const std::string* field = looks ? KeyOf(function, body[0].operands[1]) : nullptr;
  const bool returns =
      std::holds_alternative<Return>(body[2].op) && IsValue(body[2].operands[0], 2);
  std::vector<std::string> texts = TextsOf(function, body[1]);
  if (field == nullptr || !returns || texts.empty()) return std::nullopt;
  return Comparison{std::string(look->name), *field, std::move(texts)};
}

// What answers for all of them: number N of them is bit N. It raises where they do: what is no text
// is none of them, and need not be one that can be looked up.
Expr MakeRoute(const std::vector<Comparison>& comparisons) {
  std::vector<std::pair<std::string, int64_t>> bits;  // in the order of the texts
  for (size_t i = 0; i < comparisons.size(); ++i) {
    for (const std::string& text : comparisons[i].texts) {
      auto known = std::find_if(bits.begin(), bits.end(),
                                [&](const auto& entry) { return entry.first == text; });
      if (known == bits.end()) known = bits.insert(bits.end(), {text, 0});
      known->second |= int64_t{1} << i;
    }
  }
  const auto number = [](int64_t bit) { return Literal{.tag = Tag::kInt, .integer = bit}; };
  Literal table{.tag = Tag::kDict};
  for (const auto& [text, bit] : bits) {
    table.items.push_back({.tag = Tag::kStr, .text = text});
    table.items.push_back(number(bit));
  }
  const auto constant = [](uint32_t index) { return Operand{.constant = true, .index = index}; };
  const auto value = [](uint32_t id) { return Operand{.constant = false, .index = id}; };
  const auto apply = [](std::string_view name, std::vector<Operand> operands, uint32_t result) {
    return Inst{.op = Apply{value::FindPrimitive(name)},
                .operands = std::move(operands),
                .results = {static_cast<ValueId>(result)}};
  };
  const auto give = [](Operand operand) { return Inst{.op = Give{}, .operands = {operand}}; };
  ExprFunction route{.name = "route", .parameters = {"value"}, .values = 5};
  route.constants = {{.tag = Tag::kStr, .text = comparisons.front().field},
                     {.tag = Tag::kStr, .text = "str"},
                     table,
                     number(0),
                     number(0)};
  const Region found{
      .body = {apply(".get", {constant(2), value(1), constant(3)}, 3), give(value(3))}};
  const Region none{.body = {give(constant(4))}};
  route.body.body = {
      apply(comparisons.front().look, {value(0), constant(0)}, 1),
      apply("isinstance", {value(1), constant(1)}, 2),
      {.op = If{}, .operands = {value(2)}, .results = {ValueId{4}}, .regions = {found, none}},
      {.op = Return{}, .operands = {value(4)}}};
  return {.functions = {std::move(route)}};
}

class Router {
 public:
  Router(Agent& agent, PassContext& context) : agent_(agent), context_(context) {}

  bool Run() {
    if (agent_.route) return false;
    Groups groups;
    for (const Node& node : agent_.nodes) {
      if (const auto* output = std::get_if<Output>(&node.op)) Look(node, *output, groups);
    }
    const auto largest = std::max_element(groups.begin(), groups.end(), [](auto& a, auto& b) {
      return a.second.size() < b.second.size();
    });
    if (largest == groups.end() || largest->second.size() < 2) return false;
    const auto& [look, outputs] = *largest;
    if (const std::string why = WhyNot(); !why.empty()) {
      Say(fmt::format("the predicates that compare .{} stay apart: {}", look.second, why));
      return false;
    }
    Insert(look.second, outputs);
    return true;
  }

 private:
  using Groups = std::map<std::pair<std::string, std::string>, std::vector<uint32_t>>;

  void Look(const Node& node, const Output& output, Groups& groups) {
    const auto number = static_cast<uint32_t>(outputs_.size());
    outputs_.push_back({&node, {}});
    const std::optional<FnId>& predicate = output.destination.selectors.predicate;
    if (!predicate || !agent_.function(*predicate).expr || number >= Route::kMost) return;
    const std::optional<Comparison> found = ComparisonOf(*agent_.function(*predicate).expr);
    if (!found) return;
    outputs_.back().comparison = *found;
    groups[{found->look, found->field}].push_back(number);
  }

  // What would notice that predicates are asked before the other selectors of outputs.
  std::string WhyNot() const {
    for (const OfOutput& output : outputs_) {
      if (output.node->inputs != outputs_.front().node->inputs) {
        return "outputs get values from different places";
      }
      for (const FnId id : FunctionsOf(output.node->op)) {
        const Function& function = agent_.function(id);
        if (!function.expr) return fmt::format("'{}' runs in Python", function.name);
        if (!EffectsOf(*function.expr).writes.empty()) {
          return fmt::format("'{}' changes the value", function.name);
        }
      }
    }
    return "";
  }

  void Insert(const std::string& field, const std::vector<uint32_t>& outputs) {
    std::vector<Comparison> comparisons;
    for (const uint32_t output : outputs) comparisons.push_back(outputs_[output].comparison);
    agent_.route = {AddNative(agent_, "route", MakeRoute(comparisons)), outputs};
    Say(fmt::format("one look at .{} answers {} predicates", field, outputs.size()));
  }

  void Say(std::string text) {
    context_.remarks.push_back({"route-outputs", agent_.name, std::move(text)});
  }

  struct OfOutput {
    const Node* node = nullptr;
    Comparison comparison;  // nothing, if its predicate is something else
  };

  Agent& agent_;
  PassContext& context_;
  std::vector<OfOutput> outputs_;
};

}  // namespace

bool RouteOutputs(Graph& graph, PassContext& context) {
  bool changed = false;
  for (Agent& agent : graph.agents) changed |= Router(agent, context).Run();
  return changed;
}

}  // namespace kaspr::ir
