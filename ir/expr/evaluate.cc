#include "ir/expr/evaluate.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>

#include "base/check.h"
#include "base/match.h"
#include "ir/expr/constants.h"
#include "ir/expr/python_calls.h"
#include "value/iteration.h"
#include "value/primitives.h"
#include "value/semantics/operands.h"

namespace kaspr::ir {

using value::Heap;
using value::Status;
using value::Value;

namespace {

constexpr size_t kCommonRoom = 64;  // values of a run, for which no memory is asked

enum class Flow : uint8_t { kGive, kBreak, kContinue, kReturn, kStop };

// A function that runs. Its memory is the run's.
struct Frame {
  std::span<const Value> constants;
  std::span<Value> values;
  std::span<Value> taken;  // the operands of what runs; what a region gives, carries or returns
  Status status = Status::kOk;  // of kStop

  Value Get(const Operand& operand) const {
    return operand.constant ? constants[operand.index] : values[operand.index];
  }
  void Set(ValueId id, Value value) { values[static_cast<size_t>(id)] = value; }
  Flow Stop(Status why) {
    status = why;
    return Flow::kStop;
  }
  std::span<const Value> Take(std::span<const Operand> operands) {
    for (size_t i = 0; i < operands.size(); ++i) taken[i] = Get(operands[i]);
    return taken.first(operands.size());
  }
  // Gives what was taken to these values.
  void Hand(std::span<const ValueId> ids) {
    for (size_t i = 0; i < ids.size(); ++i) Set(ids[i], taken[i]);
  }
};

}  // namespace

// One run.
struct Evaluator::Execution {
  const Evaluator& evaluator;
  Heap& heap;
  const Surroundings& surroundings;
  std::span<Value> room;  // of frames that are to come
  uint64_t turns = 0;

  Status CallFunction(uint32_t index, std::span<const Value> arguments, Value& result) {
    const ExprFunction& function = evaluator.expr_.functions[index];
    if (++turns > surroundings.most_turns) return Status::kBail;
    const std::span<Value> callers = room;
    Frame frame{.constants = evaluator.constants_[index],
                .values = TakeRoom(function.values),
                .taken = TakeRoom(evaluator.widest_[index])};
    std::copy(arguments.begin(), arguments.end(), frame.values.begin());
    const Flow flow = RunRegion(frame, function.body);
    room = callers;
    if (flow != Flow::kReturn) return frame.status;
    result = frame.taken.front();
    return Status::kOk;
  }

  std::span<Value> TakeRoom(size_t size) {
    const std::span<Value> taken = room.first(size);
    room = room.subspan(size);
    return taken;
  }

  Flow RunRegion(Frame& frame, const Region& region) {
    for (const Inst& inst : region.body) {
      Flow flow = Flow::kGive;
      const bool primitive = std::holds_alternative<Apply>(inst.op);  // most are: at once
      if (!(primitive ? RunSimple(frame, inst, flow) : RunInst(frame, inst, flow))) return flow;
    }
    KASPR_UNREACHABLE("a region without an end");
  }

  // False: it leaves the region, as `flow` says.
  bool RunInst(Frame& frame, const Inst& inst, Flow& flow) {
    const auto leave = [&](Flow how) {
      frame.Take(inst.operands);
      flow = how;
      return false;
    };
    // What runs regions is done if the last one gave.
    const auto go_on = [&](Flow how) {
      flow = how;
      if (flow != Flow::kGive) return false;
      frame.Hand(inst.results);
      return true;
    };
    const auto simple = [&] { return RunSimple(frame, inst, flow); };
    return std::visit(
        Match{[&](const Apply&) { return simple(); }, [&](const Call&) { return simple(); },
              [&](const EventField&) { return simple(); }, [&](const Yield&) { return simple(); },
              [&](const AskPython&) { return simple(); }, [&](const Send&) { return simple(); },
              [&](const Drop&) { return simple(); },
              [&](const If&) {
                bool truth = false;
                const Status status = value::semantics::Truth(frame.Get(inst.operands[0]), truth);
                if (status != Status::kOk) return go_on(frame.Stop(status));
                return go_on(RunRegion(frame, inst.regions[truth ? 0 : 1]));
              },
              [&](const Loop&) { return go_on(RunLoop(frame, inst)); },
              [&](const For&) { return go_on(RunFor(frame, inst)); },
              [&](const Try&) { return go_on(RunTry(frame, inst)); },
              [&](const Give&) { return leave(Flow::kGive); },
              [&](const Break&) { return leave(Flow::kBreak); },
              [&](const Continue&) { return leave(Flow::kContinue); },
              [&](const Return&) { return leave(Flow::kReturn); },
              [&](const Raise& raise) {
                flow = frame.Stop(raise.status);
                return false;
              }},
        inst.op);
  }

  Flow RunLoop(Frame& frame, const Inst& inst) {
    frame.Take(inst.operands);
    while (true) {
      if (++turns > surroundings.most_turns) return frame.Stop(Status::kBail);
      frame.Hand(inst.regions[0].parameters);
      const Flow flow = RunRegion(frame, inst.regions[0]);
      if (flow == Flow::kBreak) return Flow::kGive;
      if (flow != Flow::kContinue) return flow;
    }
  }

  Flow RunFor(Frame& frame, const Inst& inst) {
    value::Iteration iteration(heap, frame.Get(inst.operands.front()));
    frame.Take(std::span(inst.operands).subspan(1));
    const std::span<const ValueId> parameters = inst.regions[0].parameters;
    while (true) {
      Value item;
      bool more = false;
      const Status status = iteration.Next(item, more);
      if (status != Status::kOk || ++turns > surroundings.most_turns) {
        return frame.Stop(status != Status::kOk ? status : Status::kBail);
      }
      if (!more) {
        frame.Hand(inst.regions[1].parameters);
        return RunRegion(frame, inst.regions[1]);
      }
      frame.Set(parameters.front(), item);
      frame.Hand(parameters.subspan(1));
      const Flow flow = RunRegion(frame, inst.regions[0]);
      if (flow == Flow::kBreak) return Flow::kGive;
      if (flow != Flow::kContinue) return flow;
    }
  }

  Flow RunTry(Frame& frame, const Inst& inst) {
    const Flow flow = RunRegion(frame, inst.regions[0]);
    if (flow != Flow::kStop || frame.status == Status::kBail) return flow;
    const auto& handlers = std::get<Try>(inst.op).handlers;
    for (size_t i = 0; i < handlers.size(); ++i) {
      if (!value::Has(handlers[i], frame.status)) continue;
      frame.status = Status::kOk;
      return RunRegion(frame, inst.regions[i + 1]);
    }
    return flow;
  }

  // What runs no regions.
  bool RunSimple(Frame& frame, const Inst& inst, Flow& flow) {
    Value result;
    const Status status = Compute(inst, frame.Take(inst.operands), result);
    if (status != Status::kOk) {
      flow = frame.Stop(status);
      return false;
    }
    if (!inst.results.empty()) frame.Set(inst.results.front(), result);
    return true;
  }

  Status Compute(const Inst& inst, std::span<const Value> operands, Value& result) {
    if (const auto* apply = std::get_if<Apply>(&inst.op)) {
      return apply->primitive->function(heap, operands, result);
    }
    if (const auto* call = std::get_if<Call>(&inst.op)) {
      return CallFunction(call->function, operands, result);
    }
    if (const auto* field = std::get_if<EventField>(&inst.op)) {
      return surroundings.event ? surroundings.event(field->path, heap, result) : Status::kBail;
    }
    if (const auto* ask = std::get_if<AskPython>(&inst.op)) {
      if (surroundings.python == nullptr) return Status::kBail;
      return surroundings.python->Ask(ask->kind, ask->name, operands, heap, result);
    }
    if (std::holds_alternative<Yield>(inst.op)) {
      return surroundings.yield ? surroundings.yield(operands.front()) : Status::kBail;
    }
    if (surroundings.records == nullptr) return Status::kBail;
    if (const auto* send = std::get_if<Send>(&inst.op)) {
      return surroundings.records->Take(send->target, RecordSink::Selected(operands));
    }
    surroundings.records->Drop();
    return Status::kOk;
  }
};

Evaluator::Evaluator(const Expr& expr) : expr_(expr) {
  for (const ExprFunction& function : expr.functions) {
    std::vector<Value>& constants = constants_.emplace_back();
    for (const Literal& literal : function.constants) {
      constants.push_back(MakeConstant(constants_heap_, literal));
    }
    size_t widest = 1;
    ForEachInst(function.body,
                [&](const Inst& inst) { widest = std::max(widest, inst.operands.size()); });
    widest_.push_back(widest);
  }
  // Callers stand in front of what they call, and none is there twice.
  std::vector<size_t> rooms(expr.functions.size());
  for (size_t i = expr.functions.size(); i-- > 0;) {
    size_t calls = 0;
    ForEachInst(expr.functions[i].body, [&](const Inst& inst) {
      if (const auto* call = std::get_if<Call>(&inst.op)) {
        calls = std::max(calls, rooms[call->function]);
      }
    });
    rooms[i] = expr.functions[i].values + widest_[i] + calls;
  }
  room_ = rooms.front();
}

Status Evaluator::Run(Heap& heap, std::span<const Value> arguments,
                      const Surroundings& surroundings, Value& result) const {
  alignas(Value) std::array<std::byte, kCommonRoom * sizeof(Value)> common;
  std::vector<Value> more(room_ > kCommonRoom ? room_ : 0);
  Value* room = more.empty() ? reinterpret_cast<Value*>(common.data()) : more.data();
  std::uninitialized_default_construct_n(room, room_);
  return Execution{*this, heap, surroundings, {room, room_}}.CallFunction(0, arguments, result);
}

}  // namespace kaspr::ir
