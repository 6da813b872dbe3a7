#include "python/pipeline.h"

#include <Python.h>

#include "base/check.h"
#include "base/match.h"

namespace kaspr::python {

namespace {

using Kind = ir::Stage::Step::Kind;

// The next item of a generator, sync or async. Null without an exception: it has ended.
Ref NextItem(Interpreter::State& state, PyObject* generator) {
  if (PyGen_CheckExact(generator)) return Ref::Own(PyIter_Next(generator));
  Ref coming = Ref::Own(Py_TYPE(generator)->tp_as_async->am_anext(generator));
  Ref item = coming ? Await(state, coming.get()) : Ref();
  if (!item && PyErr_ExceptionMatches(PyExc_StopAsyncIteration)) PyErr_Clear();
  return item;
}

bool IsGenerator(PyObject* object) {
  return PyGen_CheckExact(object) || PyAsyncGen_CheckExact(object);
}

}  // namespace

// One event's way through the steps.
struct Pipeline::Call {
  Pipeline& pipeline;
  CurrentEvent& event;
  uint32_t& filtered;
  const Activity*& activity;
  const Sink& sink;

  // Applies a step. Null without an exception: the value was dropped.
  Ref Apply(const Step& step, const Ref& value) {
    activity = &step.block->activity();
    Ref result = step.block->Call(value.get(), event);
    if (!result || !step.filter) return result;
    const int truth = PyObject_IsTrue(result.get());
    if (truth > 0) return Ref::Share(value.get());
    if (truth == 0) ++filtered;
    return {};
  }

  // Runs one item of the first step through the others, each on all values before the next.
  bool Rest(Ref item) {
    std::vector<Ref> values, next;
    values.push_back(std::move(item));
    for (const Step& step : std::span(pipeline.steps_).subspan(1)) {
      for (const Ref& value : values) {
        if (!Append(step, value, next)) return false;
      }
      values = std::exchange(next, {});
    }
    for (const Ref& value : values) {
      if (!sink(value)) return false;
    }
    return true;
  }

  bool Append(const Step& step, const Ref& value, std::vector<Ref>& results) {
    Ref result = Apply(step, value);
    if (!result) return PyErr_Occurred() == nullptr;
    if (step.filter || !IsGenerator(result.get())) {
      results.push_back(std::move(result));
      return true;
    }
    while (Ref item = NextItem(pipeline.state_, result.get())) results.push_back(std::move(item));
    return PyErr_Occurred() == nullptr;
  }

  bool First(const Ref& value) {
    const Step& step = pipeline.steps_.front();
    Ref result = Apply(step, value);
    if (!result) return PyErr_Occurred() == nullptr;
    if (step.filter || !IsGenerator(result.get())) return Rest(std::move(result));
    while (Ref item = NextItem(pipeline.state_, result.get())) {
      if (!Rest(std::move(item))) return false;
      activity = &step.block->activity();  // what the generator raises is its own
    }
    return PyErr_Occurred() == nullptr;
  }
};

Pipeline::Pipeline(Interpreter::State& state, const ir::Agent& agent, const InitScope& scope)
    : state_(state) {
  auto add = [&](bool filter, ir::FnId function) {
    steps_.push_back(
        {.filter = filter,
         .block = std::make_unique<Block>(state, agent, agent.function(function), scope)});
  };
  for (const ir::Node& node : agent.nodes) {
    std::visit(Match{[](const ir::Input&) {}, [&](const ir::Map& map) { add(false, map.function); },
                     [&](const ir::Filter& filter) { add(true, filter.function); },
                     [&](const ir::Stage& stage) {
                       for (const ir::Stage::Step& step : stage.steps) {
                         add(step.kind == Kind::kFilter, step.function);
                       }
                     },
                     [](const ir::Output&) {}},
               node.op);
  }
}

bool Pipeline::RunBlocks(const Block*& failed) {
  for (const Step& step : steps_) {
    failed = step.block.get();
    if (!step.block->function().per_call && !step.block->RunOnce()) return false;
  }
  return true;
}

bool Pipeline::Run(Ref value, CurrentEvent& event, uint32_t& filtered, const Activity*& activity,
                   const Sink& sink) {
  if (steps_.empty()) return sink(value);
  return Call{*this, event, filtered, activity, sink}.First(value);
}

}  // namespace kaspr::python
