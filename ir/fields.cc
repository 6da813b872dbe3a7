#include "ir/fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "ir/expr/effects.h"
#include "ir/labels.h"

namespace kaspr::ir {

Fields FieldsOf(const Agent& agent, const std::vector<FnId>& functions) {
  Fields fields;
  std::set<FieldPath> reads, writes;
  for (const FnId id : functions) {
    const Function& function = agent.function(id);
    fields.known &= function.expr.has_value();
    if (!function.expr) continue;
    const Effects effects = EffectsOf(*function.expr);
    reads.insert(effects.reads.begin(), effects.reads.end());
    writes.insert(effects.writes.begin(), effects.writes.end());
    fields.event |= effects.event;
  }
  if (!fields.known) return fields;
  fields.reads = PathTexts(reads);
  fields.writes = PathTexts(writes);
  return fields;
}

std::vector<std::string> FieldLabels(const Fields& fields) {
  if (!fields.known) return {"fields unknown"};
  std::vector<std::string> labels, reads = fields.reads;
  if (fields.event) reads.emplace_back("the event");
  if (!reads.empty()) labels.push_back(fmt::format("reads {}", fmt::join(reads, " ")));
  if (!fields.writes.empty()) {
    labels.push_back(fmt::format("writes {}", fmt::join(fields.writes, " ")));
  }
  return labels;
}

std::vector<std::string> FieldLines(const Fields& fields) {
  constexpr size_t kWidth = 36;
  std::vector<std::string> lines;
  for (std::string_view label : FieldLabels(fields)) {
    for (bool first = true; !label.empty(); first = false) {
      const size_t space = label.find(' ');
      const std::string_view word = label.substr(0, space);
      label.remove_prefix(std::min(space, label.size() - 1) + 1);
      if (first) {
        lines.emplace_back(word);
      } else if (Columns(lines.back()) + 1 + Columns(word) <= kWidth) {
        lines.back() += fmt::format(" {}", word);
      } else {
        lines.push_back(fmt::format("  {}", word));
      }
    }
  }
  return lines;
}

std::vector<std::vector<FnId>> FunctionsByStep(const Node& node) {
  const auto* stage = std::get_if<Stage>(&node.op);
  if (stage == nullptr) return {FunctionsOf(node.op)};
  std::vector<std::vector<FnId>> functions;
  for (const Stage::Step& step : stage->steps) {
    functions.push_back(FunctionsOf(std::visit([](const auto& one) { return Op(one); }, step.op)));
  }
  return functions;
}

}  // namespace kaspr::ir
