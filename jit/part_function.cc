#include "jit/part_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "base/check.h"
#include "ir/expr/join.h"
#include "ir/expr/print.h"
#include "ir/expr/verify.h"
#include "ir/simplify.h"
#include "value/primitives.h"

namespace kaspr::jit {

using ir::Inst;
using ir::Operand;
using value::Tag;

namespace {

bool Yields(const NativeStep& step) {
  return step.kind == NativeStep::Kind::kMap && step.function->generator();
}

constexpr size_t kMostSteps = 64;      // in one function: each filter's rest is in an `if`
constexpr size_t kMostCopies = 1'000;  // operations in all that stand behind each `yield`

size_t CountOf(const ir::Expr& expr, bool (*counts)(const Inst&)) {
  size_t count = 0;
  for (const ir::ExprFunction& function : expr.functions) {
    ir::ForEachInst(function.body, [&](const Inst& inst) { count += counts(inst); });
  }
  return count;
}

// Would the rest be too much, if it stood behind each `yield` of the first step?
bool IsLarge(const NativePart& part) {
  size_t yields = 0, rest = 0;
  for (const std::unique_ptr<NativeFunction>& function : part.functions) {
    if (function.get() == part.steps[0].function) {
      yields = CountOf(*function->expr,
                       [](const Inst& inst) { return std::holds_alternative<ir::Yield>(inst.op); });
    } else {
      rest += CountOf(*function->expr, [](const Inst&) { return true; });
    }
  }
  return yields > 1 && yields * rest > kMostCopies;
}

// The first step from which on there is nothing but functions that are called one after the other.
size_t BeginningOf(const NativePart& part) {
  const size_t steps = part.steps.size();
  size_t begin = steps > kMostSteps ? steps - kMostSteps : 0;
  for (size_t i = 0; i < steps; ++i) {
    const NativeStep& step = part.steps[i];
    const bool first = i == 0 && begin == 0 && Yields(step) && !IsLarge(part);
    if (!step.early.empty() || (Yields(step) && !first)) begin = std::max(begin, i + 1);
    for (const NativeEarly& early : step.early) begin = std::max(begin, early.filter + 1);
  }
  return begin;
}

class Maker {
 public:
  Maker(const NativePart& part, NativeFunction& function)
      : part_(part),
        function_(function),
        joining_({.name = "value", .parameters = {"value"}, .values = 1}) {}

  ir::Expr MakeSend(const NativeSend& to) {
    std::vector<Inst> body;
    Send(to, {}, body);
    return Finish(std::move(body));
  }

  // From steps[begin] on.
  ir::Expr Make(size_t begin) {
    if (begin == 0 && !part_.steps.empty() && Yields(part_.steps[0])) {
      const NativeFunction& generator = *part_.steps[0].function;
      ir::Region body = joining_.Import(*generator.expr, {}, BlockOf(generator));
      GoOnBehindYields(body);
      joining_.main().body = std::move(body);
      return std::move(joining_).Finish();
    }
    std::vector<Inst> body;
    Go(begin, {}, body);
    return Finish(std::move(body));
  }

 private:
  ir::Expr Finish(std::vector<Inst> body) {
    body.push_back({.op = ir::Return{}, .operands = {joining_.Constant({})}});
    joining_.main().body.body = std::move(body);
    return std::move(joining_).Finish();
  }

  // Each value goes through all other steps before the generator goes on.
  void GoOnBehindYields(ir::Region& region) {
    std::vector<Inst> old = std::exchange(region.body, {});
    for (Inst& inst : old) {
      if (std::holds_alternative<ir::Yield>(inst.op)) {
        Go(1, inst.operands[0], region.body);
        continue;
      }
      for (ir::Region& inside : inst.regions) GoOnBehindYields(inside);
      region.body.push_back(std::move(inst));
    }
  }

  void Go(size_t first, Operand value, std::vector<Inst>& body) {
    for (size_t i = first; i < part_.steps.size(); ++i) {
      const NativeStep& step = part_.steps[i];
      if (step.kind == NativeStep::Kind::kMap) value = Include(*step.function, value, body);
      if (step.kind == NativeStep::Kind::kSend) {
        Send(step.send, value, body);
        if (!step.pass_through) return;
      }
      if (step.kind == NativeStep::Kind::kFilter) {
        const Operand kept = Include(*step.function, value, body);
        std::vector<Inst> rest;
        Go(i + 1, value, rest);
        return Choose(kept, std::move(rest), {{.op = ir::Drop{}}}, body);
      }
    }
    Out(value, body);
  }

  void Out(Operand value, std::vector<Inst>& body) {
    Operand routed;  // an int with a bit for each of part_.routed
    if (part_.route != nullptr) routed = Include(*part_.route, value, body);
    for (size_t i = 0; i < part_.outputs.size(); ++i) {
      const auto bit = std::ranges::find(part_.routed, i);
      if (part_.route == nullptr || bit == part_.routed.end()) {
        Send(part_.outputs[i], value, body);
        continue;
      }
      const int64_t mask = int64_t{1} << (bit - part_.routed.begin());
      const Operand held = joining_.Add(
          {.op = ir::Apply{value::FindPrimitive("bitand")},
           .operands = {routed, joining_.Constant({.tag = Tag::kInt, .integer = mask})}},
          body);
      std::vector<Inst> record;
      AddRecord(part_.outputs[i], value, record);
      Choose(held, std::move(record), {}, body);
    }
  }

  // If its predicate holds.
  void Send(const NativeSend& to, Operand value, std::vector<Inst>& body) {
    if (to.predicate == nullptr) return AddRecord(to, value, body);
    const Operand held = Include(*to.predicate, value, body);
    std::vector<Inst> record;
    AddRecord(to, value, record);
    Choose(held, std::move(record), {}, body);
  }

  void AddRecord(const NativeSend& to, Operand value, std::vector<Inst>& body) {
    Inst send{.op = ir::Send{to.output}};
    for (const NativeFunction* selector : {to.name, to.key, to.value, to.partition, to.headers}) {
      const Operand nothing = joining_.Constant({.tag = Tag::kUnbound});
      send.operands.push_back(selector != nullptr ? Include(*selector, value, body) : nothing);
    }
    if (to.value == nullptr) send.operands[ir::Send::kValue] = value;
    body.push_back(std::move(send));
  }

  void Choose(Operand condition, std::vector<Inst> then, std::vector<Inst> otherwise,
              std::vector<Inst>& body) {
    Inst choice{.op = ir::If{}, .operands = {condition}};
    for (std::vector<Inst>* region : {&then, &otherwise}) {
      region->push_back({.op = ir::Give{}});
      choice.regions.push_back({.body = std::move(*region)});
    }
    body.push_back(std::move(choice));
  }

  Operand Include(const NativeFunction& function, Operand argument, std::vector<Inst>& body) {
    return joining_.Include(*function.expr, argument, BlockOf(function), body);
  }

  // The number that it has among those of the function that is made.
  uint32_t BlockOf(const NativeFunction& function) {
    std::vector<const ir::Function*>& blocks = function_.blocks;
    const auto known = std::ranges::find(blocks, function.blocks[0]);
    const auto number = static_cast<uint32_t>(known - blocks.begin());
    if (known == blocks.end()) blocks.push_back(function.blocks[0]);
    return number;
  }

  const NativePart& part_;
  NativeFunction& function_;
  ir::Joining joining_;
};

// The functions that nothing calls, or nothing but what was joined.
void DropUnused(NativePart& part) {
  std::set<const NativeFunction*> used = {part.finish};
  for (const NativeStep& step : part.steps) {
    used.insert(step.function);
    for (const NativeEarly& early : step.early) used.insert(early.function);
  }
  std::erase_if(part.functions,
                [&](const auto& function) { return !used.contains(function.get()); });
}

const NativeFunction* Add(std::unique_ptr<NativeFunction> function, ir::Expr made, bool last,
                          NativePart& part) {
  ir::Simplify(made, last);
  const std::string mistake = ir::VerifyExpr(made);
  KASPR_CHECK(mistake.empty(), mistake.c_str());
  function->made = std::make_unique<ir::Expr>(std::move(made));
  function->expr = function->made.get();
  part.functions.push_back(std::move(function));
  return part.functions.back().get();
}

void JoinEnd(NativePart& part, const std::string& name) {
  const auto named = [](std::string text) {
    auto function = std::make_unique<NativeFunction>();
    function->name = std::move(text);
    return function;
  };
  const size_t begin = BeginningOf(part);
  auto finish = named(name);
  ir::Expr rest = Maker(part, *finish).Make(begin);
  part.steps.resize(begin);
  part.outputs.clear();
  for (NativeStep& step : part.steps) {
    if (step.kind != NativeStep::Kind::kSend) continue;
    auto send = named(name + ".send");
    ir::Expr made = Maker(part, *send).MakeSend(step.send);
    step.function = Add(std::move(send), std::move(made), false, part);
  }
  // A generator may look at what it yielded, or yield it again.
  const bool last = std::ranges::none_of(part.steps, Yields);
  part.finish = Add(std::move(finish), std::move(rest), last, part);
}

}  // namespace

std::vector<NativePart> JoinedPartsOf(const ir::Agent& agent) {
  std::vector<NativePart> parts = NativePartsOf(agent);
  for (NativePart& part : parts) {
    if (part.why.empty()) JoinEnd(part, agent.name);
    DropUnused(part);
  }
  return parts;
}

std::string PrintParts(const ir::Agent& agent, bool places) {
  std::string text;
  for (const NativePart& part : JoinedPartsOf(agent)) {
    for (const std::unique_ptr<NativeFunction>& function : part.functions) {
      text += fmt::format("{}# {}\n{}", text.empty() ? "" : "\n", function->name,
                          ir::Print(*function->expr, {.places = places}));
    }
  }
  return text;
}

}  // namespace kaspr::jit
